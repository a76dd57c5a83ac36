#pragma once
#include <array>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "files/avatars/avatar_names.hpp"
#include "pictures/decode.hpp"

namespace otklik::files {

/// The content of a user's picture in all of its sizes.
struct AvatarFiles {
  std::string ending;                                        ///< `jpg`; `png` where something shines through
  std::array<std::string, all_avatar_sizes.size()> content;  ///< by AvatarSize
};

/// Out of whatever file somebody brought: whole and at most 352 by 288 pixels, never enlarged; and the square of its
/// middle at 96 and at 32 pixels, since clients show those in square frames and would otherwise distort them. What a
/// camera wrote beside the pixels (its place on earth, too) is not kept. Errors and blocking as pictures::decode().
Result<AvatarFiles> make_avatar_files(std::string_view file, const pictures::Limits& limits,
                                      const pictures::Patience& patience);

}  // namespace otklik::files
