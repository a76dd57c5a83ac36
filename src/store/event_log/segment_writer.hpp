#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "store/event_log/disk.hpp"
#include "store/event_log/options.hpp"
#include "store/event_log/recovery.hpp"

namespace otklik::store {

/// Writes the newest segment, begins the next, deletes the oldest. Belongs to the log's thread.
class SegmentWriter {
 public:
  SegmentWriter(const EventLogOptions& options, Recovered&& recovered, Disk& disk);

  /// How far a write got.
  struct Written {
    std::size_t bytes = 0;
    std::optional<Error> error;  ///< why not all of them: `storage_full`, `failed`
  };
  /// Writes behind the last whole record. What of it stays is said by keep(), which must follow.
  Written write(std::string_view bytes);
  /// `whole` bytes of what was written are whole records and stay; the rest is taken back.
  void keep(std::size_t whole, const Written& written);

  /// Whether there would be room for a good number of records: writes zeros and takes them back.
  Result<> probe();

  /// No segment yet, or the newest is past its size.
  [[nodiscard]] bool wants_next() const noexcept;
  /// Begins a segment; the one before must be synced, so that a crash can tear the newest only.
  Result<> begin_next(std::uint64_t first_sequence, Time now);

  /// Deletes what is too old or too much, and says so in the log for people. Never the newest.
  void prune(Time now);

  Result<> sync();
  [[nodiscard]] int fd() const noexcept { return fd_.get(); }
  [[nodiscard]] const Uuid& log() const noexcept { return log_; }
  [[nodiscard]] std::uint64_t bytes() const noexcept;  ///< of all segments
  [[nodiscard]] std::size_t count() const noexcept { return segments_.size(); }

 private:
  [[nodiscard]] std::string path_of(std::uint64_t first_sequence) const;

  const EventLogOptions& options_;
  Disk& disk_;
  UniqueFd lock_;
  Uuid log_;
  std::vector<SegmentInfo> segments_;  // the last is the one that fd_ writes
  UniqueFd fd_;
};

}  // namespace otklik::store
