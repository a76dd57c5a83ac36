#pragma once
#include <cstdint>
#include <string_view>

#include "base/error.hpp"
#include "pictures/picture.hpp"

namespace otklik::pictures {

/// How a camera was held, as EXIF 2.3 4.6.4 (tag 274) numbers it: where the first row and the first column of the file
/// belong in the upright picture.
enum class Orientation : std::uint8_t {
  upright = 1,
  mirrored,
  upside_down,
  upside_down_mirrored,
  left_side_mirrored,  ///< transposed
  right_side,          ///< to be turned clockwise by a quarter
  right_side_mirrored,
  left_side,  ///< to be turned anticlockwise by a quarter
};

/// Out of the content of an APP1 segment; `upright` where it says nothing, or nothing that makes sense.
Orientation orientation_in_exif(std::string_view app1) noexcept;

/// The picture as it was meant. Errors: `too_large` (no memory).
Result<Picture> turned_upright(Picture picture, Orientation orientation);

}  // namespace otklik::pictures
