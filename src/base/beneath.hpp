#pragma once
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/unique_fd.hpp"

namespace otklik {

/// A folder whose files may be opened by names from outside. The one place that turns such a name into a descriptor.
///
/// The kernel itself keeps the walk below the folder (`openat2`, RESOLVE_BENEATH and no symbolic or magic links); where
/// a sandbox denies that call, every component is opened in turn with O_NOFOLLOW. A name that holds a NUL, an empty or
/// dot component, a back-slash, or is absolute or over-long, is refused before any call.
class Folder {
 public:
  Folder() = default;
  /// Opens the folder itself; its own path may run through links, since the administrator chose it.
  static Result<Folder> open(const std::string& path);

  /// Opens a regular file for reading. Errors: `not_found` (absent, a folder, a device, a pipe, not readable),
  /// `forbidden` (the name would leave the folder, or runs through a link).
  [[nodiscard]] Result<UniqueFd> open_file(std::string_view name) const;
  /// Opens a folder below, with the same errors.
  [[nodiscard]] Result<Folder> open_folder(std::string_view name) const;

  [[nodiscard]] int fd() const noexcept { return fd_.get(); }

 private:
  explicit Folder(UniqueFd fd) : fd_(std::move(fd)) {}
  [[nodiscard]] Result<UniqueFd> open_below(std::string_view name, int flags) const;

  UniqueFd fd_;
};

/// Whether a name may be looked up below a folder at all: relative, no empty, `.` or `..` component, no NUL, no
/// back-slash, each component at most 255 bytes and the whole at most 4095.
bool is_confined_name(std::string_view name) noexcept;

}  // namespace otklik
