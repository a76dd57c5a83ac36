#pragma once
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <mutex>

#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "media/description.hpp"

namespace otklik::media {

/// An address as the system calls take it, of the family of the socket it is used with.
struct KernelAddress {
  union {
    sockaddr any;
    sockaddr_in v4;
    sockaddr_in6 v6;
  };
  socklen_t size = 0;  ///< 0: none

  KernelAddress() noexcept : v6{} {}
  [[nodiscard]] bool is_set() const noexcept { return size != 0; }
  [[nodiscard]] std::uint16_t port() const noexcept {
    return ntohs(any.sa_family == AF_INET ? v4.sin_port : v6.sin6_port);
  }
  void set_port(std::uint16_t port) noexcept { (any.sa_family == AF_INET ? v4.sin_port : v6.sin6_port) = htons(port); }
  [[nodiscard]] bool is_same_host(const KernelAddress& other) const noexcept;
  bool operator==(const KernelAddress& other) const noexcept { return is_same_host(other) && port() == other.port(); }
  [[nodiscard]] SocketAddress text_form() const noexcept;
};

/// For a socket of `family`. Not set: an IPv6 address on a socket of IPv4, port 0, or no address in particular
/// (0.0.0.0).
KernelAddress kernel_address(const SocketAddress& address, int family) noexcept;

/// The pair of sockets of a leg.
struct LegSockets {
  UniqueFd rtp;
  UniqueFd rtcp;
  std::uint16_t rtp_port = 0;
  std::uint16_t rtcp_port = 0;
  int family = AF_INET;
};

/// Gives out pairs of ports, even and odd, going round the range so that a port rests before it is used again: late
/// packets of the last call do not come into the next one. Any thread.
class PortRange {
 public:
  /// `first` 0: the system chooses.
  PortRange(std::uint16_t first, std::uint16_t last) : first_(first), last_(last) {}

  /// Errors: `too_many` (all are taken, here or by another program), `bad_request` (no address of this machine),
  /// `failed`.
  Result<LegSockets> open(const Address& local);

 private:
  const std::uint16_t first_;
  const std::uint16_t last_;
  std::mutex mutex_;
  std::uint32_t next_ = 0;  // pairs from the first
};

}  // namespace otklik::media
