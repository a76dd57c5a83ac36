#pragma once
#include <string_view>

#include "pictures/decode.hpp"

/// One decoder a format, each in a file of its own with its library. Only decode.cpp and they include this.
namespace otklik::pictures {

Result<Picture> decode_jpeg(std::string_view bytes, const DecodeOptions& options, const Patience& patience);
Result<Picture> decode_png(std::string_view bytes, const DecodeOptions& options, const Patience& patience);
Result<Picture> decode_webp(std::string_view bytes, const DecodeOptions& options, const Patience& patience);
Result<Picture> decode_gif(std::string_view bytes, const DecodeOptions& options, const Patience& patience);

/// Whether a claimed size may be decoded at all. Errors: `bad_request` for an empty one, `too_large`.
Result<> check_size(Size size, const Limits& limits);
/// Likewise, for a decoder that keeps all pixels, and `more` bytes beside them.
Result<> check_whole_size(Size size, const Limits& limits, std::size_t more = 0);

inline std::unexpected<Error> damaged() { return fail(ErrorCode::bad_request, "The picture is damaged or cut short"); }
inline std::unexpected<Error> too_much_memory() {
  return fail(ErrorCode::too_large, "The picture would take too much memory");
}

}  // namespace otklik::pictures
