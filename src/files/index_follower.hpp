#pragma once
#include <cstdint>
#include <string_view>

#include "core/ports/file_index.hpp"
#include "files/areas.hpp"

namespace otklik::files {

/// Keeps the index of files in step with what scenarios do to files that it knows. What it does not know stays unknown:
/// a scenario's own notes are nobody's upload. The deed is done when it hears of it, so a failure is logged and left to
/// `otklik check`. Blocks for the database.
class IndexFollower {
 public:
  IndexFollower(Areas areas, core::FileIndex& index) : areas_(std::move(areas)), index_(index) {}

  /// Paths are absolute and plain.
  void moved(std::string_view from, std::string_view to);
  void removed(std::string_view path);
  /// Written anew as a whole.
  void written(std::string_view path, std::string_view content);
  /// It has another content of this size now.
  void grown(std::string_view path, std::uint64_t size);

 private:
  /// Nothing: no stored file that is whole.
  [[nodiscard]] std::optional<core::StoredFile> known(std::string_view path);
  static void report(const Result<>& done, std::string_view what, const core::StoredFile& file);

  const Areas areas_;
  core::FileIndex& index_;
};

}  // namespace otklik::files
