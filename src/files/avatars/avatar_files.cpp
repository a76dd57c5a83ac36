#include "files/avatars/avatar_files.hpp"

#include <cstddef>

#include "pictures/encode.hpp"
#include "pictures/resize.hpp"

namespace otklik::files {
namespace {

constexpr pictures::Size full_bounds{352, 288};
constexpr int quality = 90;

struct Cut {
  pictures::Region part;
  pictures::Size size;
};

Cut cut_for(AvatarSize size, pictures::Size of) noexcept {
  switch (size) {
    case AvatarSize::full:
      break;
    case AvatarSize::square96:
      return {pictures::central_square(of), {96, 96}};
    case AvatarSize::square32:
      return {pictures::central_square(of), {32, 32}};
  }
  return {{0, 0, of}, pictures::fitted(of, full_bounds)};
}

}  // namespace

Result<AvatarFiles> make_avatar_files(std::string_view file, const pictures::Limits& limits,
                                      const pictures::Patience& patience) {
  // Twice what is needed: the last halving is the resizer's, which is better at it than JPEG's eighths.
  const auto picture = pictures::decode(file, {limits, 2 * full_bounds.height}, patience);
  if (!picture) return std::unexpected(picture.error());
  AvatarFiles files;
  for (const AvatarSize size : all_avatar_sizes) {
    const Cut cut = cut_for(size, picture->size());
    const auto made = pictures::resized(*picture, cut.part, cut.size, patience);
    if (!made) return std::unexpected(made.error());
    if (size == AvatarSize::full) files.ending = made->is_opaque() ? "jpg" : "png";
    auto content = files.ending == "jpg" ? pictures::encode_jpeg(*made, quality) : pictures::encode_png(*made);
    if (!content) return std::unexpected(content.error());
    files.content[static_cast<std::size_t>(size)] = std::move(*content);
  }
  return files;
}

}  // namespace otklik::files
