#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "core/ports/file_index.hpp"
#include "files/areas.hpp"

namespace otklik::files {

/// Where the index and the disk say different things.
struct Discrepancy {
  enum class Kind : std::uint8_t {
    missing,    ///< in the index, and for certain not on the disk
    extra,      ///< on the disk, not in the index
    size,       ///< another size than the index has
    content,    ///< of that size, but of another SHA-256
    unreadable  ///< it cannot be looked at or read: no permission, a link on its way, a disk that fails
  };
  Kind kind = Kind::missing;
  core::FileArea area = core::FileArea::temp;
  std::string path;
  Uuid id;  ///< nil: not in the index
  std::uint64_t size_in_index = 0;
  std::uint64_t size_on_disk = 0;
  bool repaired = false;
};
std::string_view name(Discrepancy::Kind kind) noexcept;

struct CheckOptions {
  bool deep = false;    ///< read every file and compare its SHA-256
  bool repair = false;  ///< forget what is missing, add what is extra, write down the size and digest that are there
  std::size_t most_listed = 10'000;
};

struct CheckReport {
  std::uint64_t files = 0;  ///< of the index
  std::uint64_t bytes = 0;
  std::uint64_t found = 0;  ///< discrepancies, also those past the limit of the list
  std::uint64_t repaired = 0;
  std::vector<Discrepancy> discrepancies;
};

/// Compares the index with the disk, area by area, with flat memory. Files that come and go meanwhile may show: what is
/// wanting is looked for once more before it counts. An area whose folder is away is an error, and nothing of it is
/// forgotten: `unavailable`. Errors besides: those of the index.
Result<CheckReport> check_files(const Areas& areas, core::FileIndex& index, const CheckOptions& options);

}  // namespace otklik::files
