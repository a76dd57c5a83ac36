#include "core/states/user_states.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "core/directory/directory.hpp"
#include "core/plan/plan.hpp"
#include "core/states/transitions.hpp"

namespace otklik::core {
namespace {

/// What an event tells of.
bool shows_the_same(const UserStanding& a, const UserStanding& b) {
  return a.state == b.state && a.modes == b.modes && a.chosen == b.chosen && a.reason == b.reason;
}

/// Nothing to remember of him.
bool is_blank(const UserStanding& standing) {
  UserStanding blank{.user = standing.user, .since = standing.since};
  return standing == blank;
}

}  // namespace

template <class Change>
void UserStates::change(const Uuid& user, Why why, Time at, std::vector<Event>& follow, Change change) {
  if (user.is_nil() || (directory_ && directory_->user(user) == nullptr)) return;
  UserStanding before = standing(user);
  if (before.since == Time{}) before.since = at;
  UserStanding after = before;
  change(after);
  after.state = derived_state(after);
  if (after.state != before.state) after.since = at;
  if (!shows_the_same(before, after)) {
    follow.push_back({at, UserStateChanged{.user = user,
                                           .login = login_of(user),
                                           .from = before.state,
                                           .to = after.state,
                                           .modes = after.modes,
                                           .chosen = after.chosen,
                                           .reason = after.reason,
                                           .cause = why.cause,
                                           .by = std::string(why.by),
                                           .lasted = at - before.since}});
  }
  if (is_blank(after)) {
    users_.erase(user);
  } else {
    users_.put(user, std::move(after));
  }
}

std::string UserStates::login_of(const Uuid& user) const {
  const User* known = directory_ ? directory_->user(user) : nullptr;
  return known == nullptr ? std::string() : known->login;
}

Uuid UserStates::user_of(const Uuid& line) const {
  const Line* known = plan_ ? plan_->line(line) : nullptr;
  return known == nullptr || !known->enabled ? Uuid{} : known->user;
}

void UserStates::clear() {
  users_.clear();
  connected_.clear();
}

void UserStates::use(std::shared_ptr<const Directory> directory, Time at, std::vector<Event>& follow) {
  const auto before = std::exchange(directory_, std::move(directory));
  std::vector<Uuid> gone;
  users().for_each([&](const Uuid& user, const UserStanding&) {
    if (directory_->user(user) == nullptr) gone.push_back(user);
  });
  std::ranges::sort(gone);  // the map has no order, and the same facts make the same events
  for (const Uuid& user : gone) {
    const UserStanding last = standing(user);
    const User* known = before ? before->user(user) : nullptr;
    if (!shows_the_same(last, UserStanding{})) {
      follow.push_back({at, UserStateChanged{.user = user,
                                             .login = known == nullptr ? std::string() : known->login,
                                             .from = last.state,
                                             .to = UserState::disconnected,
                                             .modes = {},
                                             .reason = {},
                                             .cause = StateCause::directory,
                                             .by = {},
                                             .lasted = at - last.since}});
    }
    users_.erase(user);
  }
}

void UserStates::use(std::shared_ptr<const Plan> plan, Time at, std::vector<Event>& follow) {
  std::map<Uuid, std::int64_t> phones;  // by user: what he gets more, or less; in an order
  const auto count = [&](std::int64_t each) {
    connected().for_each([&](const Uuid& line, const ConnectedLine&) { phones[user_of(line)] += each; });
  };
  count(-1);
  plan_ = std::move(plan);
  count(+1);
  for (const auto& [user, more] : phones) {
    if (more == 0) continue;
    change(user, {StateCause::plan}, at, follow, [more](UserStanding& standing) {
      standing.phones = static_cast<std::uint32_t>(std::max<std::int64_t>(0, standing.phones + more));
    });
  }
}

bool UserStates::apply(const LineConnected& fact, Time at, std::vector<Event>& follow) {
  ConnectedLine now{
      .line = fact.line, .number = fact.number, .address = fact.address, .user_agent = fact.user_agent, .since = at};
  if (auto* known = connected_.change(fact.line)) {
    now.since = known->since;
    *known = std::move(now);
    return false;
  }
  connected_.put(fact.line, std::move(now));
  change(user_of(fact.line), {StateCause::phone}, at, follow, [](UserStanding& standing) { ++standing.phones; });
  return true;
}

bool UserStates::apply(const LineDisconnected& fact, Time at, std::vector<Event>& follow) {
  if (!connected_.erase(fact.line)) return false;
  change(user_of(fact.line), {StateCause::phone}, at, follow, [](UserStanding& standing) {
    if (standing.phones > 0) --standing.phones;  // he was forgotten with his phones while they were connected
  });
  return true;
}

bool UserStates::apply(const UserStateRequested& fact, Time at, std::vector<Event>& follow) {
  StateOutcome outcome;
  if (fact.user.is_nil() || (directory_ && directory_->user(fact.user) == nullptr)) {
    outcome.refusals.push_back(StateRefusal::unknown_user);
    outcome.after.user = fact.user;
  } else {
    change(fact.user, {StateCause::request, fact.by}, at, follow,
           [&](UserStanding& standing) { outcome.refusals = apply_request(fact.wanted, standing); });
    outcome.after = standing(fact.user);
  }
  if (fact.outcome) *fact.outcome = std::move(outcome);
  return true;
}

bool UserStates::apply(const UserStateRestored& fact, Time at, std::vector<Event>& follow) {
  const UserStanding known = standing(fact.user);
  if (known.modes != UserModes{} || known.chosen != ChosenState::ready) return false;
  change(fact.user, {StateCause::restart}, at, follow, [&](UserStanding& standing) {
    standing.modes = fact.modes;
    standing.modes.on_task = false;  // whatever task it was ended with the server
    // What no request leads to is not restored: an older version may have had other rules.
    if (!standing.modes.on_callcenter) standing.modes.on_cc_manual = standing.modes.on_lunch = false;
    if (standing.modes.on_callcenter) standing.modes.on_redirect = false;
    standing.chosen = fact.chosen;
    if (standing.modes.on_lunch) standing.reason = fact.reason;
  });
  return true;
}

void UserStates::session_opened(const Uuid& user, Time at, std::vector<Event>& follow) {
  change(user, {StateCause::session}, at, follow, [](UserStanding& standing) { ++standing.sessions; });
}

bool UserStates::session_closed(const Uuid& user, Time at, std::vector<Event>& follow) {
  if (standing(user).sessions == 0) return false;
  change(user, {StateCause::session}, at, follow, [](UserStanding& standing) { --standing.sessions; });
  return true;
}

void UserStates::talk_began(const Uuid& user, Time at, std::vector<Event>& follow) {
  change(user, {StateCause::talk}, at, follow, [](UserStanding& standing) {
    ++standing.talks;
    standing.reserved = false;
  });
}

bool UserStates::talk_ended(const Uuid& user, Time at, std::vector<Event>& follow) {
  if (standing(user).talks == 0) return false;
  change(user, {StateCause::talk}, at, follow, [](UserStanding& standing) { --standing.talks; });
  return true;
}

bool UserStates::reserve(const Uuid& user, Time at, std::vector<Event>& follow) {
  if (!is_ready(user)) return false;
  change(user, {StateCause::reservation}, at, follow, [](UserStanding& standing) { standing.reserved = true; });
  return true;
}

bool UserStates::release(const Uuid& user, Time at, std::vector<Event>& follow) {
  if (!standing(user).reserved) return false;
  change(user, {StateCause::reservation}, at, follow, [](UserStanding& standing) { standing.reserved = false; });
  return true;
}

void UserStates::task_began(const Uuid& user, Time at, std::vector<Event>& follow) {
  change(user, {StateCause::task}, at, follow, [](UserStanding& standing) { standing.modes.on_task = true; });
}

bool UserStates::task_ended(const Uuid& user, Time at, std::vector<Event>& follow) {
  if (!standing(user).modes.on_task) return false;
  change(user, {StateCause::task}, at, follow, [](UserStanding& standing) { standing.modes.on_task = false; });
  return true;
}

void UserStates::check(std::vector<std::string>& violations) const {
  std::map<Uuid, std::uint32_t> phones;
  connected().for_each([&](const Uuid& id, const ConnectedLine& line) {
    if (id != line.line) violations.push_back(fmt::format("line {} is kept under {}", line.line.text(), id.text()));
    ++phones[user_of(id)];
  });
  users().for_each([&](const Uuid& id, const UserStanding& standing) {
    if (id != standing.user) {
      violations.push_back(fmt::format("user {} is kept under {}", standing.user.text(), id.text()));
    }
    if (standing.phones != phones[id]) {
      violations.push_back(
          fmt::format("user {}: {} phones are counted, {} are connected", id.text(), standing.phones, phones[id]));
    }
    if (directory_ && directory_->user(id) == nullptr) {
      violations.push_back(fmt::format("user {} has a state and is in no directory", id.text()));
    }
    check_standing(standing, violations);
  });
}

}  // namespace otklik::core
