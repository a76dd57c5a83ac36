#include "sip/edge/sockets.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/file.hpp"

namespace otklik::sip {
namespace {

constexpr int datagrams_a_turn = 256;
constexpr int accepted_a_turn = 64;
constexpr int backlog = 1024;
constexpr int buffer_bytes = 4 * 1024 * 1024;  // a burst of phones that come back after a power failure

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }  // NOLINT: C
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }                                  // NOLINT: C
};

SocketAddress socket_address(const Address& address, std::uint16_t port, bool v6) {
  SocketAddress result;
  if (v6) {
    sockaddr_in6 to{};
    to.sin6_family = AF_INET6;
    to.sin6_port = htons(port);
    std::memcpy(&to.sin6_addr, address.bytes.data(), 16);
    std::memcpy(&result.storage, &to, sizeof to);
    result.size = sizeof to;
  } else {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    std::memcpy(&to.sin_addr, address.bytes.data() + 12, 4);
    std::memcpy(&result.storage, &to, sizeof to);
    result.size = sizeof to;
  }
  return result;
}

Peer peer_of(const sockaddr_storage& storage, Transport transport) {
  Peer peer;
  peer.transport = transport;
  if (storage.ss_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &storage, sizeof v6);
    std::memcpy(peer.address.bytes.data(), &v6.sin6_addr, 16);
    peer.port = ntohs(v6.sin6_port);
  } else {
    sockaddr_in v4{};
    std::memcpy(&v4, &storage, sizeof v4);
    peer.address.bytes[10] = peer.address.bytes[11] = 0xFF;
    std::memcpy(peer.address.bytes.data() + 12, &v4.sin_addr, 4);
    peer.port = ntohs(v4.sin_port);
  }
  return peer;
}

struct Bound {
  UniqueFd fd;
  Endpoint endpoint;
  bool v6 = false;
};

void set_option(int fd, int level, int name, int value) noexcept {
  ::setsockopt(fd, level, name, &value, sizeof value);
}

Result<Bound> bind_socket(const Endpoint& endpoint, int type) {
  addrinfo hints{};
  hints.ai_socktype = type;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const auto port = std::to_string(endpoint.port);
  const std::string host = endpoint.host.empty() ? "::" : endpoint.host;
  if (::getaddrinfo(host.c_str(), port.c_str(), &hints, &list) != 0) {
    return fail(ErrorCode::bad_request, "The address " + endpoint.text() + " cannot be resolved");
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);
  Bound bound;
  bound.fd = UniqueFd(::socket(list->ai_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  bound.v6 = list->ai_family == AF_INET6;
  if (bound.fd) {
    if (type == SOCK_STREAM) set_option(bound.fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
    if (bound.v6) set_option(bound.fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 0);
    if (type == SOCK_DGRAM) {
      set_option(bound.fd.get(), SOL_SOCKET, SO_RCVBUF, buffer_bytes);
      set_option(bound.fd.get(), SOL_SOCKET, SO_SNDBUF, buffer_bytes);
    }
  }
  if (!bound.fd || ::bind(bound.fd.get(), list->ai_addr, list->ai_addrlen) != 0) {
    if (endpoint.host.empty() && (errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL)) {
      return bind_socket({"0.0.0.0", endpoint.port}, type);
    }
    return fail(ErrorCode::failed, "SIP port " + endpoint.text() + " cannot be bound: " + std::strerror(errno));
  }
  SocketAddress own;
  own.size = sizeof own.storage;
  ::getsockname(bound.fd.get(), own.get(), &own.size);
  bound.endpoint = {endpoint.host, peer_of(own.storage, Transport::udp).port};
  return bound;
}

}  // namespace

Result<std::unique_ptr<UdpSocket>> UdpSocket::bind(const Endpoint& endpoint, std::size_t most, SocketOwner& owner,
                                                   std::size_t index) {
  auto bound = bind_socket(endpoint, SOCK_DGRAM);
  if (!bound) return std::unexpected(bound.error());
  return std::unique_ptr<UdpSocket>(
      new UdpSocket(std::move(bound->fd), bound->endpoint, bound->v6, most, owner, index));
}

UdpSocket::UdpSocket(UniqueFd fd, Endpoint bound, bool v6, std::size_t most, SocketOwner& owner, std::size_t index)
    : fd_(std::move(fd)),
      bound_(std::move(bound)),
      v6_(v6),
      most_(most),
      owner_(owner),
      index_(index),
      room_(most + 1) {}

bool UdpSocket::send(std::string_view bytes, const Address& address, std::uint16_t port) {
  if (port == 0 || (!v6_ && !address.is_v4())) return false;
  const auto to = socket_address(address, port, v6_);
  return ::sendto(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL, to.get(), to.size) ==
         static_cast<ssize_t>(bytes.size());
}

std::string UdpSocket::local_address_to(const Address& address) {
  const bool v6 = !address.is_v4();
  const UniqueFd fd(::socket(v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const auto to = socket_address(address, 9, v6);
  if (!fd || ::connect(fd.get(), to.get(), to.size) != 0) return {};
  return local_address_of(fd.get());
}

void UdpSocket::on_events(std::uint32_t) {
  for (int i = 0; i < datagrams_a_turn; ++i) {
    SocketAddress from;
    from.size = sizeof from.storage;
    const auto count = ::recvfrom(fd_.get(), room_.data(), room_.size(), 0, from.get(), &from.size);
    if (count < 0) {
      if (errno == EINTR || errno == ECONNREFUSED) continue;  // the latter: an ICMP answer to something sent before
      return;
    }
    if (static_cast<std::size_t>(count) > most_) continue;
    owner_.datagram_came(*this, {room_.data(), static_cast<std::size_t>(count)}, peer_of(from.storage, Transport::udp));
  }
}

Result<std::unique_ptr<AcceptSocket>> AcceptSocket::bind(const Endpoint& endpoint, Transport transport,
                                                         SocketOwner& owner) {
  auto bound = bind_socket(endpoint, SOCK_STREAM);
  if (!bound) return std::unexpected(bound.error());
  if (::listen(bound->fd.get(), backlog) != 0) return std::unexpected(last_system_error("listening for SIP"));
  return std::unique_ptr<AcceptSocket>(new AcceptSocket(std::move(bound->fd), bound->endpoint, transport, owner));
}

AcceptSocket::AcceptSocket(UniqueFd fd, Endpoint bound, Transport transport, SocketOwner& owner)
    : fd_(std::move(fd)), bound_(std::move(bound)), transport_(transport), owner_(owner) {}

void AcceptSocket::on_events(std::uint32_t) {
  for (int i = 0; i < accepted_a_turn; ++i) {
    SocketAddress from;
    from.size = sizeof from.storage;
    UniqueFd fd(::accept4(fd_.get(), from.get(), &from.size, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!fd) {
      if (errno == EINTR || errno == ECONNABORTED) continue;
      return;
    }
    set_option(fd.get(), IPPROTO_TCP, TCP_NODELAY, 1);
    set_option(fd.get(), SOL_SOCKET, SO_KEEPALIVE, 1);
    owner_.accepted(*this, std::move(fd), peer_of(from.storage, transport_));
  }
}

Result<UniqueFd> connect_socket(const Address& address, std::uint16_t port) {
  const bool v6 = !address.is_v4();
  UniqueFd fd(::socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return std::unexpected(last_system_error("connecting"));
  set_option(fd.get(), IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(fd.get(), SOL_SOCKET, SO_KEEPALIVE, 1);
  const auto to = socket_address(address, port, v6);
  if (::connect(fd.get(), to.get(), to.size) != 0 && errno != EINPROGRESS) {
    return std::unexpected(last_system_error("connecting"));
  }
  return fd;
}

std::string local_address_of(int fd) {
  SocketAddress own;
  own.size = sizeof own.storage;
  if (::getsockname(fd, own.get(), &own.size) != 0) return {};
  const auto address = peer_of(own.storage, Transport::udp).address;
  return address.is_v4() ? address.text() : "[" + address.text() + "]";
}

}  // namespace otklik::sip
