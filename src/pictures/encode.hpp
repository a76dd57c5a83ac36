#pragma once
#include <string>

#include "base/error.hpp"
#include "pictures/picture.hpp"

namespace otklik::pictures {

/// A JPEG file with full colour resolution and nothing beside the pixels: no date, place or camera. What shines through
/// is not kept. `quality` from 1 to 100. Errors: `failed`.
Result<std::string> encode_jpeg(const Picture& picture, int quality);

/// A PNG file, with the alpha channel where it is needed, likewise. Errors: `failed`.
Result<std::string> encode_png(const Picture& picture);

}  // namespace otklik::pictures
