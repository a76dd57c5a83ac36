#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/strand.hpp"
#include "core/ports/event_feed.hpp"
#include "plugins/host_api.hpp"
#include "plugins/process.hpp"
#include "plugins/supervisor.hpp"

namespace otklik::plugins {

/// Where a plugin is in the event log, kept over its lives and the server's.
class KeptCursor {
 public:
  explicit KeptCursor(std::string file) : file_(std::move(file)) {}
  /// The next event wanted, if one was kept for that log.
  [[nodiscard]] std::optional<std::uint64_t> read(const Uuid& log) const;
  void write(const Uuid& log, std::uint64_t next) const;

 private:
  std::string file_;
};

/// Sends a process what happens, batch by batch, each when the one before has been answered. Reads on the strand.
class Subscription : public std::enable_shared_from_this<Subscription> {
 public:
  using Clock = Process::Clock;
  static constexpr std::size_t most_events = 100;

  struct Parts {
    core::EventFeed& feed;
    Strand& work;
    Supervisor& supervisor;
    std::chrono::milliseconds patience;  ///< for the answer to a batch
    std::size_t most_bytes;              ///< of a batch
  };

  Subscription(Parts parts, std::weak_ptr<Process> process, EventWish wish, KeptCursor kept);

  /// Where it begins: the next event that is sent.
  [[nodiscard]] std::uint64_t begin();
  /// Sends the next batch, if there is one and none is under way. Any thread.
  void go_on();
  /// Nothing more is sent; what was answered is kept. Any thread, not waiting for what is under way.
  void end();

 private:
  void pump();
  [[nodiscard]] std::string batch();
  void wait_for_more();
  void answered(bool taken);

  const Parts parts_;
  const std::weak_ptr<Process> process_;
  const EventWish wish_;
  const KeptCursor kept_;
  std::atomic<bool> ended_ = false;
  std::atomic<bool> under_way_ = false;  // a batch is read or not answered yet
  std::atomic<bool> reopen_ = true;
  std::atomic<std::uint64_t> next_{0};  // the first event that is not taken yet

  // the strand's
  std::uint64_t reached_ = 0;  // the event behind the batch under way
  std::unique_ptr<core::EventCursor> cursor_;
  std::mutex ticket_mutex_;
  std::unique_ptr<core::EventFeed::Ticket> ticket_;
};

}  // namespace otklik::plugins
