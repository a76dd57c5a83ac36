#include "pictures/decode.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "pictures/decoders.hpp"
#include "pictures/format.hpp"

namespace otklik::pictures {

Result<> check_size(Size size, const Limits& limits) {
  if (size.width == 0 || size.height == 0) return damaged();
  if (std::max(size.width, size.height) > limits.side || size.pixels() > limits.pixels) {
    return fail(ErrorCode::too_large,
                fmt::format("The picture has {} x {} pixels; at most {} in all and {} a side are accepted", size.width,
                            size.height, limits.pixels, limits.side));
  }
  return {};
}

Result<> check_whole_size(Size size, const Limits& limits, std::size_t more) {
  if (auto fits = check_size(size, limits); !fits) return fits;
  if (size.pixels() * Picture::bytes_per_pixel + more > limits.memory) return too_much_memory();
  return {};
}

Result<Picture> decode(std::string_view bytes, const DecodeOptions& options, const Patience& patience) {
  const auto format = recognise(bytes);
  if (!format) return fail(ErrorCode::bad_request, "The file is no JPEG, PNG, WebP or GIF picture");
  if (patience.is_over()) return std::unexpected(patience.error());
  switch (*format) {
    case Format::jpeg:
      return decode_jpeg(bytes, options, patience);
    case Format::png:
      return decode_png(bytes, options, patience);
    case Format::webp:
      return decode_webp(bytes, options, patience);
    case Format::gif:
      return decode_gif(bytes, options, patience);
  }
  return damaged();
}

}  // namespace otklik::pictures
