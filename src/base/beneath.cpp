#include "base/beneath.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <memory>

#include "base/file.hpp"

namespace otklik {
namespace {

std::atomic<bool> openat2_denied{false};

/// The kernel says ENOTDIR for a link where a folder was wanted; here it is told apart. True: a link lies there.
bool is_link(int folder, const char* part) noexcept {
  struct stat there{};
  return ::fstatat(folder, part, &there, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(there.st_mode);
}

/// -1 with errno, as open(2).
int open_part(int folder, const std::string& part, int flags) noexcept {
  const int fd = ::openat(folder, part.c_str(), flags | O_NOFOLLOW);
  if (fd < 0 && errno == ENOTDIR) errno = is_link(folder, part.c_str()) ? ELOOP : ENOTDIR;
  return fd;
}

/// -1 with errno, as open(2).
int open_step_by_step(int folder, const std::string& name, int flags) {
  UniqueFd at;
  std::size_t begin = 0;
  for (;;) {
    const auto slash = name.find('/', begin);
    const std::string part = name.substr(begin, slash - begin);
    const int from = at ? at.get() : folder;
    if (slash == std::string::npos) return open_part(from, part, flags);
    const int next = open_part(from, part, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (next < 0) return -1;
    at.reset(next);
    begin = slash + 1;
  }
}

int open_beneath(int folder, const std::string& name, int flags) {
  if (!openat2_denied.load(std::memory_order_relaxed)) {
    open_how how{};
    how.flags = static_cast<std::uint64_t>(flags);
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    const long fd = ::syscall(SYS_openat2, folder, name.c_str(), &how, sizeof how);
    if (fd >= 0) return static_cast<int>(fd);
    if (errno != ENOSYS && errno != EPERM) return -1;
    openat2_denied = true;
  }
  return open_step_by_step(folder, name, flags);
}

FileFacts facts_of(const struct stat& about) noexcept {
  FileFacts facts;
  facts.kind = S_ISREG(about.st_mode)   ? FileFacts::Kind::file
               : S_ISDIR(about.st_mode) ? FileFacts::Kind::folder
               : S_ISLNK(about.st_mode) ? FileFacts::Kind::link
                                        : FileFacts::Kind::other;
  facts.size = static_cast<std::uint64_t>(about.st_size);
  facts.changed =
      Time(std::chrono::seconds(about.st_mtim.tv_sec) + std::chrono::microseconds(about.st_mtim.tv_nsec / 1000));
  facts.links = about.st_nlink;
  return facts;
}

std::unexpected<Error> leaves() { return fail(ErrorCode::forbidden, "The path leaves its folder"); }

/// What errno says of opening something below a folder.
std::unexpected<Error> cannot_open() {
  switch (errno) {
    case ELOOP:
    case EXDEV:
      return leaves();
    case EMFILE:
    case ENFILE:
      return fail(ErrorCode::too_many, "Too many open files");
    case ENXIO:
    case ENODEV:  // a socket, a device that is not there: no file
      return fail(ErrorCode::not_found);
    default:
      return std::unexpected(last_open_error());
  }
}

}  // namespace

void avoid_openat2(bool yes) noexcept { openat2_denied = yes; }

bool is_confined_name(std::string_view name) noexcept {
  if (name.empty() || name.size() > 4095) return false;
  if (name.find('\0') != std::string_view::npos || name.find('\\') != std::string_view::npos) return false;
  for (std::size_t begin = 0; begin <= name.size();) {
    auto slash = name.find('/', begin);
    if (slash == std::string_view::npos) slash = name.size();
    const auto part = name.substr(begin, slash - begin);
    if (part.empty() || part == "." || part == ".." || part.size() > 255) return false;
    begin = slash + 1;
  }
  return true;
}

Result<Folder> Folder::open(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return fail(ErrorCode::not_found, "The folder cannot be opened");
  return Folder(std::move(fd));
}

Result<UniqueFd> Folder::open_below(std::string_view name, int flags) const {
  if (!is_confined_name(name)) return leaves();
  const int fd = open_beneath(this->fd(), std::string(name), flags | O_CLOEXEC);
  if (fd < 0) return cannot_open();
  return UniqueFd(fd);
}

Result<UniqueFd> Folder::open_file(std::string_view name) const {
  // O_NONBLOCK: a pipe that lies there must not hold the caller until somebody writes to it.
  auto fd = open_below(name, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (!fd) return fd;
  struct stat about{};
  if (::fstat(fd->get(), &about) != 0) return std::unexpected(last_system_error("stat"));
  if (!S_ISREG(about.st_mode)) return fail(ErrorCode::not_found);
  return fd;
}

Result<Folder> Folder::open_folder(std::string_view name) const {
  auto fd = open_below(name, O_PATH | O_DIRECTORY);
  if (!fd) return std::unexpected(fd.error());
  return Folder(std::move(*fd));
}

Result<FileFacts> Folder::about(std::string_view name) const {
  const auto fd = open_below(name, O_PATH | O_NOFOLLOW);  // of a link: the link itself
  if (!fd) return std::unexpected(fd.error());
  struct stat there{};
  if (::fstat(fd->get(), &there) != 0) return std::unexpected(last_system_error("stat"));
  return facts_of(there);
}

Result<std::vector<NamedFacts>> Folder::entries(std::size_t most) const {
  const int fd = ::openat(this->fd(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return cannot_open();
  const std::unique_ptr<DIR, int (*)(DIR*)> listing(::fdopendir(fd), &::closedir);
  if (!listing) {
    ::close(fd);
    return fail(ErrorCode::failed, "The folder cannot be listed");
  }
  std::vector<NamedFacts> out;
  while (const dirent* entry = ::readdir(listing.get())) {  // NOLINT(concurrency-mt-unsafe): the stream is ours alone
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (out.size() == most) return fail(ErrorCode::too_large, "The folder has too many entries");
    struct stat there{};
    if (::fstatat(fd, entry->d_name, &there, AT_SYMLINK_NOFOLLOW) != 0) continue;  // gone meanwhile
    NamedFacts named;
    static_cast<FileFacts&>(named) = facts_of(there);
    named.name = name;
    out.push_back(std::move(named));
  }
  return out;
}

Result<std::pair<Folder, std::string>> Folder::holder_of(std::string_view name) const {
  if (!is_confined_name(name)) return leaves();
  const auto slash = name.rfind('/');
  std::string last(name.substr(slash == std::string_view::npos ? 0 : slash + 1));
  if (slash != std::string_view::npos) {
    auto holder = open_folder(name.substr(0, slash));
    if (!holder) return std::unexpected(holder.error());
    return std::pair(std::move(*holder), std::move(last));
  }
  return std::pair(*this, std::move(last));
}

Result<Folder> Folder::make_folders(std::string_view name, unsigned mode) const {
  if (!is_confined_name(name)) return leaves();
  UniqueFd at;
  for (std::size_t begin = 0; begin <= name.size();) {
    auto slash = name.find('/', begin);
    if (slash == std::string_view::npos) slash = name.size();
    const std::string part(name.substr(begin, slash - begin));
    begin = slash + 1;
    const int from = at ? at.get() : fd();
    if (::mkdirat(from, part.c_str(), static_cast<mode_t>(mode)) != 0 && errno != EEXIST) {
      // Absent: the folder above went in this moment.
      return errno == ENOENT ? fail(ErrorCode::not_found) : std::unexpected(last_system_error("make a folder"));
    }
    const int next = open_part(from, part, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (next < 0) return cannot_open();
    at.reset(next);
  }
  return Folder(std::move(at));
}

Result<UniqueFd> Folder::open_to_append(std::string_view name, unsigned mode) const {
  const auto holder = holder_of(name);
  if (!holder) return std::unexpected(holder.error());
  UniqueFd fd(::openat(holder->first.fd(), holder->second.c_str(),
                       O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
                       static_cast<mode_t>(mode)));
  if (!fd) return errno == EISDIR ? fail(ErrorCode::not_found) : cannot_open();
  struct stat there{};
  if (::fstat(fd.get(), &there) != 0 || !S_ISREG(there.st_mode)) return fail(ErrorCode::not_found);
  return fd;
}

Result<> Folder::rename(std::string_view name, const Folder& to, std::string_view new_name) const {
  const auto from_holder = holder_of(name);
  if (!from_holder) return std::unexpected(from_holder.error());
  const auto to_holder = to.holder_of(new_name);
  if (!to_holder) return std::unexpected(to_holder.error());
  const auto there = from_holder->first.about(from_holder->second);
  if (!there) return std::unexpected(there.error());
  if (there->kind == FileFacts::Kind::link) return leaves();
  if (there->kind != FileFacts::Kind::file) return fail(ErrorCode::not_found);
  const char* old_last = from_holder->second.c_str();
  const char* new_last = to_holder->second.c_str();
  if (::renameat2(from_holder->first.fd(), old_last, to_holder->first.fd(), new_last, RENAME_NOREPLACE) != 0) {
    // File systems that do not know the flag: a hard link refuses a taken name too.
    const bool unknown = errno == EINVAL || errno == ENOSYS;
    if (unknown && ::linkat(from_holder->first.fd(), old_last, to_holder->first.fd(), new_last, 0) == 0) {
      if (::unlinkat(from_holder->first.fd(), old_last, 0) != 0) return std::unexpected(last_system_error("remove"));
    } else if (errno == EEXIST) {
      return fail(ErrorCode::conflict, "A file of that name exists");
    } else if (errno == EXDEV) {
      return fail(ErrorCode::state_not_allowed, "The folders lie on different file systems");
    } else {
      return std::unexpected(last_system_error("rename"));
    }
  }
  if (auto synced = to_holder->first.sync(); !synced) return synced;
  return from_holder->first.sync();
}

Result<> Folder::remove(std::string_view name) const {
  const auto holder = holder_of(name);
  if (!holder) return std::unexpected(holder.error());
  const auto there = holder->first.about(holder->second);
  if (!there) return std::unexpected(there.error());
  if (there->kind == FileFacts::Kind::link) return leaves();
  if (there->kind == FileFacts::Kind::other) return fail(ErrorCode::not_found);
  const int flags = there->kind == FileFacts::Kind::folder ? AT_REMOVEDIR : 0;
  if (::unlinkat(holder->first.fd(), holder->second.c_str(), flags) != 0) {
    if (errno == ENOENT) return fail(ErrorCode::not_found);
    if (errno == ENOTEMPTY || errno == EEXIST) return fail(ErrorCode::state_not_allowed, "The folder is not empty");
    return std::unexpected(last_system_error("remove"));
  }
  return {};
}

Result<> Folder::sync() const {
  const UniqueFd real(::openat(fd(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));  // an O_PATH handle cannot sync
  if (!real || ::fsync(real.get()) != 0) return std::unexpected(last_system_error("sync the folder"));
  return {};
}

}  // namespace otklik
