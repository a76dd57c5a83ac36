#include "files/keeping/beginning.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "base/beneath.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "base/new_file.hpp"
#include "base/random.hpp"
#include "files/digest.hpp"
#include "files/keeping/removal.hpp"

namespace otklik::files {
namespace {

using core::FileState;

constexpr std::string_view aside_mark = ".aside-";

Result<> settle(const Areas& areas, core::FileIndex& index, const core::StoredFile& file, Settled& done) {
  if (file.state == FileState::leaving) {
    if (const auto gone = finish_removal(areas, index, file.id, "interrupted")) {
      ++done.dropped;
    } else {
      // A disk that is away, or may not be written, is no reason to serve nobody: the rules try it again and again.
      log::warn("file {} of {} is to go and cannot be deleted: {}", file.id.text(), core::name(file.area),
                gone.error().message);
    }
    return {};
  }
  const auto root = Folder::open(areas.folder(file.area));
  if (!root) {
    log::warn("the folder of {} is away: file {} stays {}", core::name(file.area), file.id.text(),
              core::name(file.state));
    return {};
  }
  if (file.state == FileState::arriving) {
    // Brought from another disk it was written where it was to lie, which may be any folder of the area.
    if (const auto holder = root->holder_of(file.path)) NewFile::remove_left_behind(holder->first);
  }
  const auto there = root->about(file.path);
  if (!there && there.error().code != ErrorCode::not_found) {
    log::warn("file {} of {} cannot be looked at and stays {}: {}", file.id.text(), core::name(file.area),
              core::name(file.state), there.error().message);
    return {};
  }
  if (!there || there->kind != FileFacts::Kind::file) {
    ++done.dropped;
    const auto forgotten = index.remove(file.id, file.state == FileState::arriving ? "never_arrived" : "lost");
    return forgotten ? Result<>() : std::unexpected(forgotten.error());
  }
  ++done.arrived;
  // What arrives is described before it gets its name; what grew has another size than when it began.
  const bool as_described = file.state == FileState::arriving && there->size == file.size;
  return index.settle(file.id, there->size, as_described ? file.sha256 : std::string());
}

/// For a folder that has to stay what it is: what lies in it moves into a folder within, and what cannot be moved
/// stays.
Result<> put_entries_aside(const std::string& folder) {
  constexpr std::string_view of_the_disk = "lost+found";
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::string name = it->path().filename().string();
    if (name != of_the_disk && !is_put_aside_within(name)) names.push_back(std::move(name));
  }
  if (error) return fail(ErrorCode::failed, "put what lies in " + folder + " aside: " + error.message());
  if (names.empty()) return {};
  const std::string aside = folder + "/" + std::string(aside_mark) + random_text();
  if (::mkdir(aside.c_str(), 0700) != 0) return std::unexpected(last_system_error("make " + aside));
  std::size_t stay = 0;
  std::string trouble;
  for (const auto& name : names) {
    if (::rename((folder + "/" + name).c_str(), (aside + "/" + name).c_str()) == 0 || errno == ENOENT) continue;
    trouble = last_system_error("rename").message;
    ++stay;
  }
  if (stay != 0) log::warn("{} entries of {} stay, though every start empties it: {}", stay, folder, trouble);
  return {};
}

Result<> put_aside(const std::string& folder) {
  struct stat there{};
  const bool is_link = ::lstat(folder.c_str(), &there) == 0 && S_ISLNK(there.st_mode);
  // The administrator has put it onto another disk, by a link or by a mount. There it stays.
  if (is_link) {
    if (::stat(folder.c_str(), &there) == 0) return put_entries_aside(folder);
    log::error("{} leads nowhere: is its disk mounted?", folder);
    return {};
  }
  if (::rename(folder.c_str(), (folder + std::string(aside_mark) + random_text()).c_str()) != 0 && errno != ENOENT) {
    const auto why = last_system_error("put " + folder + " aside");
    const bool is_folder = ::stat(folder.c_str(), &there) == 0 && S_ISDIR(there.st_mode);
    return is_folder ? put_entries_aside(folder) : Result<>(std::unexpect, why);
  }
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return std::unexpected(last_system_error("make " + folder));
  }
  return {};
}

/// Those of this start and of earlier ones that did not come to their end, beside the folder and within.
void add_put_aside(const std::string& folder, std::vector<std::string>& all) {
  const auto add = [&](const std::string& holder, std::string_view beginning) {
    std::error_code error;
    for (std::filesystem::directory_iterator it(holder, error), end; !error && it != end; it.increment(error)) {
      if (it->path().filename().string().starts_with(beginning)) all.push_back(it->path().string());
    }
  };
  const auto slash = folder.rfind('/');
  add(folder.substr(0, slash), folder.substr(slash + 1) + std::string(aside_mark));
  add(folder, aside_mark);
}

}  // namespace

bool is_put_aside_within(std::string_view name) noexcept { return name.starts_with(aside_mark); }

Result<Settled> settle_the_unsettled(const Areas& areas, core::FileIndex& index) {
  Settled done;
  for (const auto state : {FileState::arriving, FileState::growing, FileState::leaving}) {
    core::FileQuery query{.state = state};
    for (;;) {
      const auto page = index.list(query);
      if (!page) return std::unexpected(page.error());
      for (const auto& file : page->files) {
        if (auto settled = settle(areas, index, file, done); !settled) return std::unexpected(settled.error());
      }
      if (!page->next) break;
      query.after = page->next;
    }
  }
  return done;
}

void make_area_folders(const Areas& areas) {
  const auto& storage = areas.folder(core::FileArea::storage);
  struct stat there{};
  if (::stat(storage.c_str(), &there) != 0) {
    log::error("the file storage {} is not there: is its disk mounted?", storage);
    return;
  }
  for (const auto area : {core::FileArea::shared, core::FileArea::avatar}) {
    const auto& folder = areas.folder(area);
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
      log::warn("{}", last_system_error("make " + folder).message);
    }
  }
}

Result<std::vector<std::string>> empty_temporary_areas(const Areas& areas, core::FileIndex& index) {
  std::vector<std::string> aside;
  for (const auto area : core::all_file_areas) {
    if (!core::is_emptied_at_start(area)) continue;
    const auto& folder = areas.folder(area);
    if (auto put = put_aside(folder); !put) return std::unexpected(put.error());
    add_put_aside(folder, aside);
    const auto cleared = index.clear(area);
    if (!cleared) return std::unexpected(cleared.error());
    if (cleared->files != 0) {
      log::info("{} files of {} ({} bytes) go, as at every start", cleared->files, core::name(area), cleared->bytes);
    }
  }
  return aside;
}

bool delete_put_aside(const std::string& folder, const std::move_only_function<bool() const>& stopped) {
  std::error_code error;
  const bool is_link = std::filesystem::is_symlink(std::filesystem::symlink_status(folder, error));
  std::filesystem::directory_iterator it;
  if (!is_link) it = std::filesystem::directory_iterator(folder, error);  // what a link leads to is not ours
  for (const std::filesystem::directory_iterator end; !error && it != end; it.increment(error)) {
    if (stopped()) return false;
    std::error_code ignored;  // what cannot go now is tried again at the next start
    std::filesystem::remove_all(it->path(), ignored);
  }
  std::filesystem::remove(folder, error);
  if (error) log::warn("{} could not be deleted: {}", folder, error.message());
  return true;
}

}  // namespace otklik::files
