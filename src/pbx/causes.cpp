#include "pbx/causes.hpp"

namespace otklik::pbx {

using core::Cause;

sip::Cause said_as(Cause cause) noexcept {
  using enum sip::Cause;
  const auto number = core::info(cause).q850;
  for (const auto known : {unallocated,       no_route,     normal,         busy,           no_response,
                           no_answer,         absent,       rejected,       number_changed, answered_elsewhere,
                           out_of_order,      bad_number,   unspecified,    no_circuit,     network_failure,
                           temporary_failure, congestion,   not_authorized, no_bearer,      unavailable,
                           not_implemented,   incompatible, timer_expired,  interworking}) {
    if (static_cast<std::uint8_t>(known) == number) return known;
  }
  switch (number) {  // those of the core that signalling has no name for: the nearest of its class
    case 50:
      return not_authorized;
    case 25:
    case 23:
      return no_route;
    case 111:
      return interworking;
    default:
      return unspecified;
  }
}

Cause cause_of(const sip::Ended& ended, EndedLeg leg) noexcept {
  using By = sip::Ended::By;
  const auto q850 = static_cast<std::uint8_t>(ended.cause);
  switch (ended.by) {
    case By::replaced:
      return Cause::replaced;
    case By::limit:
      return Cause::no_answer;
    case By::network:
      // A phone that is away; of a call that goes on the connection broke, or the session timer ran out.
      if (leg.to_trunk) return Cause::trunk_failed;
      return ended.answered ? Cause::media_lost : Cause::not_reachable;
    case By::us:
      return Cause::hung_up;  // nobody is told of it: the core ended the leg itself
    case By::agent:
    case By::peer:
      break;
  }
  if (ended.answered) {
    const Cause said = core::cause_of_q850(q850);
    // A BYE that says "busy" or "no answer" comes from exchanges that do not mind their words: it was a talk.
    return said == Cause::answered_elsewhere || said == Cause::trunk_failed ? said : Cause::hung_up;
  }
  if (!leg.placed) {
    return ended.cause == sip::Cause::answered_elsewhere ? Cause::answered_elsewhere : Cause::abandoned;
  }
  if (ended.status >= 300) return core::cause_of_sip(static_cast<std::uint16_t>(ended.status), q850);
  const Cause said = core::cause_of_q850(q850);
  if (said != Cause::hung_up) return said;
  return leg.to_trunk ? Cause::trunk_failed : Cause::not_reachable;
}

}  // namespace otklik::pbx
