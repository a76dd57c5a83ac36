#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace otklik::files {

enum class AvatarSize : std::uint8_t { full, square96, square32 };
inline constexpr std::array all_avatar_sizes{AvatarSize::full, AvatarSize::square96, AvatarSize::square32};

/// A new name for the full picture, `ending` without its point: 128 random bits, so that nobody guesses it, in
/// lower-case hexadecimal, so that it survives clients that change case. It stays as long as the picture does, and a
/// new picture gets a new one, so that no cache shows the old one under it.
std::string new_avatar_name(std::string_view ending);

/// The file name of one size, out of the full picture's: `…_96.jpg`, `…_32.jpg`.
std::string avatar_name(std::string_view full, AvatarSize size);

/// A path of this server that shows it: `/getavatar?path=…&attachment=0`.
std::string avatar_link(std::string_view file_name);

struct NamedAvatar {
  std::string full;       ///< the full picture's file name
  std::string file_name;  ///< the one that was named
};
/// What a client names as `path`: a file name; a path that ends in it, in either kind of slash; a link as avatar_link()
/// makes it, with the server's address or without. Nothing: it is no name of ours, and so no picture's. Names alone are
/// looked at; whatever folder a path speaks of, it is not entered.
std::optional<NamedAvatar> read_avatar_name(std::string_view path);

}  // namespace otklik::files
