#include "files/upload/file_writer.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "base/file.hpp"

namespace otklik::files {
namespace {

constexpr std::size_t least_direct = 64 * 1024;  // below that the cache is cheaper

}  // namespace

/// How much of the front of `bytes` may go past the cache; 0: nothing.
std::size_t FileWriter::direct_part(std::string_view bytes) const noexcept {
  const auto address = reinterpret_cast<std::uintptr_t>(bytes.data());  // NOLINT: its alignment is what counts
  if (!may_be_direct_ || address % block != 0 || offset_ % block != 0) return 0;
  const std::size_t whole = bytes.size() / block * block;
  return whole < least_direct ? 0 : whole;
}

bool FileWriter::go_direct(bool direct) noexcept {
  if (is_direct_ == direct) return true;
  const int flags = ::fcntl(fd_, F_GETFL);
  if (flags < 0 || ::fcntl(fd_, F_SETFL, direct ? flags | O_DIRECT : flags & ~O_DIRECT) != 0) return false;
  is_direct_ = direct;
  return true;
}

Result<> FileWriter::write(std::string_view bytes) {
  while (const std::size_t whole = direct_part(bytes)) {
    if (!go_direct(true)) {
      may_be_direct_ = false;
      break;
    }
    const ssize_t done = ::write(fd_, bytes.data(), whole);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0 && errno == EINVAL) {  // this file system wants larger blocks, or none of it
      may_be_direct_ = false;
      break;
    }
    if (done < 0) return std::unexpected(last_system_error("write"));
    offset_ += static_cast<std::uint64_t>(done);
    bytes.remove_prefix(static_cast<std::size_t>(done));
  }
  if (bytes.empty()) return {};
  if (!go_direct(false)) return std::unexpected(last_system_error("write"));
  offset_ += bytes.size();
  return write_all(fd_, bytes);
}

}  // namespace otklik::files
