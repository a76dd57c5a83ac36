#pragma once
#include <sys/stat.h>

#include <cstdint>
#include <optional>

#include "base/clock.hpp"
#include "net/file/file_response.hpp"

namespace otklik::web_api {

/// What tells one state of a file from another: while it stays the same, so do the file's bytes.
struct FileMark {
  std::uint64_t device = 0, inode = 0, size = 0;
  std::int64_t written_ns = 0, changed_ns = 0;

  static FileMark of(const struct stat& about) noexcept {
    constexpr std::int64_t second = 1'000'000'000;
    return {static_cast<std::uint64_t>(about.st_dev), static_cast<std::uint64_t>(about.st_ino),
            static_cast<std::uint64_t>(about.st_size), about.st_mtim.tv_sec * second + about.st_mtim.tv_nsec,
            about.st_ctim.tv_sec * second + about.st_ctim.tv_nsec};
  }

  /// File systems count time in ticks: a file that changed this very moment may change again and show the same mark, so
  /// its mark proves nothing yet. A second is also what FileFacts::validators() waits for.
  [[nodiscard]] bool is_settled(Time now) const noexcept {
    constexpr std::int64_t long_ago_ns = 1'000'000'000;
    const auto now_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(now.time_since_epoch()).count();
    return now_ns - changed_ns > long_ago_ns;
  }

  [[nodiscard]] net::FileFacts facts() const noexcept { return {device, inode, size, written_ns}; }

  bool operator==(const FileMark&) const = default;
};

}  // namespace otklik::web_api
