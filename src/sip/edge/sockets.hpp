#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.hpp"
#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "net/loop/loop.hpp"
#include "sip/values.hpp"

namespace otklik::sip {

class UdpSocket;
class AcceptSocket;

/// Whom sockets tell. On the edge's loop.
class SocketOwner {
 public:
  virtual void datagram_came(UdpSocket& socket, std::string_view bytes, const Peer& from) = 0;
  virtual void accepted(AcceptSocket& socket, UniqueFd fd, const Peer& from) = 0;

 protected:
  ~SocketOwner() = default;
};

/// A bound UDP socket. Datagrams past `most` bytes are dropped unseen, here.
class UdpSocket final : public net::Watcher {
 public:
  /// Errors: `failed`, with the port and why.
  static Result<std::unique_ptr<UdpSocket>> bind(const Endpoint& endpoint, std::size_t most, SocketOwner& owner,
                                                 std::size_t index);
  bool send(std::string_view bytes, const Address& address, std::uint16_t port);
  /// Which of our addresses a datagram to that address would leave by; empty when there is no way.
  [[nodiscard]] static std::string local_address_to(const Address& address);

  [[nodiscard]] int fd() const noexcept { return fd_.get(); }
  [[nodiscard]] const Endpoint& bound() const noexcept { return bound_; }
  [[nodiscard]] std::size_t index() const noexcept { return index_; }
  void on_events(std::uint32_t events) override;

 private:
  UdpSocket(UniqueFd fd, Endpoint bound, bool v6, std::size_t most, SocketOwner& owner, std::size_t index);
  UniqueFd fd_;
  Endpoint bound_;
  bool v6_;
  std::size_t most_;
  SocketOwner& owner_;
  std::size_t index_;
  std::vector<char> room_;
};

/// A listening TCP socket, whatever is spoken on it.
class AcceptSocket final : public net::Watcher {
 public:
  static Result<std::unique_ptr<AcceptSocket>> bind(const Endpoint& endpoint, Transport transport, SocketOwner& owner);

  [[nodiscard]] int fd() const noexcept { return fd_.get(); }
  [[nodiscard]] const Endpoint& bound() const noexcept { return bound_; }
  [[nodiscard]] Transport transport() const noexcept { return transport_; }
  void on_events(std::uint32_t events) override;

 private:
  AcceptSocket(UniqueFd fd, Endpoint bound, Transport transport, SocketOwner& owner);
  UniqueFd fd_;
  Endpoint bound_;
  Transport transport_;
  SocketOwner& owner_;
};

/// A socket on its way to a peer, not blocking. Errors: `failed`.
Result<UniqueFd> connect_socket(const Address& address, std::uint16_t port);
/// The address of this end of a connected socket.
std::string local_address_of(int fd);

}  // namespace otklik::sip
