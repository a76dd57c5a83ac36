#include "files/upload/uploads.hpp"

#include <utility>

#include "base/log.hpp"
#include "base/new_file.hpp"
#include "files/upload/belt.hpp"
#include "files/upload/names.hpp"

namespace otklik::files {
namespace {

using core::FileArea;

constexpr std::size_t most_kept_buffers = 64;  // 16 MiB that an idle server holds on to

}  // namespace

Uploads::Uploads(const UploadOptions& options, Parts parts)
    : options_(options),
      parts_(parts),
      space_(options_, parts.index),
      buffers_(most_kept_buffers),
      // Each upload has one piece of work in the pool at most, and is given up with another.
      pool_("uploads", options.threads, 4 * UploadOptions::most_at_once) {}

void Uploads::clean_up() {
  for (const auto area : {FileArea::storage, FileArea::shared}) {
    if (const auto folder = Folder::open(parts_.areas.folder(area))) NewFile::remove_left_behind(*folder);
  }
}

Result<std::unique_ptr<core::Upload>> Uploads::begin(core::UploadStart start) {
  if (const std::uint64_t limit = options_->file_size; limit != 0 && start.length.value_or(0) > limit) {
    return fail(ErrorCode::too_large, "The file is too large");
  }
  if (auto room = space_.room_for(parts_.areas.folder(start.likely_area), start.length.value_or(0)); !room) {
    return std::unexpected(room.error());
  }
  if (under_way_.fetch_add(1, std::memory_order_relaxed) >= options_->at_once) {
    under_way_.fetch_sub(1, std::memory_order_relaxed);
    return fail(ErrorCode::too_many, "Too many uploads are under way");
  }
  auto receiver = std::make_unique<Receiver>(Storehouse{options_, parts_.areas, parts_.index, parts_.clock, space_},
                                             start.who, start.likely_area);
  auto belt = std::make_shared<Belt>(pool_, buffers_, std::move(receiver), std::move(start.hold),
                                     [this] { under_way_.fetch_sub(1, std::memory_order_relaxed); });
  return std::make_unique<Loading>(std::move(belt));
}

Result<std::string> Uploads::plain_subfolder(std::string_view spelt) const { return files::plain_subfolder(spelt); }

void Uploads::discard(std::vector<core::UploadedFile> files) {
  static_cast<void>(pool_.try_post([this, files = std::move(files)] {
    for (const auto& file : files) {
      if (!file.trouble) remove(file);
    }
  }));
}

void Uploads::remove(const core::UploadedFile& file) {
  const auto where = parts_.areas.area_of(file.absolute_path);
  if (!where) return;
  const auto folder = Folder::open(parts_.areas.folder(where->area));
  if (!folder) return;
  if (const auto removed = folder->remove(where->path); !removed) {
    log::warn("an upload that nobody was told of stays on the disk: {}", removed.error().message);
    return;
  }
  const auto slash = where->path.rfind('/');
  if (core::is_emptied_at_start(where->area) && slash != std::string::npos) {
    static_cast<void>(folder->remove(std::string_view(where->path).substr(0, slash)));  // made for this file alone
  }
  static_cast<void>(parts_.index.remove(file.id, "user"));
}

}  // namespace otklik::files
