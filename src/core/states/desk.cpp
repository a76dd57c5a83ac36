#include "core/states/desk.hpp"

#include <utility>

namespace otklik::core {

void StateDesk::request(Asked asked, Done done) {
  auto outcome = std::make_shared<StateOutcome>();
  journal_.tell(UserStateRequested{.user = asked.user,
                                   .login = std::move(asked.login),
                                   .wanted = std::move(asked.wanted),
                                   .by = std::move(asked.by),
                                   .outcome = outcome},
                Durability::written, [outcome, done = std::move(done)](Result<std::uint64_t> recorded) mutable {
                  // A full disk keeps no event of it, and the state is another all the same.
                  if (!recorded && recorded.error().code == ErrorCode::unavailable) {
                    return done(std::unexpected(std::move(recorded.error())));
                  }
                  done(std::move(*outcome));
                });
}

}  // namespace otklik::core
