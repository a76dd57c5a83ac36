#include "sip/values.hpp"

#include <fmt/format.h>

namespace otklik::sip {

std::string_view name_of(Transport transport) noexcept {
  switch (transport) {
    case Transport::udp:
      return "udp";
    case Transport::tcp:
      return "tcp";
    case Transport::tls:
      return "tls";
    case Transport::ws:
      return "ws";
    case Transport::wss:
      return "wss";
  }
  return "udp";
}

std::string Peer::text() const {
  return address.is_v4() ? fmt::format("{}:{}:{}", name_of(transport), address.text(), port)
                         : fmt::format("{}:[{}]:{}", name_of(transport), address.text(), port);
}

std::string_view name_of(Cause cause) noexcept {
  switch (cause) {
    case Cause::unallocated:
      return "unallocated";
    case Cause::no_route:
      return "no_route";
    case Cause::normal:
      return "normal";
    case Cause::busy:
      return "busy";
    case Cause::no_response:
      return "no_response";
    case Cause::no_answer:
      return "no_answer";
    case Cause::absent:
      return "absent";
    case Cause::rejected:
      return "rejected";
    case Cause::number_changed:
      return "number_changed";
    case Cause::answered_elsewhere:
      return "answered_elsewhere";
    case Cause::out_of_order:
      return "out_of_order";
    case Cause::bad_number:
      return "bad_number";
    case Cause::unspecified:
      return "unspecified";
    case Cause::no_circuit:
      return "no_circuit";
    case Cause::network_failure:
      return "network_failure";
    case Cause::temporary_failure:
      return "temporary_failure";
    case Cause::congestion:
      return "congestion";
    case Cause::not_authorized:
      return "not_authorized";
    case Cause::no_bearer:
      return "no_bearer";
    case Cause::unavailable:
      return "unavailable";
    case Cause::not_implemented:
      return "not_implemented";
    case Cause::incompatible:
      return "incompatible";
    case Cause::timer_expired:
      return "timer_expired";
    case Cause::interworking:
      return "interworking";
  }
  return "unspecified";
}

}  // namespace otklik::sip
