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

/// Where a plugin is in the event log, kept over its lives and the server's. One thread at a time.
class KeptCursor {
 public:
  explicit KeptCursor(std::string file) : file_(std::move(file)) {}
  /// The next event wanted; nothing: none was kept for that log. Errors: `failed`, there may be one and it cannot be
  /// read.
  Result<std::optional<std::uint64_t>> read(const Uuid& log);
  /// Keeps that `next` is wanted, or as much of that as a power cut leaves true: numbers behind `synced` may be given
  /// again, and the cursor lasts longer than they. Say it again until is_kept().
  void keep(const Uuid& log, std::uint64_t next, std::uint64_t synced);
  /// Likewise, where it may be further back than before.
  void set(const Uuid& log, std::uint64_t next, std::uint64_t synced);
  [[nodiscard]] bool is_kept(std::uint64_t next) const noexcept { return kept_ && *kept_ >= next; }

 private:
  void write(const Uuid& log, std::uint64_t next);

  std::string file_;
  std::optional<std::uint64_t> kept_;
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

  /// Where it begins: the next event that is sent. Errors: `failed`, the cursor cannot be read.
  [[nodiscard]] Result<std::uint64_t> begin();
  /// Sends the next batch, if there is one and none is under way. Any thread.
  void go_on();
  /// Nothing more is sent; what was answered is kept. Any thread, not waiting for what is under way.
  void end();

 private:
  void pump();
  [[nodiscard]] std::string batch();
  void keep();
  void wait_for_more();
  void answered(bool taken);

  const Parts parts_;
  const std::weak_ptr<Process> process_;
  const EventWish wish_;
  std::atomic<bool> ended_ = false;
  std::atomic<bool> under_way_ = false;  // a batch is read or not answered yet
  std::atomic<bool> reopen_ = true;
  std::atomic<std::uint64_t> next_{0};  // the first event that is not taken yet

  // the strand's
  KeptCursor kept_;
  std::uint64_t taken_ = 0;    // the event behind the last batch that was
  std::uint64_t reached_ = 0;  // the event behind the batch under way
  std::unique_ptr<core::EventCursor> cursor_;
  std::mutex ticket_mutex_;
  std::unique_ptr<core::EventFeed::Ticket> ticket_;
};

}  // namespace otklik::plugins
