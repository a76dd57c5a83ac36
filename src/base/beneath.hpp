#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/unique_fd.hpp"

namespace otklik {

/// What lies below a folder under some name.
struct FileFacts {
  enum class Kind : std::uint8_t { file, folder, link, other };
  Kind kind = Kind::other;
  std::uint64_t size = 0;
  Time changed{};
  std::uint64_t links = 1;  ///< hard links
};

struct NamedFacts : FileFacts {
  std::string name;
};

/// A folder whose files may be opened by names from outside. The one place that turns such a name into a descriptor.
///
/// The kernel itself keeps the walk below the folder (`openat2`, RESOLVE_BENEATH and no symbolic or magic links); where
/// a sandbox denies that call, every component is opened in turn with O_NOFOLLOW. A name that holds a NUL, an empty or
/// dot component, a back-slash, or is absolute or over-long, is refused before any call. Copies share one descriptor.
class Folder {
 public:
  Folder() = default;
  /// Opens the folder itself; its own path may run through links, since the administrator chose it.
  static Result<Folder> open(const std::string& path);

  /// Opens a regular file for reading. Errors: `not_found` (absent, a folder, a device, a pipe), `forbidden` (the name
  /// would leave the folder, or runs through a link), `too_many` (descriptors), `failed` (it cannot be told, or not be
  /// read: no permission, a disk that fails). Only `not_found` says that no file is there.
  [[nodiscard]] Result<UniqueFd> open_file(std::string_view name) const;
  /// Opens a folder below, with the same errors.
  [[nodiscard]] Result<Folder> open_folder(std::string_view name) const;

  /// What the name stands for, itself and not what a link points to. Errors as open_file().
  [[nodiscard]] Result<FileFacts> about(std::string_view name) const;
  /// Every entry of this folder, links and devices among them, in no order; past `most` of them `too_large`.
  [[nodiscard]] Result<std::vector<NamedFacts>> entries(std::size_t most) const;

  /// Opens a folder below; makes it, and those on the way, where absent. Errors also: `storage_full`, `failed`.
  [[nodiscard]] Result<Folder> make_folders(std::string_view name, unsigned mode = 0700) const;
  /// Opens a regular file for appending; makes it where absent, in a folder that exists. Errors also: `storage_full`,
  /// `failed`.
  [[nodiscard]] Result<UniqueFd> open_to_append(std::string_view name, unsigned mode = 0600) const;
  /// Moves a regular file to a name that is free: `conflict` where it is taken, `state_not_allowed` between file
  /// systems, `not_found` when `name` is no regular file. Both folders are synced.
  [[nodiscard]] Result<> rename(std::string_view name, const Folder& to, std::string_view new_name) const;
  /// A regular file or an empty folder. Errors also: `state_not_allowed` for a folder that is not empty, `failed`.
  [[nodiscard]] Result<> remove(std::string_view name) const;
  /// Waits until the folder's own entries are on the disk.
  [[nodiscard]] Result<> sync() const;

  /// The folder that holds `name`, and the last component: for calls that take both.
  [[nodiscard]] Result<std::pair<Folder, std::string>> holder_of(std::string_view name) const;

  [[nodiscard]] int fd() const noexcept { return fd_ ? fd_->get() : -1; }

 private:
  explicit Folder(UniqueFd fd) : fd_(std::make_shared<const UniqueFd>(std::move(fd))) {}
  [[nodiscard]] Result<UniqueFd> open_below(std::string_view name, int flags) const;

  std::shared_ptr<const UniqueFd> fd_;  // O_PATH: it has no state that two could quarrel about
};

/// Whether a name may be looked up below a folder at all: relative, no empty, `.` or `..` component, no NUL, no
/// back-slash, each component at most 255 bytes and the whole at most 4095.
bool is_confined_name(std::string_view name) noexcept;

/// For tests: walk step by step even where the kernel knows openat2.
void avoid_openat2(bool yes) noexcept;

}  // namespace otklik
