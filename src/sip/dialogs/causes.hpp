#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "sip/values.hpp"

namespace otklik::sip {

/// The cause of a final answer to a call; RFC 3398 8.2.6.1, with what gateways of today do where it is silent.
Cause cause_of_status(int status) noexcept;
/// The answer that says a cause; RFC 3398 7.2.4.1.
int status_of_cause(Cause cause) noexcept;
/// A number of Q.850 as one of ours; the nearest of its class for those that have no name here.
Cause cause_of_q850(int number) noexcept;

/// What a Reason header says (RFC 3326).
struct Reason {
  std::optional<Cause> cause;  ///< of `Q.850;cause=…`, or of `SIP;cause=200` (answered elsewhere) and other statuses
  std::string text;
};
Reason read_reason(std::string_view value);
/// `Q.850;cause=16;text="Normal call clearing"`
std::string write_reason(Cause cause, std::string_view text);

}  // namespace otklik::sip
