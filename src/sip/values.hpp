#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.hpp"
#include "base/uuid.hpp"

/// The words that commands and facts of the agent share. Values only: they are copied between threads and could be
/// written into a log.
namespace otklik::sip {

/// How a message travels. `ws` and `wss` are browsers.
enum class Transport : std::uint8_t { udp, tcp, tls, ws, wss };

std::string_view name_of(Transport transport) noexcept;  ///< lower case, as in `;transport=`
[[nodiscard]] constexpr bool is_browser(Transport t) noexcept { return t == Transport::ws || t == Transport::wss; }

/// One end of a connection as the network shows it.
struct Peer {
  Address address;
  std::uint16_t port = 0;
  Transport transport = Transport::udp;

  [[nodiscard]] std::string text() const;  ///< `udp:192.0.2.1:5060`, for people
  bool operator==(const Peer&) const = default;
};

/// Who calls or is called, as a display shows it. UTF-8; control characters are taken out by the agent.
struct Party {
  std::string number;   ///< user part of the URI, without escapes
  std::string display;  ///< may be empty
  std::string host;     ///< host of the URI as it came; empty in commands: the agent's own domain, or the trunk's

  bool operator==(const Party&) const = default;
};

/// A further header of a request. The agent refuses names that it writes itself and values with line ends.
struct Header {
  std::string name;
  std::string value;

  bool operator==(const Header&) const = default;
};

/// Why something ended, in the numbers of Q.850. The table of statuses is that of RFC 3398 7.2.6 and 8.2.6, and a
/// `Reason: Q.850` header wins over it.
enum class Cause : std::uint8_t {
  unallocated = 1,
  no_route = 3,
  normal = 16,
  busy = 17,
  no_response = 18,  ///< nobody was there: no provisional answer came
  no_answer = 19,    ///< it rang, and nobody took it
  absent = 20,       ///< known, and not registered
  rejected = 21,
  number_changed = 22,
  answered_elsewhere = 26,
  out_of_order = 27,
  bad_number = 28,
  unspecified = 31,
  no_circuit = 34,
  network_failure = 38,
  temporary_failure = 41,
  congestion = 42,
  not_authorized = 57,
  no_bearer = 58,  ///< the media on offer do not fit
  unavailable = 63,
  not_implemented = 79,
  incompatible = 88,
  timer_expired = 102,
  interworking = 127,
};

std::string_view name_of(Cause cause) noexcept;  ///< as spelt here

/// Where a phone's media flow, as an SDP says, seen by whoever sent it: `send_only` means that he does not listen.
enum class Direction : std::uint8_t { send_receive, send_only, receive_only, inactive };

}  // namespace otklik::sip
