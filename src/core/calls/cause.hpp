#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace otklik::core {

/// Why a leg, a call or a chain ended, or did not come about.
enum class Cause : std::uint8_t {
  hung_up,  ///< a party put down, as calls end
  busy,
  no_answer,       ///< nobody answered in time
  declined,        ///< whoever was called did not want it
  abandoned,       ///< who called gave up before anybody answered
  unknown_number,  ///< nobody can be called so
  not_reachable,   ///< no phone of the line is there, or it does not answer at all
  no_route,        ///< no trunk takes the number, or none of them works
  not_permitted,   ///< the line may not call there
  limit,           ///< a limit against fraud: too many calls outside at once or in an hour
  congestion,      ///< no channel is free
  away,            ///< the user takes no calls now
  queue_full,
  queue_timeout,       ///< waited in line for as long as the number allows
  answered_elsewhere,  ///< another phone of the same call was quicker
  picked_up,           ///< a colleague took it
  redirected,          ///< the call goes elsewhere
  transferred,         ///< handed over: whoever did it is out of it
  replaced,            ///< another leg of the same phone took its place
  commanded,           ///< by HTTP, WebSocket or the console
  time_limit,          ///< lasted as long as a call may
  media_lost,          ///< nothing was heard of its phone any more
  media_refused,       ///< no codec or encryption in common
  trunk_failed,        ///< the other exchange failed
  protocol_error,      ///< the other side does not keep to SIP
  too_many_hops,       ///< redirected in a circle
  storage_full,        ///< nothing can be recorded, so nothing new begins
  server_stopping,
  server_restarted,  ///< found open in the log at a start
  lost,              ///< the watchdog found it: nothing would have ended it
};

/// How a cause is said to the other side and understood from it.
struct CauseInfo {
  Cause cause;
  std::string_view name;  ///< in the log and on the wire, as the enumeration spells it
  std::uint8_t q850;      ///< ITU-T Q.850, for the Reason header (RFC 3326)
  std::uint16_t sip;      ///< final response to a leg offered to us that ends so unanswered
  std::string_view text;  ///< English, for people
};

/// One row each, in the order of the enumeration.
std::span<const CauseInfo> all_causes() noexcept;
const CauseInfo& info(Cause cause) noexcept;
std::string_view name(Cause cause) noexcept;
std::optional<Cause> cause_named(std::string_view name) noexcept;

/// What a final response 300…699 to a leg that we placed means (RFC 3261 21; RFC 3398 8.2.6 for the pairing with
/// Q.850). `q850` is that of a Reason header in it, 0 where there is none; it counts only where the status says little.
Cause cause_of_sip(std::uint16_t status, std::uint8_t q850 = 0) noexcept;
/// What the Reason header of a BYE or CANCEL means; 0: there is none.
Cause cause_of_q850(std::uint8_t q850) noexcept;

/// Another trunk may have more luck: the fault is this way's and not that of whoever is called.
bool may_try_another_way(Cause cause) noexcept;

}  // namespace otklik::core
