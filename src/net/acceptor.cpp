#include "net/acceptor.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <system_error>

#include "base/log.hpp"
#include "net/connection.hpp"

namespace otklik::net {
namespace {

constexpr int backlog = 4096;  // the kernel cuts it to net.core.somaxconn
constexpr int accepted_a_turn = 64;
constexpr std::int64_t pause_milliseconds = 100;  // without descriptors, clients wait in the kernel's queue
constexpr std::int64_t leaving_milliseconds = 1'000;
constexpr std::size_t leaving_most = 256;
constexpr std::int64_t complain_every = 60'000;
constexpr int keep_alive_idle_seconds = 60;  // a peer that vanished while its answer is being made is found out
constexpr int keep_alive_interval_seconds = 15;
constexpr int keep_alive_probes = 4;

constexpr std::string_view full_answer =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 22\r\n"
    "Retry-After: 5\r\nConnection: close\r\n\r\nToo many connections.\n";
constexpr std::string_view caller_answer =
    "HTTP/1.1 429 Too Many Requests\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 40\r\n"
    "Retry-After: 5\r\nConnection: close\r\n\r\nToo many connections from your address.\n";

Address address_of(const sockaddr_storage& storage) noexcept {
  Address address;
  if (storage.ss_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &storage, sizeof v6);
    std::memcpy(address.bytes.data(), &v6.sin6_addr, address.bytes.size());
  } else {
    sockaddr_in v4{};
    std::memcpy(&v4, &storage, sizeof v4);
    address.bytes[10] = address.bytes[11] = 0xFF;
    std::memcpy(address.bytes.data() + 12, &v4.sin_addr, 4);
  }
  return address;
}

std::uint16_t port_of(const sockaddr_storage& storage) noexcept {
  sockaddr_in v4{};  // the port lies at the same place in both families
  std::memcpy(&v4, &storage, sizeof v4);
  return ntohs(v4.sin_port);
}

void set_option(int fd, int level, int name, int value) noexcept {
  ::setsockopt(fd, level, name, &value, sizeof value);
}

/// One address of those that the host stands for; errno when it cannot be had.
UniqueFd listen_on(const addrinfo& where) {
  UniqueFd fd(::socket(where.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
  if (!fd) return {};
  set_option(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  if (where.ai_family == AF_INET6) set_option(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 0);
  // Linux hands these on to the accepted sockets: no calls for each connection.
  set_option(fd.get(), IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(fd.get(), SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(fd.get(), IPPROTO_TCP, TCP_KEEPIDLE, keep_alive_idle_seconds);
  set_option(fd.get(), IPPROTO_TCP, TCP_KEEPINTVL, keep_alive_interval_seconds);
  set_option(fd.get(), IPPROTO_TCP, TCP_KEEPCNT, keep_alive_probes);
  if (::bind(fd.get(), where.ai_addr, where.ai_addrlen) != 0 || ::listen(fd.get(), backlog) != 0) {
    const int error = errno;
    fd.reset();
    errno = error;
  }
  return fd;
}

std::string cause(int error) {
  switch (error) {
    case EADDRINUSE:
      return "the port is taken";
    case EACCES:
      return "not permitted (ports below 1024 need the capability CAP_NET_BIND_SERVICE)";
    case EADDRNOTAVAIL:
      return "this machine has no such address";
    default:
      return std::error_code(error, std::generic_category()).message();
  }
}

}  // namespace

Result<UniqueFd> open_listening_socket(const Endpoint& endpoint, Endpoint& bound) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const std::string port = std::to_string(endpoint.port);
  // "::" takes IPv4 callers too; where the kernel has no IPv6, "0.0.0.0" is left.
  const std::string host = endpoint.host.empty() ? "::" : endpoint.host;
  const int result = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &list);
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);
  if (result != 0) {
    return fail(ErrorCode::bad_request, "The address " + endpoint.text() + " cannot be resolved");
  }
  int error = 0;
  UniqueFd fd;
  for (const addrinfo* one = list; one != nullptr && !fd; one = one->ai_next) {
    fd = listen_on(*one);
    if (!fd) error = errno;
  }
  if (!fd && endpoint.host.empty() && (error == EAFNOSUPPORT || error == EADDRNOTAVAIL)) {
    return open_listening_socket({"0.0.0.0", endpoint.port}, bound);
  }
  if (!fd) {
    return fail(ErrorCode::failed, "Port " + port + " cannot be bound (" + endpoint.text() + "): " + cause(error));
  }
  sockaddr_storage own{};
  socklen_t size = sizeof own;
  ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&own), &size);  // NOLINT: as the call wants it
  bound = {endpoint.host, port_of(own)};
  return fd;
}

Acceptor::Acceptor(UniqueFd socket, const ListenerOptions& options, std::shared_ptr<ListenerCounts> counts,
                   Worker& home, std::span<const std::unique_ptr<Worker>> workers)
    : socket_(std::move(socket)),
      application_(*options.application),
      tls_(options.tls),
      counts_(std::move(counts)),
      home_(home),
      workers_(workers),
      pause_([](void* self) { static_cast<Acceptor*>(self)->start(); }, this),
      leave_([](void* self) { static_cast<Acceptor*>(self)->let_leave(); }, this) {}

void Acceptor::start() {
  if (!home_.loop().watch(socket_.get(), EPOLLIN, *this)) {
    log::error("a listening socket cannot be watched");
  }
}

void Acceptor::stop() {
  if (!socket_) return;
  pause_.cancel();
  for (int i = 0; i < backlog / accepted_a_turn && accept_all(); ++i) {
  }
  pause_.cancel();
  leave_.cancel();
  leaving_.clear();
  home_.loop().forget(socket_.get());
  socket_.reset();
}

void Acceptor::on_events(std::uint32_t) {
  if (socket_ && !pause_.is_set()) accept_all();
}

// False when nobody waits any more.
bool Acceptor::accept_all() {
  for (int i = 0; socket_ && i < accepted_a_turn; ++i) {
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    UniqueFd fd(::accept4(socket_.get(), reinterpret_cast<sockaddr*>(&peer), &size,  // NOLINT: as the call wants it
                          SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!fd) {
      if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
        const auto now = home_.loop().now();
        if (complained_ == 0 || now - complained_ > complain_every) {
          complained_ = now;
          log::error("no connection can be accepted: {}", cause(errno));
        }
        // Level-triggered, the socket would wake us at once again: look away for a while.
        home_.loop().forget(socket_.get());
        home_.loop().timers().set(pause_, now + pause_milliseconds);
      }
      if (errno == ECONNABORTED || errno == EINTR) continue;
      return false;
    }
    admit(std::move(fd), address_of(peer));
  }
  return static_cast<bool>(socket_);
}

void Acceptor::admit(UniqueFd fd, const Address& peer) {
  auto& shared = home_.shared();
  auto [verdict, place] = shared.census.enter(peer, peer.is_loopback() || shared.trusts(peer));
  if (verdict != Census::Verdict::admitted) {
    WorkerFigures::add(home_.figures().refused);
    counts_->refused.fetch_add(1, std::memory_order_relaxed);
    turn_away(std::move(fd), verdict);
    return;
  }
  WorkerFigures::add(home_.figures().accepted);
  counts_->accepted.fetch_add(1, std::memory_order_relaxed);
  place.count_at(counts_);
  SslPtr ssl;
  if (tls_) {
    const auto context = shared.tls.take();
    if (context) ssl = context->accept(fd.get());
    if (!ssl) return;
  }
  Worker& worker = least_loaded();
  worker.load.fetch_add(1, std::memory_order_relaxed);
  auto connection = std::make_shared<Connection>(worker, Transport(std::move(fd), std::move(ssl)), application_, peer,
                                                 std::move(place));
  if (&worker == &home_) {
    worker.add(connection);
    connection->start();
  } else {
    worker.loop().post([&worker, connection = std::move(connection)] {
      worker.add(connection);
      connection->start();
    });
  }
}

void Acceptor::turn_away(UniqueFd fd, Census::Verdict verdict) {
  if (tls_) return;  // to say it would cost a handshake, which is what there is no room for
  const auto answer = verdict == Census::Verdict::full ? full_answer : caller_answer;
  ::send(fd.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
  ::shutdown(fd.get(), SHUT_WR);
  // A close while something is unread resets the connection, and the client would not see the answer.
  const auto now = home_.loop().now();
  if (leaving_.size() == leaving_most) leaving_.pop_front();
  leaving_.push_back({now + leaving_milliseconds, std::move(fd)});
  if (!leave_.is_set()) home_.loop().timers().set(leave_, leaving_.front().until);
}

void Acceptor::let_leave() {
  const auto now = home_.loop().now();
  while (!leaving_.empty() && leaving_.front().until <= now) leaving_.pop_front();
  if (!leaving_.empty()) home_.loop().timers().set(leave_, leaving_.front().until);
}

Worker& Acceptor::least_loaded() {
  next_ = (next_ + 1) % workers_.size();
  Worker* best = workers_[next_].get();
  std::size_t least = best->load.load(std::memory_order_relaxed);
  for (std::size_t i = 1; i < workers_.size(); ++i) {
    Worker* other = workers_[(next_ + i) % workers_.size()].get();
    const std::size_t load = other->load.load(std::memory_order_relaxed);
    if (load < least) {
      least = load;
      best = other;
    }
  }
  return *best;
}

}  // namespace otklik::net
