#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace otklik::store {

struct EventLogOptions {
  /// DATA/events; made with mode 0700 when it is not there.
  std::string folder;
  /// A segment past this size is closed and the next begun. At least 64 KiB.
  std::uint64_t segment_bytes = std::uint64_t{64} << 20;
  /// The oldest segments go when all together are larger; 0: never. The newest always stays.
  std::uint64_t keep_bytes = std::uint64_t{10} << 30;
  /// A segment goes when its last event is older; 0: never.
  std::chrono::hours keep_for{24 * 400};
  /// What was only written is brought to the disk at this interval at the latest: so much can the death of the whole
  /// machine cost.
  std::chrono::milliseconds sync_every{1000};
  /// How often a full disk is tried again.
  std::chrono::milliseconds probe_every{1000};
  /// Events that may wait to be written, in units of core::weight(). Past the half, accepts() is false.
  std::size_t queue = 1 << 16;
  /// Events that are kept in memory while the disk is full, likewise.
  std::size_t backlog = 1 << 16;

  bool operator==(const EventLogOptions&) const = default;
};

}  // namespace otklik::store
