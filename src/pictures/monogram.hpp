#pragma once
#include <cstdint>
#include <string_view>

#include "base/error.hpp"
#include "pictures/picture.hpp"

namespace otklik::pictures {

struct Colour {
  std::uint8_t red = 0;
  std::uint8_t green = 0;
  std::uint8_t blue = 0;
};

/// Whether a letter can be drawn: Latin and Russian ones, in lower case.
bool has_glyph(char32_t letter) noexcept;

/// What stands in for a picture of somebody: his initials (up to two, lower-case, has_glyph() of each) in white
/// capitals on a plain ground, or the figure of a head and shoulders when there are none. A square of `side` pixels,
/// opaque. Errors: `too_large` (no memory).
Result<Picture> draw_monogram(std::u32string_view initials, Colour ground, std::uint32_t side);

}  // namespace otklik::pictures
