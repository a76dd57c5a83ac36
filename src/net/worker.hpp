#pragma once
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/live.hpp"
#include "base/snapshot.hpp"
#include "net/census.hpp"
#include "net/exchange.hpp"
#include "net/loop/loop.hpp"
#include "net/server.hpp"
#include "net/transport/tls.hpp"

namespace otklik::net {

class Connection;

/// What all loops of a server share: settings, and counters for all of them.
struct ServerShared {
  explicit ServerShared(ServerOptions o)
      : options(std::move(o)), census(options->limits.connections, options->limits.connections_per_address) {}

  [[nodiscard]] bool trusts(const Address& peer) const noexcept;

  Live<ServerOptions> options;
  Census census;
  SnapshotHolder<TlsContext> tls{nullptr};
};

/// Figures of one loop: one thread writes, any reads.
struct WorkerFigures {
  using Count = std::atomic<std::uint64_t>;
  Count accepted = 0, refused = 0, requests = 0, bytes_in = 0, bytes_out = 0, malformed = 0, timed_out = 0;
  std::array<Count, 6> by_class{};  ///< answers by the first digit of their status

  static void add(Count& count, std::uint64_t n = 1) noexcept {
    count.store(count.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
};

/// One loop's share of the server: its connections and what they lend each other. Loop's thread only, unless said.
class Worker {
 public:
  Worker(ServerShared& shared, std::unique_ptr<Loop> loop, unsigned index);
  ~Worker();

  [[nodiscard]] Loop& loop() noexcept { return *loop_; }
  [[nodiscard]] ServerShared& shared() noexcept { return shared_; }
  [[nodiscard]] const ServerOptions& options() const noexcept { return *shared_.options; }
  [[nodiscard]] const Limits& limits() const noexcept { return shared_.options->limits; }
  [[nodiscard]] WorkerFigures& figures() noexcept { return figures_; }

  /// Connections here now, counting those on their way: for who deals them out. Any thread.
  std::atomic<std::size_t> load = 0;

  std::unique_ptr<Exchange> take_exchange();
  void give_back(std::unique_ptr<Exchange> exchange);

  /// `Date: …` with its line end, of the present second.
  std::string_view date_line();
  std::uint64_t next_request_id() noexcept { return next_request_id_++; }

  /// Output of the connection whose turn it is, collected until the end of its turn. Empty between turns.
  std::string batch;
  /// For one read or one record, no longer than a call.
  [[nodiscard]] std::span<char> scratch() noexcept { return {scratch_.get(), scratch_size}; }

  void add(std::shared_ptr<Connection> connection);
  /// The connection is closed and has nothing outstanding: it goes at the end of the round.
  void remove(Connection& connection);
  /// Its socket is closed; the connection itself may stay for an answer that is still out.
  void socket_closed();

  /// Idle connections close now, the others after their answer; the loop ends with the last, or after `limit`.
  void drain(std::chrono::milliseconds limit);
  [[nodiscard]] bool is_draining() const noexcept { return draining_; }
  /// Everything closes, the loop ends.
  void stop_now();

 private:
  static constexpr std::size_t scratch_size = 64 * 1024;
  static constexpr std::size_t pool_size = 64;

  ServerShared& shared_;
  std::unique_ptr<Loop> loop_;
  WorkerFigures figures_;
  std::vector<std::unique_ptr<Exchange>> pool_;
  std::unique_ptr<char[]> scratch_;
  std::vector<std::shared_ptr<Connection>> connections_;  ///< each knows its place here
  std::size_t open_sockets_ = 0;
  std::uint64_t next_request_id_;
  std::time_t date_second_ = 0;
  std::string date_line_;
  Timer drain_limit_;
  bool draining_ = false;
};

}  // namespace otklik::net
