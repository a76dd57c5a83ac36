#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "base/uuid.hpp"
#include "store/event_log/segments.hpp"

namespace otklik::store {

/// What opening a log found. All of it has been written to the log for people too.
struct Recovery {
  std::uint64_t next_sequence = 1;
  std::uint64_t torn_bytes = 0;  ///< cut off the end of the newest segment; they lie beside it, in `torn_kept_in`
  std::string torn_kept_in;      ///< empty: nothing was torn, or there was no room to keep it
  /// In the newest segment, and broken headers of the others. The others are read by check_events() only.
  std::vector<Damage> damages;
};

/// One segment as the writer knows it.
struct SegmentInfo {
  std::uint64_t first_sequence = 1;
  std::uint64_t bytes = 0;
  Time begun{};  ///< the segment before it got its last event about then
};

/// A log made ready to be written on.
struct Recovered {
  UniqueFd lock;
  Uuid log{};
  std::vector<SegmentInfo> segments{};  ///< ascending; perhaps none
  /// The newest segment, to be appended to at its end; empty: the next one is to be begun.
  UniqueFd newest{};
  Recovery report{};
};

/// Locks the folder (made if it is not there) and brings the newest segment to the end of its last whole record.
/// Errors: `conflict` (another server writes this log), `failed`, `storage_full`; the messages name the folder, they
/// are for whoever starts the server.
Result<Recovered> recover(const std::string& folder);

/// What `otklik check` says of a log. Changes nothing; a server may be writing meanwhile.
struct EventsCheck {
  std::uint64_t segments = 0;
  std::uint64_t records = 0;
  std::uint64_t first_sequence = 0;  ///< 0: there is none
  std::uint64_t last_sequence = 0;
  std::uint64_t torn_bytes = 0;  ///< at the end of the newest: normal after a crash, and while a server writes
  std::vector<Damage> damages;
};
Result<EventsCheck> check_events(const std::string& folder);

}  // namespace otklik::store
