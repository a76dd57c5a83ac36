#include "base/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "base/random.hpp"
#include "base/unique_fd.hpp"

namespace otklik {

Error last_system_error(std::string_view doing) {
  const int number = errno;
  const bool full = number == ENOSPC || number == EDQUOT || number == EFBIG;
  return {full ? ErrorCode::storage_full : ErrorCode::failed,
          std::string(doing) + ": " + std::generic_category().message(number)};
}

Error last_open_error() {
  if (errno == ENOENT || errno == ENOTDIR || errno == ENAMETOOLONG) return ErrorCode::not_found;
  return last_system_error("open");
}

Result<std::string> read_whole(int fd, std::size_t limit) {
  struct stat about{};
  if (::fstat(fd, &about) != 0) return std::unexpected(last_system_error("stat"));
  if (about.st_size > 0 && static_cast<std::size_t>(about.st_size) > limit) return fail(ErrorCode::too_large);
  std::string out(static_cast<std::size_t>(about.st_size) + 1, '\0');  // one more, to see the end without a second read
  std::size_t got = 0;
  for (;;) {
    const ssize_t n = ::pread(fd, out.data() + got, out.size() - got, static_cast<off_t>(got));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return std::unexpected(last_system_error("read"));
    if (n == 0) break;
    got += static_cast<std::size_t>(n);
    if (got > limit) return fail(ErrorCode::too_large);
    if (got == out.size()) out.resize(out.size() * 2);
  }
  out.resize(got);
  return out;
}

Result<std::string> read_file(const std::string& path, std::size_t limit) {
  // Not waiting: a pipe of that name may never get a writer.
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd) return std::unexpected(last_open_error());
  struct stat about{};
  if (::fstat(fd.get(), &about) != 0) return std::unexpected(last_system_error("stat"));
  if (!S_ISREG(about.st_mode)) return fail(ErrorCode::failed, "it is no file");
  return read_whole(fd.get(), limit);
}

Result<> write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return std::unexpected(last_system_error("write"));
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

Result<> write_atomically(const std::string& path, std::string_view content, unsigned mode) {
  const std::string beside = path + ".new-" + random_text(48);
  UniqueFd fd(::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, static_cast<mode_t>(mode)));
  if (!fd) return std::unexpected(last_system_error("create"));
  const auto give_up = [&](Error error) -> Result<> {
    ::unlink(beside.c_str());
    return std::unexpected(std::move(error));
  };
  if (auto written = write_all(fd.get(), content); !written) return give_up(written.error());
  if (::fsync(fd.get()) != 0) return give_up(last_system_error("sync"));
  fd.reset();
  if (::rename(beside.c_str(), path.c_str()) != 0) return give_up(last_system_error("rename"));
  const auto slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
  const UniqueFd folder_fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder_fd || ::fsync(folder_fd.get()) != 0) return std::unexpected(last_system_error("sync the folder"));
  return {};
}

}  // namespace otklik
