#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/address.hpp"
#include "base/uuid.hpp"
#include "sip/values.hpp"

namespace otklik::sip {

/// Which ways in somebody may use.
struct Transports {
  bool udp = true;
  bool tcp = true;
  bool tls = true;
  bool browser = true;

  [[nodiscard]] bool allow(Transport t) const noexcept {
    return t == Transport::udp ? udp : t == Transport::tcp ? tcp : t == Transport::tls ? tls : browser;
  }
  bool operator==(const Transports&) const = default;
};

/// What a phone registers and calls with. The line behind it is somebody else's business: here it is an id that comes
/// back in facts.
struct Account {
  Uuid line;
  std::string aor;         ///< user part of its address-of-record, and what Invite calls; `1001`
  std::string ha1_md5;     ///< 32 hexadecimal digits of MD5(user:realm:password); empty: MD5 is refused
  std::string ha1_sha256;  ///< 64 digits, likewise by SHA-256; empty: not offered
  Transports transports;
  std::uint16_t contacts_most = 10;  ///< phones registered at once; one more takes the place of the oldest

  bool operator==(const Account&) const = default;
};

/// The way to another exchange.
struct Trunk {
  Uuid id;
  std::string host;        ///< name or address of the peer, or of its outbound proxy if there is one
  std::uint16_t port = 0;  ///< 0: by SRV where there is a record, else 5060 or 5061
  Transport transport = Transport::udp;
  std::string domain;  ///< host of From, To and of the request's URI; empty: `host`

  std::string user;        ///< user of the address-of-record and of Contact
  std::string auth_user;   ///< empty: `user`
  std::string password;    ///< answers 401 and 407; never written anywhere
  bool registers = false;  ///< RegisterTrunk may be used
  std::chrono::seconds expires{600};
  std::chrono::seconds keep_alive{30};  ///< OPTIONS to the peer; 0: none

  std::vector<Network> sources;       ///< whoever calls from here is this trunk; resolved addresses of `host` count too
  bool verify_certificate = true;     ///< tls: the peer's certificate has to be good, and for `host`
  bool caller_in_p_asserted = false;  ///< the number is put into P-Asserted-Identity too

  bool operator==(const Trunk&) const = default;
};

/// All that the agent has to know of the world, at one moment. Immutable: a change is a new one, see Agent::use().
struct Accounts {
  std::string realm = "otklik";  ///< that the HA1 values were made for
  /// By the user name of the digest.
  std::unordered_map<std::string, Account> by_user;
  std::vector<Trunk> trunks;
};

}  // namespace otklik::sip
