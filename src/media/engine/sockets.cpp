#include "media/engine/sockets.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/file.hpp"

namespace otklik::media {
namespace {

constexpr unsigned tries_of_system = 64;    // for a pair of neighbours, where the system chooses
constexpr int expedited_forwarding = 0xB8;  // DSCP 46 (RFC 3246): routers that know it let speech go first

enum class Bound : std::uint8_t { yes, taken, no_such_address, failed };

Bound bind_one(UniqueFd& fd, const Address& local, std::uint16_t port, int& family) {
  family = local.is_v4() ? AF_INET : AF_INET6;
  fd.reset(::socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return Bound::failed;
  KernelAddress address;
  if (family == AF_INET) {
    address.v4 = {};
    address.v4.sin_family = AF_INET;
    std::memcpy(&address.v4.sin_addr, local.bytes.data() + 12, 4);
    address.size = sizeof address.v4;
    ::setsockopt(fd.get(), IPPROTO_IP, IP_TOS, &expedited_forwarding, sizeof expedited_forwarding);
  } else {
    address.v6 = {};
    address.v6.sin6_family = AF_INET6;
    std::memcpy(&address.v6.sin6_addr, local.bytes.data(), 16);
    address.size = sizeof address.v6;
    const int off = 0;
    ::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    ::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_TCLASS, &expedited_forwarding, sizeof expedited_forwarding);
  }
  address.set_port(port);
  if (::bind(fd.get(), &address.any, address.size) == 0) return Bound::yes;
  if (errno == EADDRINUSE || errno == EACCES) return Bound::taken;
  return errno == EADDRNOTAVAIL ? Bound::no_such_address : Bound::failed;
}

std::uint16_t port_of(const UniqueFd& fd) {
  KernelAddress address;
  address.size = sizeof address.v6;
  if (::getsockname(fd.get(), &address.any, &address.size) != 0) return 0;
  return address.port();
}

/// An even port (or any, for 0) and the one after it.
Bound bind_pair(LegSockets& pair, const Address& local, std::uint16_t port) {
  const Bound first = bind_one(pair.rtp, local, port, pair.family);
  if (first != Bound::yes) return first;
  pair.rtp_port = port_of(pair.rtp);
  if (pair.rtp_port == 0 || pair.rtp_port == 0xFFFF) return Bound::taken;
  pair.rtcp_port = static_cast<std::uint16_t>(pair.rtp_port + 1);
  return bind_one(pair.rtcp, local, pair.rtcp_port, pair.family);
}

}  // namespace

bool KernelAddress::is_same_host(const KernelAddress& other) const noexcept {
  if (size == 0 || other.size == 0 || any.sa_family != other.any.sa_family) return false;
  if (any.sa_family == AF_INET) return v4.sin_addr.s_addr == other.v4.sin_addr.s_addr;
  return std::memcmp(&v6.sin6_addr, &other.v6.sin6_addr, sizeof v6.sin6_addr) == 0;
}

SocketAddress KernelAddress::text_form() const noexcept {
  SocketAddress out;
  if (size == 0) return out;
  out.port = port();
  if (any.sa_family == AF_INET) {
    out.address.bytes[10] = out.address.bytes[11] = 0xFF;
    std::memcpy(out.address.bytes.data() + 12, &v4.sin_addr, 4);
  } else {
    std::memcpy(out.address.bytes.data(), &v6.sin6_addr, 16);
  }
  return out;
}

KernelAddress kernel_address(const SocketAddress& address, int family) noexcept {
  KernelAddress out;
  const auto& bytes = address.address.bytes;
  const bool is_v4 = address.address.is_v4();
  const auto from = bytes.begin() + (is_v4 ? 12 : 0);
  if (address.port == 0 || std::all_of(from, bytes.end(), [](auto b) { return b == 0; })) return out;
  if (family == AF_INET) {
    if (!is_v4) return out;
    out.v4 = {};
    out.v4.sin_family = AF_INET;
    std::memcpy(&out.v4.sin_addr, bytes.data() + 12, 4);
    out.size = sizeof out.v4;
  } else {
    out.v6 = {};
    out.v6.sin6_family = AF_INET6;
    std::memcpy(&out.v6.sin6_addr, bytes.data(), 16);
    out.size = sizeof out.v6;
  }
  out.set_port(address.port);
  return out;
}

Result<LegSockets> PortRange::open(const Address& local) {
  const std::uint32_t even = (first_ + 1U) & ~1U;
  const std::uint32_t pairs = first_ == 0 ? tries_of_system : (last_ > even ? (last_ - even + 1) / 2 : 0);
  for (std::uint32_t i = 0; i < pairs; ++i) {
    std::uint16_t port = 0;
    if (first_ != 0) {
      const std::lock_guard lock(mutex_);
      port = static_cast<std::uint16_t>(even + next_ % pairs * 2);
      next_ = (next_ + 1) % pairs;
    }
    LegSockets pair;
    switch (bind_pair(pair, local, port)) {
      case Bound::yes:
        return pair;
      case Bound::taken:
        continue;
      case Bound::no_such_address:
        return fail(ErrorCode::bad_request, "The media address is none of this machine's");
      case Bound::failed:
        return std::unexpected(last_system_error("opening a media port"));
    }
  }
  return fail(ErrorCode::too_many, "All media ports are taken");
}

}  // namespace otklik::media
