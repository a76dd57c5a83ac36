#pragma once
#include <string>

#include "base/address.hpp"
#include "net/census.hpp"
#include "net/http/response.hpp"
#include "net/transport/transport.hpp"

namespace otklik::net {

class Loop;

/// A connection that is no longer HTTP's: what a protocol that began by an upgrade gets
/// (Takeover in net/http/response.hpp).
struct Handover {
  Transport transport;  ///< the socket, and its TLS where it has one; no longer watched by the loop
  std::string unread;   ///< what the client sent behind its request
  Loop& loop;           ///< the connection's own; take() is called on it and may watch the socket there
  Address peer;         ///< as RequestHead::peer
  Census::Place place;  ///< among the counted connections: to be kept as long as the socket
};

}  // namespace otklik::net
