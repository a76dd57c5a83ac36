#include "files/areas.hpp"

#include "files/resolver.hpp"

namespace otklik::files {
namespace {

using core::FileArea;

/// In the data folder; those in the storage go with it when it lies elsewhere.
constexpr std::string_view usual_folder(FileArea area) noexcept {
  switch (area) {
    case FileArea::temp:
      return "Temp/UploadData";
    case FileArea::storage:
      return "LocalStorage";
    case FileArea::shared:
      return "LocalStorage/Shared";
    case FileArea::script:
      return "Temp/ScriptData";
    case FileArea::avatar:
      return "LocalStorage/Avatars";
    case FileArea::recording:
      return "RecordedFiles";
    case FileArea::fax:
      return "Fax";
    case FileArea::voicemail:
      return "VoiceMail";
  }
  return {};
}

std::string joined(std::string_view folder, std::string_view path) {
  std::string out(folder);
  if (!path.empty()) (out += '/') += path;
  return out;
}

}  // namespace

Areas::Areas(std::string_view data_folder_given, std::string_view storage_folder_given) {
  const std::string data_folder = plain_path(data_folder_given);
  const std::string storage_folder = plain_path(storage_folder_given);
  constexpr auto storage = usual_folder(FileArea::storage);
  for (const auto area : core::all_file_areas) {
    const auto usual = usual_folder(area);
    auto& folder = folders_[static_cast<std::size_t>(area)];
    if (!storage_folder.empty() && usual.starts_with(storage)) {
      folder = storage_folder + std::string(usual.substr(storage.size()));
    } else {
      folder = joined(data_folder, usual);
    }
  }
}

std::string Areas::absolute_path(FileArea area, std::string_view path) const { return joined(folder(area), path); }

std::string Areas::client_path(FileArea area, std::string_view path) { return joined(usual_folder(area), path); }

std::optional<AreaPath> Areas::area_of(std::string_view absolute_path) const {
  std::optional<AreaPath> found;
  std::size_t longest = 0;
  for (const auto area : core::all_file_areas) {
    const auto& root = folder(area);
    if (root.size() < longest || absolute_path.size() <= root.size() + 1) continue;
    if (!absolute_path.starts_with(root) || absolute_path[root.size()] != '/') continue;
    longest = root.size();
    found = AreaPath{area, std::string(absolute_path.substr(root.size() + 1))};
  }
  return found;
}

}  // namespace otklik::files
