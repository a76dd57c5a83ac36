#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/live.hpp"
#include "store/event_log/disk.hpp"
#include "store/event_log/mapped_tail.hpp"
#include "store/event_log/options.hpp"
#include "store/event_log/recovery.hpp"

namespace otklik::store {

/// Writes the newest segment, begins the next, deletes the oldest. One thread at a time; only copy() and what is
/// noexcept neither waits for the disk nor fails.
class SegmentWriter {
 public:
  SegmentWriter(const Live<EventLogOptions>& options, Recovered&& recovered, Disk& disk);

  /// How far a write got.
  struct Written {
    std::size_t bytes = 0;
    std::optional<Error> error;  ///< why not all of them: `storage_full`, `failed`
  };
  /// Writes behind the last whole record. What of it stays is said by keep(), which must follow.
  Written write(std::string_view bytes);
  /// `whole` bytes of what was written are whole records and stay; the rest is taken back.
  void keep(std::size_t whole, const Written& written);

  /// Makes memory ready for copy(), where the disk allows it: more of it when more is written. After a sync, and when
  /// it runs low.
  void prepare_tail();
  [[nodiscard]] bool tail_runs_low() const noexcept { return tail_room() < tail_size_ / 2; }
  /// So many bytes copy() takes now; 0 too when there is no segment to write to.
  [[nodiscard]] std::size_t tail_room() const noexcept { return wants_next() ? 0 : tail_.room(segments_.back().bytes); }
  /// Appends whole records, which end at `ends` of `records`; afterwards they are as good as written.
  void copy(std::string_view records, std::span<const std::size_t> ends) noexcept;

  /// Whether there would be room for a good number of records: writes zeros and takes them back.
  Result<> probe();

  /// No segment yet, or the newest is past its size.
  [[nodiscard]] bool wants_next() const noexcept;
  /// Begins a segment; the one before must be synced, so that a crash can tear the newest only.
  Result<> begin_next(std::uint64_t first_sequence, Time now);

  /// Deletes what is too old or too much, and says so in the log for people. Never the newest.
  void prune(Time now);

  Result<> sync();
  /// Somebody syncs fd(): until prepare_tail() nothing can be copied.
  void sync_begins() noexcept;
  /// Cuts off what was made ready and not used; nothing is written any more.
  void close();
  [[nodiscard]] int fd() const noexcept { return fd_.get(); }
  [[nodiscard]] const Uuid& log() const noexcept { return log_; }
  [[nodiscard]] std::uint64_t bytes() const noexcept;  ///< of all segments
  [[nodiscard]] std::size_t count() const noexcept { return segments_.size(); }

 private:
  [[nodiscard]] std::string path_of(std::uint64_t first_sequence) const;

  const Live<EventLogOptions>& options_;
  Disk& disk_;
  UniqueFd lock_;
  Uuid log_;
  std::vector<SegmentInfo> segments_;  // the last is the one that fd_ writes
  UniqueFd fd_;
  MappedTail tail_;
  std::size_t tail_size_ = 0;       // to be made ready at once
  std::uint64_t synced_bytes_ = 0;  // of the newest segment when the last sync began
  bool tail_refused_ = false;       // since the last sync
  bool has_left_overs_ = false;     // of a record that could not be taken back, behind its end
};

}  // namespace otklik::store
