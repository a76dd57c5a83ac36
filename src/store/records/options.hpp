#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace otklik::store {

struct RecordOptions {
  std::chrono::milliseconds keep_for{0};  ///< how long records are kept after a call's end; 0: for ever
  std::size_t batch = 500;  ///< events of one transaction at most; not a setting: only how long the writer is held
  /// So many events without a record may pass before the cursor is written for their sake alone: a start reads them
  /// anew; not a setting: nobody sees it but for milliseconds of a start.
  std::uint64_t unsaved = 20'000;
  std::chrono::milliseconds patience{1000};  ///< before what failed is tried again; not a setting: nobody waits for it
  std::int64_t forgotten_at_once = 200;      ///< chains that one transaction deletes; not a setting: likewise
};

}  // namespace otklik::store
