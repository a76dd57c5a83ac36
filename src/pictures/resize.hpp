#pragma once
#include "base/error.hpp"
#include "pictures/patience.hpp"
#include "pictures/picture.hpp"

namespace otklik::pictures {

/// The largest size of the same shape that lies within `bounds`, and within `size`: nothing is enlarged. At least one
/// pixel each way.
Size fitted(Size size, Size bounds) noexcept;

/// The square in the middle, as large as there is room.
Region central_square(Size size) noexcept;

/// A part of a picture in another size, smaller or larger.
///
/// Each pixel is mixed from those it covers by a Catmull-Rom kernel stretched to the ratio, across and then down, in
/// linear light with premultiplied alpha: so fine patterns keep their brightness, thin lines their weight, and nothing
/// of the invisible colour of a transparent pixel leaks. See docs/adr/0020. Errors: `too_large` (no memory), and what
/// `patience` says.
Result<Picture> resized(const Picture& picture, Region part, Size size, const Patience& patience);

}  // namespace otklik::pictures
