#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/live.hpp"
#include "core/ports/event_log.hpp"
#include "store/event_log/disk.hpp"
#include "store/event_log/options.hpp"
#include "store/event_log/reader.hpp"
#include "store/event_log/recovery.hpp"
#include "store/event_log/segment_writer.hpp"
#include "store/event_log/syncer.hpp"
#include "store/event_log/waiters.hpp"

namespace otklik::store {

/// For /metrics and the shell.
struct EventLogFigures {
  std::uint64_t last_sequence = 0;
  std::uint64_t written = 0;  ///< events since the start
  std::uint64_t writes = 0;   ///< system calls, and copies into mapped memory, that wrote them
  std::uint64_t syncs = 0;
  std::uint64_t lost = 0;   ///< events without `done` that could not be kept
  std::uint64_t bytes = 0;  ///< of all segments
  std::uint64_t segments = 0;
  std::size_t queued = 0;   ///< in units of core::weight()
  std::size_t backlog = 0;  ///< events waiting for room on the disk
};

/// The event log in segment files: durable, batched, sequenced (docs/events.md).
///
/// Whoever appends writes by himself where that is a copy into memory and nothing can make him wait: the tail of the
/// newest segment is mapped and made ready ahead (MappedTail). Otherwise, and for everything that touches the disk,
/// there are two threads: one encodes and writes whole batches, the other waits for the disk when something is to be
/// synced.
///
/// A full disk: nothing half-written stays, callers are told `storage_full`, accepts() turns false, and the log tries
/// again by itself. A sync that fails is different: the kernel may have dropped what it could not write and say nothing
/// the next time, so from then on everything is refused with `failed` until the server is started again.
class FileEventLog final : public core::EventLog {
 public:
  /// Locks the folder and recovers what a crash left. `clock` and `disk` must outlive it.
  /// Errors: `conflict` (in use by another server), `storage_full`, `failed`; for whoever starts the server.
  static Result<std::unique_ptr<FileEventLog>> open(EventLogOptions options, const Clock& clock,
                                                    Disk& disk = real_disk());
  ~FileEventLog() override;
  FileEventLog(const FileEventLog&) = delete;
  FileEventLog& operator=(const FileEventLog&) = delete;

  /// These hold from now on; what they make due is done at once. The folder and the queues stay. Any thread.
  void use(EventLogOptions options);

  void append(std::span<core::LogEntry> batch) override;
  [[nodiscard]] std::size_t room() const noexcept override;
  [[nodiscard]] bool accepts() const noexcept override;

  /// Any thread: the number of the newest event that a reader can find; 0: none.
  [[nodiscard]] std::uint64_t last_sequence() const noexcept { return last_.load(std::memory_order_acquire); }
  /// Any thread: the number of the newest event that is on the disk; 0: none, or none is known to be yet.
  [[nodiscard]] std::uint64_t last_synced() const noexcept { return synced_.load(std::memory_order_acquire); }
  /// The log's own id: a cursor is (log, sequence). A log that was thrown away and begun anew has another.
  [[nodiscard]] const Uuid& id() const noexcept { return id_; }
  [[nodiscard]] const Recovery& recovery() const noexcept { return recovery_; }

  /// A reader that begins at `from`; 0: at the oldest event that is kept.
  [[nodiscard]] EventReader reader(std::uint64_t from) const { return {options_->folder, from}; }
  /// `more` runs once, on the log's thread, as soon as there is an event past `sequence` (also when there is already),
  /// unless the ticket has gone by then. It must be quick: post something.
  [[nodiscard]] WaitTicket when_past(std::uint64_t sequence, std::move_only_function<void()> more);

  /// Why nothing is accepted; empty while all is well. For people: names no file.
  [[nodiscard]] std::optional<Error> trouble() const;
  [[nodiscard]] EventLogFigures figures() const;

  /// Writes and syncs what was appended, runs every callback, joins its threads. Idempotent.
  void stop();

 private:
  using Steady = std::chrono::steady_clock;

  FileEventLog(EventLogOptions options, const Clock& clock, Recovered&& recovered, Disk& disk);

  struct Told {
    Result<std::uint64_t> result;
    core::Recorded done;
  };

  bool append_here(std::span<core::LogEntry> batch);
  void nudge();

  // all of these by whoever holds writing_
  std::size_t encode(std::span<core::LogEntry> entries);
  bool write_here(std::span<core::LogEntry> batch);
  void account(std::span<core::LogEntry> entries);
  void deliver(core::Durability durability, core::Recorded done, Result<std::uint64_t> result);
  void call_back();
  [[nodiscard]] bool is_behind() const noexcept { return synced_ < next_ - 1; }

  // all of these on the log's thread, which holds writing_ then
  void run();
  void work(std::vector<core::LogEntry>& batch);
  void take(std::span<core::LogEntry> entries);
  bool make_room_for_next();
  void write_encoded(std::span<core::LogEntry> entries);
  void refuse(std::span<core::LogEntry> entries);
  void lose(std::uint64_t count);
  void write_lost();
  void enter_trouble(Error error, bool for_good);
  void probe();
  void start_sync();
  void settle(const Syncer::Finished& finished);
  bool sync_now();
  void do_what_is_due();
  [[nodiscard]] Steady::time_point next_due() const;
  void finish();

  Live<EventLogOptions> options_;
  const Clock& clock_;
  const Recovery recovery_;
  SegmentWriter segments_;
  const Uuid id_;

  // between the threads
  mutable std::mutex mutex_;
  std::condition_variable work_came_;
  std::vector<core::LogEntry> queue_;
  std::uint64_t lost_in_queue_ = 0;
  bool sleeping_ = false;
  bool stopping_ = false;
  bool changed_ = false;          // the options did
  bool nudged_ = false;           // the log's thread has something to look at
  std::optional<Error> trouble_;  // written by the log's thread, which alone reads it without the lock
  std::atomic<std::size_t> queued_ = 0;
  std::atomic<bool> healthy_ = true;
  std::atomic<std::thread::id> log_thread_;  // not thread_.get_id(): stop() changes that while others ask
  std::atomic<std::uint64_t> last_;
  const std::shared_ptr<Waiters> waiters_ = std::make_shared<Waiters>();
  std::atomic<std::uint64_t> written_ = 0, writes_ = 0, syncs_ = 0, lost_ = 0, bytes_ = 0, segment_count_ = 0;
  std::atomic<std::size_t> backlogged_ = 0;

  // Held while somebody writes: by the log's thread while it works, however long that takes; by who appends himself
  // only if it is free. Taken before mutex_.
  std::mutex writing_;
  bool may_write_here_ = false;
  std::vector<Told> told_;  // to be called back
  std::uint64_t next_ = 1;
  std::atomic<std::uint64_t> synced_ = 0;  // read by anybody
  std::string buffer_;
  std::vector<std::size_t> ends_;  // of each encoded record in buffer_; the same as before: it was too large
  std::deque<Told> unsynced_;
  std::deque<core::LogEntry> backlog_;
  std::size_t backlog_weight_ = 0;
  std::uint64_t to_report_lost_ = 0;
  Time lost_since_{};
  bool dead_ = false;
  Steady::time_point next_sync_{}, next_probe_{}, next_prune_{};

  Syncer syncer_;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace otklik::store
