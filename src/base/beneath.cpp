#include "base/beneath.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <atomic>
#include <cerrno>

namespace otklik {
namespace {

std::atomic<bool> openat2_denied{false};

/// -1 with errno, as open(2).
int open_step_by_step(int folder, const std::string& name, int flags) {
  UniqueFd at;
  std::size_t begin = 0;
  for (;;) {
    const auto slash = name.find('/', begin);
    const std::string part = name.substr(begin, slash - begin);
    const int from = at ? at.get() : folder;
    if (slash == std::string::npos) return ::openat(from, part.c_str(), flags | O_NOFOLLOW);
    const int next = ::openat(from, part.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
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

}  // namespace

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
  if (!is_confined_name(name)) return fail(ErrorCode::forbidden, "The path leaves its folder");
  const int fd = open_beneath(fd_.get(), std::string(name), flags | O_CLOEXEC);
  if (fd >= 0) return UniqueFd(fd);
  switch (errno) {
    case ELOOP:
    case EXDEV: return fail(ErrorCode::forbidden, "The path leaves its folder");
    case EMFILE:
    case ENFILE: return fail(ErrorCode::too_many, "Too many open files");
    default: return fail(ErrorCode::not_found);
  }
}

Result<UniqueFd> Folder::open_file(std::string_view name) const {
  // O_NONBLOCK: a pipe that lies there must not hold the caller until somebody writes to it.
  auto fd = open_below(name, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (!fd) return fd;
  struct stat about {};
  if (::fstat(fd->get(), &about) != 0 || !S_ISREG(about.st_mode)) return fail(ErrorCode::not_found);
  return fd;
}

Result<Folder> Folder::open_folder(std::string_view name) const {
  auto fd = open_below(name, O_PATH | O_DIRECTORY);
  if (!fd) return std::unexpected(fd.error());
  return Folder(std::move(*fd));
}

}  // namespace otklik
