#pragma once
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "base/uuid.hpp"
#include "core/ports/opened_file.hpp"

namespace otklik::files {

/// What getavatar sends for a user who has no picture.
enum class DefaultAvatar : std::uint8_t {
  none,        ///< 404, as the original server does
  silhouette,  ///< a figure, the same for all and for unknown users, so that nobody learns who is one
  initials,    ///< the first letters of his name on a colour of his own
};

/// Up to two letters: of the first two words, as they are written on a badge. Empty where a word begins with what is no
/// Latin or Cyrillic letter.
std::string initials_of(std::string_view name);

/// Draws what stands in for a picture, and keeps what was drawn. Blocks for the processor; any thread.
class DrawnAvatars {
 public:
  /// A PNG of 288 by 288 pixels, of a head and shoulders. Errors: `failed`.
  Result<core::OpenedFile> open_figure();
  /// Likewise, of initials as initials_of() gives them, on a colour that `user` always has; the figure where there are
  /// none.
  Result<core::OpenedFile> open_initials(std::string_view initials, const Uuid& user);

 private:
  Result<core::OpenedFile> open(std::size_t colour, std::string_view initials);

  struct Kept {
    UniqueFd fd;  ///< in memory, without a name
  };
  static constexpr std::size_t most_kept = 256;

  std::mutex mutex_;
  std::map<std::string, Kept, std::less<>> kept_;
};

}  // namespace otklik::files
