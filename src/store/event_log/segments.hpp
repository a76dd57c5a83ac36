#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "store/event_log/record.hpp"

/// The files of a log: `00000000000000000001.events` and so on, each named by its first sequence number.
namespace otklik::store {

std::string segment_name(std::uint64_t first_sequence);
/// Nothing when it is no segment's name.
std::optional<std::uint64_t> first_sequence_of(std::string_view name) noexcept;

/// The first sequence numbers of all segments, ascending. Error: `failed`, the folder cannot be read.
Result<std::vector<std::uint64_t>> list_segments(const std::string& folder);

/// A stretch of a segment that cannot be read, or numbers that are in no segment.
struct Damage {
  std::string segment;       ///< the file's name
  std::uint64_t offset = 0;  ///< where in it
  std::string what;
  std::uint64_t missing_from = 0;  ///< events that are lost by it, from … to; 0: none, or it is not known
  std::uint64_t missing_to = 0;

  [[nodiscard]] std::string text() const;  ///< a sentence for the log
};

/// What a segment holds.
struct Scan {
  std::optional<SegmentHeader> header;
  std::uint64_t next_sequence = 1;  ///< after its last record
  std::uint64_t records = 0;
  std::uint64_t end = 0;          ///< behind the last whole record
  std::uint64_t torn = 0;         ///< so many bytes behind it are half a record; what follows them is zeros, or nothing
  std::vector<Damage> damages{};  ///< at most 1,000
};

/// Looks at every record. `bytes` is the whole segment, `first_sequence` what its name says. Reads what it is given and
/// nothing else, whatever it is.
Scan scan_segment(std::string_view bytes, std::uint64_t first_sequence);

/// Reads a segment whole. Error: `failed`, `too_large` past 4 GiB.
Result<std::string> read_segment(int fd);

}  // namespace otklik::store
