#include "base/new_file.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cassert>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "base/file.hpp"
#include "base/random.hpp"

namespace otklik {
namespace {

constexpr std::string_view hidden_prefix = ".otklik-new-";
std::atomic<bool> nameless_denied{false};

std::string hidden_name() { return std::string(hidden_prefix) + random_text(72); }

Error taken() { return {ErrorCode::conflict, "A file of that name exists"}; }

Error folder_is_gone() { return {ErrorCode::not_found, "The folder is gone"}; }

/// Of a call that gives a name.
Error naming_error(const char* doing) {
  if (errno == EEXIST || errno == EISDIR || errno == ENOTEMPTY) return taken();
  if (errno == ENOENT) return folder_is_gone();
  if (errno == EXDEV) return {ErrorCode::state_not_allowed, "The folders lie on different file systems"};
  return last_system_error(doing);
}

}  // namespace

void avoid_nameless_files(bool yes) noexcept { nameless_denied = yes; }

bool NewFile::is_hidden_name(std::string_view name) noexcept { return name.starts_with(hidden_prefix); }

void NewFile::remove_left_behind(const Folder& folder) noexcept {
  const int fd = ::openat(folder.fd(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  DIR* const listing = ::fdopendir(fd);
  if (listing == nullptr) {
    ::close(fd);
    return;
  }
  while (const dirent* entry = ::readdir(listing)) {  // NOLINT(concurrency-mt-unsafe): the stream is ours alone
    if (is_hidden_name(entry->d_name)) ::unlinkat(fd, entry->d_name, 0);
  }
  ::closedir(listing);
}

NewFile::NewFile(Folder folder, UniqueFd fd, std::string hidden_name)
    : folder_(std::move(folder)), fd_(std::move(fd)), hidden_name_(std::move(hidden_name)) {}

NewFile::NewFile(NewFile&& other) noexcept
    : folder_(std::move(other.folder_)),
      target_(std::exchange(other.target_, std::nullopt)),
      fd_(std::move(other.fd_)),
      hidden_name_(std::exchange(other.hidden_name_, {})) {}

NewFile& NewFile::operator=(NewFile&& other) noexcept {
  if (this != &other) {
    drop();
    folder_ = std::move(other.folder_);
    target_ = std::exchange(other.target_, std::nullopt);
    fd_ = std::move(other.fd_);
    hidden_name_ = std::exchange(other.hidden_name_, {});
  }
  return *this;
}

NewFile::~NewFile() { drop(); }

void NewFile::drop() noexcept {
  if (!hidden_name_.empty()) ::unlinkat(folder_.fd(), hidden_name_.c_str(), 0);
  hidden_name_.clear();
}

Result<NewFile> NewFile::create(Folder folder, unsigned mode) {
  const auto bits = static_cast<mode_t>(mode);
  if (!nameless_denied.load(std::memory_order_relaxed)) {
    UniqueFd fd(::openat(folder.fd(), ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, bits));
    if (fd) return NewFile(std::move(folder), std::move(fd), {});
    // EPERM is ext4's word for a folder that has been deleted; the way below says so more clearly.
    if (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL && errno != ENOENT && errno != EPERM) {
      return std::unexpected(last_system_error("create"));
    }
  }
  std::string name = hidden_name();
  UniqueFd fd(::openat(folder.fd(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, bits));
  if (!fd) return std::unexpected(errno == ENOENT ? folder_is_gone() : last_system_error("create"));
  return NewFile(std::move(folder), std::move(fd), std::move(name));
}

Result<> NewFile::write(std::string_view bytes) { return write_all(fd_.get(), bytes); }

Result<> NewFile::commit(std::string_view given, Existing existing) {
  assert(fd_ && is_confined_name(given) && given.find('/') == std::string_view::npos);
  const std::string name(given);
  if (::fsync(fd_.get()) != 0) return std::unexpected(last_system_error("sync"));
  // Opened before there is a name: what can fail shall fail while nobody sees the file.
  const UniqueFd holder(::openat(target().fd(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!holder) return std::unexpected(errno == ENOENT ? folder_is_gone() : last_system_error("open the folder"));
  const auto sync_name = [&]() -> Result<> {
    if (::fsync(holder.get()) == 0) return {};
    auto error = last_system_error("sync the folder");
    // What is told to have failed is not there. What was replaced is gone, so the new one is the better half.
    if (existing == Existing::keep) ::unlinkat(holder.get(), name.c_str(), 0);
    return std::unexpected(std::move(error));
  };

  if (hidden_name_.empty()) {
    // Naming by AT_EMPTY_PATH wants a capability; the way through /proc does not.
    const std::string self = "/proc/self/fd/" + std::to_string(fd_.get());
    const bool at_once = existing == Existing::keep;
    const std::string first = at_once ? name : hidden_name();
    const Folder& where = at_once ? target() : folder_;
    if (::linkat(AT_FDCWD, self.c_str(), where.fd(), first.c_str(), AT_SYMLINK_FOLLOW) != 0) {
      return std::unexpected(naming_error("name the file"));
    }
    if (at_once) {
      fd_.reset();
      return sync_name();
    }
    hidden_name_ = first;
  }
  const unsigned flags = existing == Existing::keep ? RENAME_NOREPLACE : 0;
  if (::renameat2(folder_.fd(), hidden_name_.c_str(), target().fd(), name.c_str(), flags) != 0) {
    // File systems that do not know the flag: a hard link refuses a taken name too.
    const bool unknown = flags != 0 && (errno == EINVAL || errno == ENOSYS);
    if (!unknown || ::linkat(folder_.fd(), hidden_name_.c_str(), target().fd(), name.c_str(), 0) != 0) {
      return std::unexpected(naming_error("rename"));
    }
    ::unlinkat(folder_.fd(), hidden_name_.c_str(), 0);
  }
  hidden_name_.clear();
  fd_.reset();
  return sync_name();
}

}  // namespace otklik
