#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/uuid.hpp"

/// What a user is doing, as everybody may know it. The rules are in transitions.hpp.
namespace otklik::core {

/// The values are the wire's (`userstateid`). 4 does not exist.
enum class UserState : std::uint8_t {
  disconnected = 0,  ///< neither a phone nor a session
  ready = 1,
  on_break = 2,
  away = 3,
  busy = 5,      ///< in a talk, at a task, or because he said so
  reserved = 6,  ///< chosen for a call that has not been answered yet
  no_phone = 7,  ///< a session and no phone
};

inline constexpr std::array all_user_states{UserState::disconnected, UserState::ready, UserState::on_break,
                                            UserState::away,         UserState::busy,  UserState::reserved,
                                            UserState::no_phone};

/// Independent of the state, and kept over restarts.
struct UserModes {
  bool on_callcenter = false;
  bool on_cc_manual = false;  ///< takes only calls that he makes himself; only in the call centre
  bool on_lunch = false;      ///< a break is on, or begins as soon as he is free; only in the call centre
  bool on_redirect = false;   ///< his calls go elsewhere; only outside the call centre
  bool on_task = false;       ///< busy with a task of the call centre; set by tasks alone
  bool operator==(const UserModes&) const = default;
};

/// What he is when nothing else keeps him: what he last asked for.
enum class ChosenState : std::uint8_t { ready, away, busy };

/// Why he is on a break: a regulated reason by its code, or one in his own words.
struct BreakReason {
  std::optional<std::int32_t> id{};
  std::string text{};

  [[nodiscard]] bool empty() const noexcept { return !id && text.empty(); }
  bool operator==(const BreakReason&) const = default;
};
/// Bytes of BreakReason::text; more is cut between characters.
inline constexpr std::size_t longest_reason = 1000;

/// A user, now. Who has no entry in the snapshot is disconnected, in no mode.
struct UserStanding {
  Uuid user{};
  UserState state = UserState::disconnected;
  UserModes modes{};
  ChosenState chosen = ChosenState::ready;
  BreakReason reason{};
  Time since{};                ///< in this state
  std::uint32_t phones = 0;    ///< lines of his that are connected
  std::uint32_t sessions = 0;  ///< clients that are logged in
  std::uint32_t talks = 0;     ///< calls that he is in
  bool reserved = false;       ///< a distributor has taken him
  bool operator==(const UserStanding&) const = default;

  /// Free, with a working phone: who may be rung.
  [[nodiscard]] bool is_ready() const noexcept { return state == UserState::ready && phones > 0 && talks == 0; }
  /// Likewise, by a distributor: not while he takes only calls that he makes himself.
  [[nodiscard]] bool takes_distributed() const noexcept { return is_ready() && !modes.on_cc_manual; }
};

/// What somebody wants changed; what is not set stays.
struct StateRequest {
  std::optional<std::int32_t> state{};  ///< any number: those that cannot be asked for are refused
  std::optional<bool> on_redirect{};
  std::optional<bool> on_callcenter{};
  std::optional<bool> on_cc_manual{};
  std::optional<bool> on_lunch{};
  std::optional<std::int32_t> reason_id{};
  std::optional<std::string> reason_text{};
  bool operator==(const StateRequest&) const = default;

  [[nodiscard]] bool wants_nothing() const noexcept { return *this == StateRequest{}; }
};

/// Why a part of a request was passed over.
enum class StateRefusal : std::uint8_t {
  talking,            ///< he is in a call, or at a task
  not_in_callcenter,  ///< a break and manual mode are for the call centre
  in_callcenter,      ///< redirection is not
  not_settable,       ///< a state that nobody can ask for
  no_break,           ///< a reason without a break
  licence,            ///< no seat of an operator is left
  unknown_user,       ///< he is in no directory (any more)
};

/// What came of a request.
struct StateOutcome {
  std::vector<StateRefusal> refusals{};  ///< of the parts that were passed over, in their order; the others hold
  UserStanding after{};
};

/// Why a state has changed.
enum class StateCause : std::uint8_t {
  request,      ///< he or somebody else asked for it
  phone,        ///< his phone came or went
  session,      ///< a client came or went
  talk,         ///< a call began or ended
  reservation,  ///< the distributor took him or let him go
  task,         ///< a task began or ended
  restart,      ///< modes of before the server's start hold again
  plan,         ///< a line became his, or another's
  directory,    ///< he was removed
};

std::string_view name(UserState state) noexcept;       ///< disconnected, ready, break, away, busy, reserved, no_phone
std::string_view name(ChosenState state) noexcept;     ///< ready, away, busy
std::string_view name(StateRefusal refusal) noexcept;  ///< talking, not_in_callcenter, …
std::string_view name(StateCause cause) noexcept;      ///< request, phone, …
std::optional<UserState> user_state_of(std::int64_t id) noexcept;
std::optional<ChosenState> chosen_state_named(std::string_view) noexcept;
std::optional<StateCause> state_cause_named(std::string_view) noexcept;

}  // namespace otklik::core
