#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "core/stored_file.hpp"

namespace otklik::files {

/// A file's area and its path below the area's folder.
struct AreaPath {
  core::FileArea area = core::FileArea::temp;
  std::string path;
  bool operator==(const AreaPath&) const = default;
};

/// Where each area of stored files lies on this machine, and how clients spell what lies there.
class Areas {
 public:
  /// Both absolute; an empty storage folder is `LocalStorage` in the data folder.
  Areas(std::string_view data_folder, std::string_view storage_folder);

  /// Absolute, without a slash at its end.
  [[nodiscard]] const std::string& folder(core::FileArea area) const noexcept {
    return folders_[static_cast<std::size_t>(area)];
  }
  [[nodiscard]] std::string absolute_path(core::FileArea area, std::string_view path) const;
  /// Relative to the data folder, as `upload` answers it and as `download/files` and `getsharedfile` take it:
  /// `LocalStorage/Shared/price.pdf`, wherever the storage really lies.
  [[nodiscard]] static std::string client_path(core::FileArea area, std::string_view path);
  /// Which stored file an absolute, plain path would be: the area whose folder lies nearest above it. Nothing: none,
  /// or an area's folder itself.
  [[nodiscard]] std::optional<AreaPath> area_of(std::string_view absolute_path) const;

 private:
  std::array<std::string, core::all_file_areas.size()> folders_;
};

}  // namespace otklik::files
