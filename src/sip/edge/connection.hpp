#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "net/loop/loop.hpp"
#include "net/transport/transport.hpp"
#include "sip/edge/flow_token.hpp"
#include "sip/message/framer.hpp"

namespace otklik::sip {

/// What a connection tells its owner. All on the edge's loop.
class ConnectionOwner {
 public:
  /// A whole message; `bytes` are good for the call only.
  virtual void message_came(class Connection& connection, std::string_view bytes) = 0;
  /// It is closed, and will say nothing more. The owner lets it go.
  virtual void connection_closed(class Connection& connection) = 0;

 protected:
  ~ConnectionOwner() = default;
};

/// One TCP or TLS connection that carries SIP: of a phone, a trunk, or with the SIP library.
class Connection final : public net::Watcher, public std::enable_shared_from_this<Connection> {
 public:
  struct Bounds {
    std::size_t message = 32 * 1024;
    std::size_t queued = 256 * 1024;
    std::int64_t idle_ms = 0;        ///< 0: may be silent for ever
    std::int64_t first_ms = 10'000;  ///< until it is connected, its handshake is done and a whole message has come
  };
  /// `connecting`: the socket is on its way to the peer. `inner`: with the library; counts as established.
  Connection(net::Loop& loop, ConnectionOwner& owner, net::Transport transport, Flow flow, std::string local_host,
             std::uint16_t local_port, Bounds bounds, bool connecting, bool inner);
  ~Connection();

  /// False: it cannot be watched; drop it.
  bool start();
  /// Sends, or queues. False when it is closed or takes no more: the peer does not read, the connection is closed.
  bool send(std::string_view bytes);
  void close();

  [[nodiscard]] const Flow& flow() const noexcept { return flow_; }
  [[nodiscard]] bool is_inner() const noexcept { return inner_; }
  [[nodiscard]] bool is_open() const noexcept { return transport_.is_open(); }
  [[nodiscard]] const std::string& local_host() const noexcept { return local_host_; }
  [[nodiscard]] std::uint16_t local_port() const noexcept { return local_port_; }
  /// A registration or a call hangs on it: it is not closed for being silent at first.
  void settle() noexcept { settled_ = true; }

  void on_events(std::uint32_t events) override;

 private:
  bool establish();
  void read_all();
  void write_all();
  void arm();
  void time_is_up();

  net::Loop& loop_;
  ConnectionOwner& owner_;
  net::Transport transport_;
  const Flow flow_;
  const std::string local_host_;
  const std::uint16_t local_port_;
  const Bounds bounds_;
  Framer framer_;
  std::string out_;
  std::size_t written_ = 0;
  bool connecting_;
  bool established_ = false;
  bool settled_ = false;
  const bool inner_;
  net::Timer timer_;
};

}  // namespace otklik::sip
