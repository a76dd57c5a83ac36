#include "sip/dialogs/causes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "sip/message/words.hpp"

namespace otklik::sip {
namespace {

struct StatusCause {
  int status;
  Cause cause;
};
constexpr std::array of_status{StatusCause{400, Cause::temporary_failure},
                               StatusCause{401, Cause::rejected},
                               StatusCause{402, Cause::rejected},
                               StatusCause{403, Cause::rejected},
                               StatusCause{404, Cause::unallocated},
                               StatusCause{405, Cause::unavailable},
                               StatusCause{406, Cause::not_implemented},
                               StatusCause{407, Cause::rejected},
                               StatusCause{408, Cause::timer_expired},
                               StatusCause{410, Cause::number_changed},
                               StatusCause{413, Cause::interworking},
                               StatusCause{414, Cause::interworking},
                               StatusCause{415, Cause::not_implemented},
                               StatusCause{416, Cause::interworking},
                               StatusCause{420, Cause::interworking},
                               StatusCause{421, Cause::interworking},
                               StatusCause{422, Cause::interworking},
                               StatusCause{423, Cause::interworking},
                               StatusCause{430, Cause::out_of_order},
                               StatusCause{433, Cause::rejected},
                               StatusCause{480, Cause::no_response},
                               StatusCause{481, Cause::temporary_failure},
                               StatusCause{482, Cause::no_route},
                               StatusCause{483, Cause::no_route},
                               StatusCause{484, Cause::bad_number},
                               StatusCause{485, Cause::unallocated},
                               StatusCause{486, Cause::busy},
                               StatusCause{487, Cause::normal},
                               StatusCause{488, Cause::no_bearer},
                               StatusCause{491, Cause::temporary_failure},
                               StatusCause{493, Cause::incompatible},
                               StatusCause{500, Cause::temporary_failure},
                               StatusCause{501, Cause::not_implemented},
                               StatusCause{502, Cause::network_failure},
                               StatusCause{503, Cause::temporary_failure},
                               StatusCause{504, Cause::timer_expired},
                               StatusCause{505, Cause::interworking},
                               StatusCause{513, Cause::interworking},
                               StatusCause{580, Cause::no_bearer},
                               StatusCause{600, Cause::busy},
                               StatusCause{603, Cause::rejected},
                               StatusCause{604, Cause::unallocated},
                               StatusCause{606, Cause::incompatible},
                               StatusCause{607, Cause::rejected},
                               StatusCause{608, Cause::rejected}};

constexpr std::array all_causes{
    Cause::unallocated,     Cause::no_route,           Cause::normal,          Cause::busy,
    Cause::no_response,     Cause::no_answer,          Cause::absent,          Cause::rejected,
    Cause::number_changed,  Cause::answered_elsewhere, Cause::out_of_order,    Cause::bad_number,
    Cause::unspecified,     Cause::no_circuit,         Cause::network_failure, Cause::temporary_failure,
    Cause::congestion,      Cause::not_authorized,     Cause::no_bearer,       Cause::unavailable,
    Cause::not_implemented, Cause::incompatible,       Cause::timer_expired,   Cause::interworking};

}  // namespace

Cause cause_of_status(int status) noexcept {
  for (const auto& row : of_status) {
    if (row.status == status) return row.cause;
  }
  if (status >= 200 && status < 300) return Cause::normal;
  if (status >= 300 && status < 400) return Cause::number_changed;
  if (status >= 400 && status < 500) return Cause::interworking;
  if (status >= 500 && status < 600) return Cause::temporary_failure;
  return status >= 600 && status < 700 ? Cause::rejected : Cause::network_failure;
}

int status_of_cause(Cause cause) noexcept {
  switch (cause) {
    case Cause::unallocated:
    case Cause::no_route:
      return 404;
    case Cause::normal:
    case Cause::no_response:
    case Cause::no_answer:
    case Cause::absent:
    case Cause::unspecified:
      return 480;
    case Cause::busy:
      return 486;
    case Cause::rejected:
      return 603;
    case Cause::number_changed:
      return 410;
    case Cause::answered_elsewhere:
      return 480;
    case Cause::out_of_order:
      return 502;
    case Cause::bad_number:
      return 484;
    case Cause::no_circuit:
    case Cause::network_failure:
    case Cause::temporary_failure:
    case Cause::congestion:
    case Cause::unavailable:
      return 503;
    case Cause::not_authorized:
      return 403;
    case Cause::no_bearer:
    case Cause::incompatible:
      return 488;
    case Cause::not_implemented:
      return 501;
    case Cause::timer_expired:
      return 504;
    case Cause::interworking:
      return 500;
  }
  return 480;
}

Cause cause_of_q850(int number) noexcept {
  const auto known =
      std::find_if(all_causes.begin(), all_causes.end(), [&](Cause c) { return static_cast<int>(c) == number; });
  if (known != all_causes.end()) return *known;
  if (number == 2) return Cause::no_route;
  if (number < 32) return Cause::unspecified;  // Q.850 2.2.5: classes of 16
  if (number < 48) return Cause::temporary_failure;
  if (number < 64) return Cause::unavailable;
  if (number < 80) return Cause::not_implemented;
  if (number < 96) return Cause::incompatible;
  return Cause::interworking;
}

Reason read_reason(std::string_view value) {
  Reason reason;
  for (const auto part : split_list(value).value_or(std::vector<std::string_view>{})) {
    const auto semicolon = part.find(';');
    const auto parameters =
        Parameters::parse(semicolon == std::string_view::npos ? std::string_view{} : part.substr(semicolon));
    if (!parameters) continue;
    const auto protocol = trim(part.substr(0, semicolon));
    const auto number = number_of(parameters->get("cause").value_or(""), 999);
    if (reason.text.empty()) reason.text = unquoted(parameters->get("text").value_or("")).value_or("").substr(0, 200);
    if (!number) continue;
    if (iequals_ascii(protocol, "Q.850")) {
      reason.cause = cause_of_q850(static_cast<int>(*number));
    } else if (iequals_ascii(protocol, "SIP") && !reason.cause) {
      reason.cause = *number == 200 ? Cause::answered_elsewhere : cause_of_status(static_cast<int>(*number));
    }
  }
  return reason;
}

std::string write_reason(Cause cause, std::string_view text) {
  return fmt::format("Q.850;cause={};text={}", static_cast<int>(cause), quoted(text.empty() ? name_of(cause) : text));
}

}  // namespace otklik::sip
