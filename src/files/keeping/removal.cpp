#include "files/keeping/removal.hpp"

#include <fcntl.h>

#include <cerrno>
#include <csignal>
#include <mutex>
#include <set>

#include "base/beneath.hpp"

namespace otklik::files {
namespace {

/// Whether anybody but us has the file open. fcntl(2): a write lease is given only to the one who has it open alone. A
/// file system that knows no leases says no: deleting an open file is no harm to its reader.
bool is_open_elsewhere(int fd) noexcept {
  // Whoever opens the file while the lease is ours has the kernel signal us, by SIGIO, which ends a program that does
  // not expect it. This one is passed over by everybody.
  if (::fcntl(fd, F_SETSIG, SIGURG) != 0) return false;
  if (::fcntl(fd, F_SETLEASE, F_WRLCK) == 0) {
    ::fcntl(fd, F_SETLEASE, F_UNLCK);
    return false;
  }
  return errno == EAGAIN;
}

/// `not_found`: no file lies there. Any other error says nothing of the file.
Result<> look_at_file(const Folder& root, const std::string& path) {
  const auto there = root.about(path);
  if (!there) return std::unexpected(there.error());
  if (there->kind == FileFacts::Kind::link) return fail(ErrorCode::forbidden, "a link lies in the place of the file");
  return there->kind == FileFacts::Kind::file ? Result<>() : fail(ErrorCode::not_found);
}

void remove_empty_folders(const Folder& root, std::string_view path) {
  for (auto slash = path.rfind('/'); slash != std::string_view::npos; slash = path.rfind('/')) {
    path = path.substr(0, slash);
    if (!root.remove(path)) return;  // not empty, or not there any more
  }
}

/// One deletes a file at a time. Otherwise the slower of two could take a file that came under the same path after the
/// quicker had come to its end.
class Claim {
 public:
  explicit Claim(const Uuid& file) : file_(file) {
    const std::lock_guard lock(mutex);
    is_mine_ = claimed.insert(file).second;
  }
  ~Claim() {
    const std::lock_guard lock(mutex);
    if (is_mine_) claimed.erase(file_);
  }
  Claim(const Claim&) = delete;
  Claim& operator=(const Claim&) = delete;

  explicit operator bool() const noexcept { return is_mine_; }

 private:
  static inline std::mutex mutex;
  static inline std::set<Uuid> claimed;

  Uuid file_;
  bool is_mine_;
};

Result<Removal> remove(const Areas& areas, core::FileIndex& index, const core::StoredFile& file,
                       std::string_view reason, bool at_once) {
  const auto forget = [&](std::string_view why) -> Result<Removal> {
    const auto forgotten = index.remove(file.id, why);
    if (!forgotten && forgotten.error().code != ErrorCode::not_found) return std::unexpected(forgotten.error());
    return why == reason ? Removal::deleted : Removal::lost;
  };
  const auto root = Folder::open(areas.folder(file.area));
  // The whole folder away may be a disk that is not mounted: nothing is known about its files then.
  if (!root) return fail(ErrorCode::unavailable, "the folder of " + std::string(core::name(file.area)) + " is away");
  const bool is_begun = file.state == core::FileState::leaving;  // then we have unlinked it
  if (auto there = look_at_file(*root, file.path); !there) {
    return there.error().code == ErrorCode::not_found ? forget(is_begun ? reason : "lost")
                                                      : std::unexpected(there.error());
  }
  if (!at_once) {
    const auto fd = root->open_file(file.path);
    if (!fd) return std::unexpected(fd.error());
    if (is_open_elsewhere(fd->get())) return Removal::in_use;
  }
  if (auto marked = index.begin_removal(file.id); !marked) return std::unexpected(marked.error());
  if (auto removed = root->remove(file.path); !removed && removed.error().code != ErrorCode::not_found) {
    return std::unexpected(removed.error());
  }
  remove_empty_folders(*root, file.path);
  return forget(reason);
}

}  // namespace

Result<Removal> remove_stored_file(const Areas& areas, core::FileIndex& index, const core::StoredFile& file,
                                   std::string_view reason) {
  const Claim claim(file.id);
  return claim ? remove(areas, index, file, reason, false) : Removal::in_use;
}

Result<Removal> remove_stored_file_at_once(const Areas& areas, core::FileIndex& index, const core::StoredFile& file,
                                           std::string_view reason) {
  const Claim claim(file.id);
  return claim ? remove(areas, index, file, reason, true) : Removal::in_use;
}

Result<Removal> finish_removal(const Areas& areas, core::FileIndex& index, const Uuid& id, std::string_view reason) {
  const Claim claim(id);
  if (!claim) return Removal::in_use;
  const auto file = index.find(id);
  if (!file) return std::unexpected(file.error());
  if (file->state != core::FileState::leaving) return Removal::in_use;  // somebody wrote it anew meanwhile
  return remove(areas, index, *file, reason, true);
}

}  // namespace otklik::files
