#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <functional>

#include "base/clock.hpp"
#include "core/ports/file_index.hpp"
#include "files/areas.hpp"

namespace otklik::files {

/// How long files of an area are kept, and how much of them.
struct RetentionRule {
  std::chrono::seconds age{0};  ///< older files go; 0: never
  std::size_t size = 0;         ///< bytes of all of them together: past it the oldest go; 0: no limit

  bool operator==(const RetentionRule&) const = default;
};

/// One rule for each area, in the order of the enumeration. What only the next start would delete goes after a week, or
/// a server that runs for years fills its disk.
struct RetentionRules {
  std::array<RetentionRule, core::all_file_areas.size()> of_area{};

  RetentionRules() {
    (*this)[core::FileArea::temp].age = std::chrono::days(7);
    (*this)[core::FileArea::script].age = std::chrono::days(7);
  }
  bool operator==(const RetentionRules&) const = default;

  [[nodiscard]] RetentionRule& operator[](core::FileArea area) { return of_area[static_cast<std::size_t>(area)]; }
  [[nodiscard]] const RetentionRule& operator[](core::FileArea area) const {
    return of_area[static_cast<std::size_t>(area)];
  }
};

struct RetentionResult {
  std::uint64_t deleted = 0;
  std::uint64_t bytes = 0;
  std::uint64_t in_use = 0;  ///< were due, but somebody has them open
  std::uint64_t failed = 0;  ///< could not be deleted; the log says why
  bool more = false;         ///< stopped at `most`, or was told to stop
};

/// Deletes what the rules say, the oldest first, at most `most` files, each with a line in the log and an event. A file
/// that is held, still growing, or open stays. `stopped` is asked before each. Errors: those of the index.
Result<RetentionResult> apply_retention(const Areas& areas, core::FileIndex& index, const RetentionRules& rules,
                                        Time now, std::uint64_t most,
                                        const std::move_only_function<bool() const>& stopped);

}  // namespace otklik::files
