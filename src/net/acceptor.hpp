#pragma once
#include <sys/socket.h>

#include <deque>
#include <memory>
#include <span>

#include "base/address.hpp"
#include "base/unique_fd.hpp"
#include "net/loop/loop.hpp"
#include "net/server.hpp"
#include "net/worker.hpp"

namespace otklik::net {

/// Accepts on one listening socket and deals the connections out to the worker that has the fewest.
///
/// One socket and one accepting loop, not SO_REUSEPORT on every loop: with that a second start of the program would
/// share the port in silence instead of being told that it is taken, connections would be spread by a hash and not by
/// load (they are long-lived here), and those in the queue of a loop that ends would be reset. The hand-over costs a
/// few microseconds a connection.
class Acceptor final : public Watcher {
 public:
  /// `socket` must listen and be non-blocking; `home` is the worker that accepts. All outlive the acceptor.
  Acceptor(UniqueFd socket, const ListenerOptions& options, std::shared_ptr<ListenerCounts> counts, Worker& home,
           std::span<const std::unique_ptr<Worker>> workers);

  /// Begins; on the home loop, as are the rest.
  void start();
  /// Takes what has connected already, and closes the socket.
  void stop();

  [[nodiscard]] bool is_of(const Worker& worker) const noexcept { return &worker == &home_; }

  void on_events(std::uint32_t events) override;

 private:
  bool accept_all();
  void admit(UniqueFd fd, const Address& peer);
  void turn_away(UniqueFd fd, Census::Verdict verdict);
  void let_leave();
  Worker& least_loaded();

  UniqueFd socket_;
  Application& application_;
  const bool tls_;
  const std::shared_ptr<ListenerCounts> counts_;
  Worker& home_;
  std::span<const std::unique_ptr<Worker>> workers_;
  std::size_t next_ = 0;
  Timer pause_;  ///< while the process has no descriptor left
  struct Leaving {
    std::int64_t until;
    UniqueFd fd;
  };
  std::deque<Leaving> leaving_;  ///< turned away, but not cut off before they can have read why; bounded
  Timer leave_;
  std::int64_t complained_ = 0;
};

/// A listening socket for the options. Errors: as Server::listen().
Result<UniqueFd> open_listening_socket(const Endpoint& endpoint, Endpoint& bound);

}  // namespace otklik::net
