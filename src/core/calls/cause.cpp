#include "core/calls/cause.hpp"

#include <array>
#include <cstddef>

namespace otklik::core {
namespace {

// Q.850 numbers and their SIP statuses as RFC 3398 7.2.4.1 and 8.2.6.1 pair them, where it names the case.
constexpr std::array<CauseInfo, 30> table{{
    {Cause::hung_up, "hung_up", 16, 487, "hung up"},
    {Cause::busy, "busy", 17, 486, "busy"},
    {Cause::no_answer, "no_answer", 19, 480, "no answer"},
    {Cause::declined, "declined", 21, 603, "declined"},
    {Cause::abandoned, "abandoned", 16, 487, "the caller gave up"},
    {Cause::unknown_number, "unknown_number", 1, 404, "no such number"},
    {Cause::not_reachable, "not_reachable", 20, 480, "no phone is registered"},
    {Cause::no_route, "no_route", 3, 404, "no way to that number"},
    {Cause::not_permitted, "not_permitted", 57, 403, "not permitted"},
    {Cause::limit, "limit", 50, 403, "past a limit"},
    {Cause::congestion, "congestion", 34, 503, "no channel is free"},
    {Cause::away, "away", 18, 480, "takes no calls now"},
    {Cause::queue_full, "queue_full", 17, 486, "too many wait already"},
    {Cause::queue_timeout, "queue_timeout", 19, 480, "waited too long"},
    {Cause::answered_elsewhere, "answered_elsewhere", 26, 487, "answered elsewhere"},
    {Cause::picked_up, "picked_up", 26, 487, "picked up by a colleague"},
    {Cause::redirected, "redirected", 23, 487, "goes elsewhere"},
    {Cause::transferred, "transferred", 16, 487, "transferred"},
    {Cause::replaced, "replaced", 26, 487, "replaced"},
    {Cause::commanded, "commanded", 16, 487, "ended by command"},
    {Cause::time_limit, "time_limit", 31, 487, "past the limit of time"},
    {Cause::media_lost, "media_lost", 41, 487, "the phone was heard no more"},
    {Cause::media_refused, "media_refused", 88, 488, "no codec in common"},
    {Cause::trunk_failed, "trunk_failed", 38, 502, "the other exchange failed"},
    {Cause::protocol_error, "protocol_error", 111, 500, "protocol error"},
    {Cause::too_many_hops, "too_many_hops", 25, 483, "redirected in a circle"},
    {Cause::storage_full, "storage_full", 42, 503, "nothing can be recorded"},
    {Cause::server_stopping, "server_stopping", 41, 503, "the server stops"},
    {Cause::server_restarted, "server_restarted", 41, 503, "the server was restarted"},
    {Cause::lost, "lost", 41, 500, "lost"},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (static_cast<std::size_t>(table[i].cause) != i) return false;
  }
  return true;
}
static_assert(in_order(), "info() looks a cause up by its place");

}  // namespace

std::span<const CauseInfo> all_causes() noexcept { return table; }

const CauseInfo& info(Cause cause) noexcept { return table[static_cast<std::size_t>(cause)]; }

std::string_view name(Cause cause) noexcept { return info(cause).name; }

std::optional<Cause> cause_named(std::string_view name) noexcept {
  for (const auto& row : table) {
    if (row.name == name) return row.cause;
  }
  return std::nullopt;
}

Cause cause_of_q850(std::uint8_t q850) noexcept {
  switch (q850) {
    case 1:
    case 22:
    case 28:
      return Cause::unknown_number;
    case 2:
    case 3:
      return Cause::no_route;
    case 17:
      return Cause::busy;
    case 18:
    case 19:
      return Cause::no_answer;
    case 20:
    case 27:
      return Cause::not_reachable;
    case 21:
      return Cause::declined;
    case 23:
      return Cause::redirected;
    case 25:
      return Cause::too_many_hops;
    case 26:
      return Cause::answered_elsewhere;
    case 34:
    case 42:
    case 44:
    case 47:
      return Cause::congestion;
    case 38:
    case 41:
      return Cause::trunk_failed;
    case 50:
    case 55:
    case 57:
      return Cause::not_permitted;
    case 58:
    case 65:
    case 79:
    case 88:
      return Cause::media_refused;
    case 102:
      return Cause::no_answer;
    case 111:
    case 127:
      return Cause::protocol_error;
    default:
      return Cause::hung_up;
  }
}

Cause cause_of_sip(std::uint16_t status, std::uint8_t q850) noexcept {
  switch (status) {
    case 401:
    case 402:
    case 403:
    case 407:
      return Cause::not_permitted;
    case 404:
    case 410:
    case 484:
    case 485:
    case 604:
      return Cause::unknown_number;
    case 408:
      return Cause::not_reachable;
    case 415:
    case 488:
    case 606:
      return Cause::media_refused;
    case 482:
    case 483:
      return Cause::too_many_hops;
    case 486:
    case 600:
      return Cause::busy;
    case 487:
      return Cause::abandoned;
    case 603:
    case 607:
    case 608:
      return Cause::declined;
    case 503:
      return Cause::congestion;
    case 504:
      return Cause::trunk_failed;
    default:
      break;
  }
  if (status >= 300 && status < 400) return Cause::redirected;
  // 480 and 5xx are said of everything; the other exchange's own cause says more.
  if (q850 != 0) {
    const Cause said = cause_of_q850(q850);
    if (said != Cause::hung_up) return said;
  }
  if (status == 480) return Cause::no_answer;
  if (status >= 500 && status < 600) return Cause::trunk_failed;
  return status >= 600 ? Cause::declined : Cause::protocol_error;
}

bool may_try_another_way(Cause cause) noexcept {
  switch (cause) {
    case Cause::not_reachable:
    case Cause::no_route:
    case Cause::congestion:
    case Cause::trunk_failed:
    case Cause::protocol_error:
    case Cause::media_refused:
    case Cause::too_many_hops:
    case Cause::not_permitted:
      return true;
    default:
      return false;
  }
}

}  // namespace otklik::core
