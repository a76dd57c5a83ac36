#pragma once
#include <string>

#include "base/clock.hpp"
#include "core/ports/file_index.hpp"
#include "files/areas.hpp"

namespace otklik::files {

/// A file that lies in its place and is not in the index yet.
struct Registration {
  core::FileArea area = core::FileArea::recording;
  std::string path;      ///< below the area's folder, or absolute within it
  std::string name{};    ///< empty: the last part of the path
  Uuid user{};           ///< whose it is
  std::string login{};   ///< his
  Uuid chain{};          ///< the call it belongs to
  bool growing = false;  ///< it is still being written
};

/// Puts it into the index, with its size, digest and time of change. Reads it whole. Returns what was added. Errors:
/// `bad_request` for a path that leaves the area, is no UTF-8 or belongs to another area, `not_found`, `conflict` when
/// it is there already.
Result<core::StoredFile> register_file(const Areas& areas, core::FileIndex& index, Registration registration);

/// A file that was `growing` is written to its end. Errors: `not_found`.
Result<core::StoredFile> finish_growing(const Areas& areas, core::FileIndex& index, const Uuid& id);

}  // namespace otklik::files
