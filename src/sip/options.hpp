#pragma once
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/address.hpp"
#include "net/transport/tls.hpp"
#include "sip/values.hpp"

namespace otklik::sip {

/// One way in.
struct Listener {
  Endpoint endpoint;                     ///< port 0: any
  Transport transport = Transport::udp;  ///< udp, tcp or tls
};

/// What hostile or broken peers may use up. Past a limit the message or the connection is refused.
struct EdgeLimits {
  std::size_t message = 32 * 1024;       ///< bytes of head and body of one message
  std::size_t headers = 128;             ///< header fields of one message
  std::size_t connections = 20'000;      ///< TCP and TLS, all together
  std::size_t connections_of_one = 200;  ///< from one address
  std::size_t queued = 256 * 1024;       ///< bytes on their way to one peer that does not read
  std::size_t messages_of_one = 400;     ///< a second from one address that has not proved itself; more are dropped
  std::size_t failures_of_one = 8;       ///< wrong or unknown credentials before an address has to wait
  std::chrono::seconds wait_first{2};    ///< doubled for each further failure
  std::chrono::seconds wait_most{600};
  std::vector<Network> trusted;  ///< of whom no address is ever made to wait

  bool operator==(const EdgeLimits&) const = default;
};

struct RegistrarOptions {
  std::chrono::seconds expires{300};  ///< given to phones that do not say
  std::chrono::seconds shortest{60};  ///< 423 below
  std::chrono::seconds longest{3600};
  std::chrono::seconds nonce_life{120};
  std::size_t contacts = 100'000;  ///< of all accounts together

  bool operator==(const RegistrarOptions&) const = default;
};

struct Options {
  std::vector<Listener> listeners;
  std::optional<net::TlsFiles> tls;  ///< needed by listeners of TLS
  std::string domain;                ///< host of our own URIs; empty: the address that the peer reached us at
  std::string public_address;        ///< in Contact and Record-Route, behind NAT; empty: the one the peer reached us at
  std::string product = "Otklik";    ///< Server, User-Agent
  std::vector<std::string> scanners;  ///< further beginnings of User-Agent that are never answered
  EdgeLimits limits;
  RegistrarOptions registrar;
  std::chrono::seconds session{1800};      ///< RFC 4028 interval that we propose; 0: none
  std::chrono::seconds ring_longest{600};  ///< watchdog of a call that is not answered, whatever Invite::limit says
  std::size_t dialogs = 20'000;            ///< at once; more are refused by 503
  std::size_t commands = 65'536;           ///< queued at once
  std::size_t trace_bytes = 4 * 1024 * 1024;
};

}  // namespace otklik::sip
