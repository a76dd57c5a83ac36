#include "pictures/picture.hpp"

#include <new>

namespace otklik::pictures {

Result<Picture> Picture::of_size(Size size) {
  Picture picture;
  picture.size_ = size;
  // A size comes from outside, so that no memory for it is no mistake of ours. Not zeroed: a file that ends early has
  // then touched no more of it than it filled.
  picture.rgba_.reset(new (std::nothrow) std::uint8_t[size.pixels() * bytes_per_pixel]);
  if (!picture.rgba_) return fail(ErrorCode::too_large, "There is no memory for a picture of that size");
  return picture;
}

bool Picture::is_opaque() const noexcept {
  const auto all = bytes();
  for (std::size_t i = 3; i < all.size(); i += bytes_per_pixel) {
    if (all[i] != 255) return false;
  }
  return true;
}

}  // namespace otklik::pictures
