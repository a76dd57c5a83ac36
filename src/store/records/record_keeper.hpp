#pragma once
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>

#include "base/clock.hpp"
#include "base/strand.hpp"
#include "core/ports/event_feed.hpp"
#include "db/database.hpp"
#include "store/records/options.hpp"

namespace otklik::store {

/// For /metrics.
struct RecordFigures {
  std::uint64_t events = 0;  ///< recorded since the start
  std::uint64_t gaps = 0;
  std::uint64_t failures = 0;  ///< transactions that were tried again
  std::uint64_t behind = 0;    ///< events of the log that are not in the records yet
};

/// Writes the journey of every call from the event log into the database, on a thread of its own. Exactly once: where
/// it stands in the log is kept in the transaction that writes. What the log has lost is recorded as a gap.
class RecordKeeper {
 public:
  /// All must outlive it; the schema is up to date.
  RecordKeeper(db::Database& database, core::EventFeed& feed, const Clock& clock, RecordOptions options = {});
  ~RecordKeeper() { stop(); }
  RecordKeeper(const RecordKeeper&) = delete;
  RecordKeeper& operator=(const RecordKeeper&) = delete;

  /// Goes on from where the records stand, and follows.
  void start();
  /// Returns when every event up to this one is in the records, or false when that took too long. For tests.
  [[nodiscard]] bool wait_for(std::uint64_t sequence, std::chrono::milliseconds patience);
  /// Writes what it has begun, and no more; what is left is written after the next start. Idempotent.
  void stop();

  [[nodiscard]] RecordFigures figures() const;

 private:
  struct Batch;

  void go_on();
  void pump();
  Result<bool> write_batch();
  Result<> open();
  Result<> read(Batch& batch);
  void forget();
  void wait_for_more();
  [[nodiscard]] bool rest();

  db::Database& database_;
  core::EventFeed& feed_;
  const Clock& clock_;
  const RecordOptions options_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::uint64_t reached_ = 0;  // the first event that is not in the records
  RecordFigures figures_;
  std::unique_ptr<core::EventFeed::Ticket> ticket_;

  // the strand's
  std::unique_ptr<core::EventCursor> cursor_;
  std::uint64_t unsaved_ = 0;
  Time forgot_at_{};

  Strand strand_;  // last: its thread uses all of the above
};

}  // namespace otklik::store
