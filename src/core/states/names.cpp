// The names of states in the log and in texts; the wire's own (`usReady`) are web_api's.
#include "core/states/user_state.hpp"

namespace otklik::core {

std::string_view name(UserState state) noexcept {
  switch (state) {
    case UserState::disconnected:
      return "disconnected";
    case UserState::ready:
      return "ready";
    case UserState::on_break:
      return "break";
    case UserState::away:
      return "away";
    case UserState::busy:
      return "busy";
    case UserState::reserved:
      return "reserved";
    case UserState::no_phone:
      return "no_phone";
  }
  return {};
}

std::string_view name(ChosenState state) noexcept {
  switch (state) {
    case ChosenState::ready:
      return "ready";
    case ChosenState::away:
      return "away";
    case ChosenState::busy:
      return "busy";
  }
  return {};
}

std::string_view name(StateRefusal refusal) noexcept {
  switch (refusal) {
    case StateRefusal::talking:
      return "talking";
    case StateRefusal::not_in_callcenter:
      return "not_in_callcenter";
    case StateRefusal::in_callcenter:
      return "in_callcenter";
    case StateRefusal::not_settable:
      return "not_settable";
    case StateRefusal::no_break:
      return "no_break";
    case StateRefusal::licence:
      return "licence";
    case StateRefusal::unknown_user:
      return "unknown_user";
  }
  return {};
}

std::string_view name(StateCause cause) noexcept {
  switch (cause) {
    case StateCause::request:
      return "request";
    case StateCause::phone:
      return "phone";
    case StateCause::session:
      return "session";
    case StateCause::talk:
      return "talk";
    case StateCause::reservation:
      return "reservation";
    case StateCause::task:
      return "task";
    case StateCause::restart:
      return "restart";
    case StateCause::plan:
      return "plan";
    case StateCause::directory:
      return "directory";
  }
  return {};
}

std::optional<UserState> user_state_of(std::int64_t id) noexcept {
  for (const auto state : all_user_states) {
    if (static_cast<std::int64_t>(state) == id) return state;
  }
  return std::nullopt;
}

std::optional<ChosenState> chosen_state_named(std::string_view wanted) noexcept {
  for (const auto state : {ChosenState::ready, ChosenState::away, ChosenState::busy}) {
    if (name(state) == wanted) return state;
  }
  return std::nullopt;
}

std::optional<StateCause> state_cause_named(std::string_view wanted) noexcept {
  for (int i = 0; !name(static_cast<StateCause>(i)).empty(); ++i) {
    if (name(static_cast<StateCause>(i)) == wanted) return static_cast<StateCause>(i);
  }
  return std::nullopt;
}

}  // namespace otklik::core
