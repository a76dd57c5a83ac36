#include "licence/seated_states.hpp"

#include <utility>

namespace otklik::licence {

bool SeatedStates::take(const Uuid& user) {
  const std::lock_guard lock(mutex_);
  if (seats_.contains(user)) return true;
  auto seat = licensing_.take(core::Licensed::operators, user);
  if (!seat) return false;
  seats_.emplace(user, std::move(*seat));
  return true;
}

void SeatedStates::settle(const Uuid& user, bool on_callcenter) {
  if (on_callcenter) {
    take(user);  // somebody else's request may have given it back just now
    return;
  }
  const std::lock_guard lock(mutex_);
  seats_.erase(user);
}

void SeatedStates::request(Asked asked, Done done) {
  const Uuid user = asked.user;
  const bool no_seat = asked.wanted.on_callcenter == true && !take(user);
  if (no_seat) asked.wanted.on_callcenter.reset();
  desk_.request(std::move(asked),
                [this, user, no_seat, done = std::move(done)](Result<core::StateOutcome> outcome) mutable {
                  if (outcome) {
                    settle(user, outcome->after.modes.on_callcenter);
                    if (no_seat) outcome->refusals.insert(outcome->refusals.begin(), core::StateRefusal::licence);
                  }
                  done(std::move(outcome));
                });
}

std::vector<Uuid> SeatedStates::seat(const core::StatesView& states) {
  std::vector<Uuid> without;
  states.users.for_each([&](const Uuid& user, const core::UserStanding& standing) {
    if (standing.modes.on_callcenter && !take(user)) without.push_back(user);
  });
  return without;
}

void SeatedStates::look(const core::StatesView& states) {
  const std::lock_guard lock(mutex_);
  std::erase_if(seats_, [&](const auto& held) { return !states.of(held.first).modes.on_callcenter; });
}

}  // namespace otklik::licence
