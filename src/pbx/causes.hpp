#pragma once
#include "core/calls/cause.hpp"
#include "sip/facts.hpp"

/// How a cause of the core is said in SIP, and what the end of a dialog means to the core.
namespace otklik::pbx {

/// For Reason; the number of Q.850 is the core's (core/calls/cause.hpp).
sip::Cause said_as(core::Cause cause) noexcept;

/// Whose dialog it was, for what Ended alone does not say.
struct EndedLeg {
  bool placed = false;    ///< by us
  bool to_trunk = false;  ///< it is a trunk's
};

/// Never fails: what says nothing is `hung_up` of a leg that was answered, and `not_reachable` of one that was not.
core::Cause cause_of(const sip::Ended& ended, EndedLeg leg) noexcept;

}  // namespace otklik::pbx
