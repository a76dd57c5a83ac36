#include "pictures/orientation.hpp"

#include <cstring>
#include <utility>

namespace otklik::pictures {
namespace {

/// The numbers of a TIFF structure (TIFF 6.0, section 2) in either order of bytes.
class TiffReader {
 public:
  explicit TiffReader(std::string_view bytes) : bytes_(bytes), little_(bytes.starts_with("II")) {}

  [[nodiscard]] bool is_tiff() const noexcept {
    return (little_ || bytes_.starts_with("MM")) && bytes_.size() >= 8 && short_at(2) == 42;
  }
  /// 0 past the end.
  [[nodiscard]] std::uint32_t short_at(std::size_t at) const noexcept { return number(at, 2); }
  [[nodiscard]] std::uint32_t long_at(std::size_t at) const noexcept { return number(at, 4); }

 private:
  [[nodiscard]] std::uint32_t number(std::size_t at, std::size_t length) const noexcept {
    if (at > bytes_.size() || bytes_.size() - at < length) return 0;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < length; ++i) {
      const auto byte = static_cast<std::uint8_t>(bytes_[little_ ? at + length - 1 - i : at + i]);
      value = value << 8 | byte;
    }
    return value;
  }

  std::string_view bytes_;
  bool little_;
};

}  // namespace

Orientation orientation_in_exif(std::string_view app1) noexcept {
  using namespace std::string_view_literals;
  constexpr std::size_t entry_bytes = 12;
  constexpr std::uint32_t tag_orientation = 274;
  constexpr std::uint32_t type_short = 3;
  if (!app1.starts_with("Exif\0\0"sv)) return Orientation::upright;
  app1.remove_prefix(6);
  const TiffReader tiff(app1);
  if (!tiff.is_tiff()) return Orientation::upright;
  const std::size_t folder = tiff.long_at(4);
  const std::uint32_t entries = tiff.short_at(folder);  // at most 65535
  for (std::uint32_t i = 0; i < entries; ++i) {
    const std::size_t entry = folder + 2 + i * entry_bytes;
    if (entry > app1.size()) break;
    if (tiff.short_at(entry) != tag_orientation) continue;
    const std::uint32_t value = tiff.short_at(entry + 8);
    const bool known = tiff.short_at(entry + 2) == type_short && value >= 1 && value <= 8;
    return known ? static_cast<Orientation>(value) : Orientation::upright;
  }
  return Orientation::upright;
}

Result<Picture> turned_upright(Picture picture, Orientation orientation) {
  if (orientation == Orientation::upright) return picture;
  // Every orientation is a mirroring left to right, one top to bottom, and a transposition after them, or not.
  using enum Orientation;
  const bool swaps = orientation >= left_side_mirrored;
  const bool mirrors_x = orientation == mirrored || orientation == upside_down || orientation == right_side_mirrored ||
                         orientation == left_side;
  const bool mirrors_y = orientation == upside_down_mirrored || orientation == upside_down ||
                         orientation == right_side_mirrored || orientation == right_side;
  const Size from = picture.size();
  auto turned = Picture::of_size(swaps ? Size{from.height, from.width} : from);
  if (!turned) return turned;
  constexpr auto pixel = Picture::bytes_per_pixel;
  for (std::uint32_t y = 0; y < from.height; ++y) {
    const auto source = std::as_const(picture).row(y);
    const std::uint32_t to_y = mirrors_y ? from.height - 1 - y : y;
    for (std::uint32_t x = 0; x < from.width; ++x) {
      const std::uint32_t to_x = mirrors_x ? from.width - 1 - x : x;
      auto target = turned->row(swaps ? to_x : to_y);
      std::memcpy(&target[pixel * (swaps ? to_y : to_x)], &source[pixel * x], pixel);
    }
  }
  return turned;
}

}  // namespace otklik::pictures
