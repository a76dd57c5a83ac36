#include <webp/decode.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "pictures/decoders.hpp"

namespace otklik::pictures {
namespace {

/// Bytes given to the decoder between two looks at the clock.
constexpr std::size_t slice = 4096;

std::uint32_t number_at(std::string_view bytes, std::size_t at, std::size_t length) noexcept {
  std::uint32_t value = 0;
  for (std::size_t i = length; i-- > 0;) value = value << 8 | static_cast<std::uint8_t>(bytes[at + i]);
  return value;
}

/// A still picture within a file: itself, or the first frame of an animation.
struct Still {
  std::string_view bytes;
  Size canvas;
  std::uint32_t left = 0;
  std::uint32_t top = 0;
};

/// WebP Container Specification: RIFF with VP8X (canvas), ANIM, and ANMF chunks whose content begins with 16 bytes of
/// place and size.
Result<Still> first_frame(std::string_view file) {
  constexpr std::size_t chunk_head = 8;
  constexpr std::size_t frame_head = 16;
  Still still;
  std::string_view left = file.substr(12);
  while (left.size() >= chunk_head) {
    const std::string_view name = left.substr(0, 4);
    const std::uint32_t length = number_at(left, 4, 4);
    left.remove_prefix(chunk_head);
    if (length > left.size()) return damaged();
    if (name == "VP8X" && length >= 10) {
      still.canvas = {number_at(left, 4, 3) + 1, number_at(left, 7, 3) + 1};
    } else if (name == "ANMF") {
      if (length < frame_head) return damaged();
      still.left = 2 * number_at(left, 0, 3);
      still.top = 2 * number_at(left, 3, 3);
      still.bytes = left.substr(frame_head, length - frame_head);
      return still;
    }
    left.remove_prefix(std::min<std::size_t>(left.size(), length + (length & 1)));  // chunks begin at even places
  }
  return damaged();
}

struct DeleteDecoder {
  void operator()(WebPIDecoder* decoder) const { ::WebPIDelete(decoder); }
};

}  // namespace

Result<Picture> decode_webp(std::string_view bytes, const DecodeOptions& options, const Patience& patience) {
  // RIFF says how long it is: a shorter file was cut, and what follows a longer one is not the picture's.
  const std::uint64_t length = std::uint64_t{number_at(bytes, 4, 4)} + 8;
  if (length > bytes.size()) return damaged();
  bytes = bytes.substr(0, static_cast<std::size_t>(length));

  const auto features_of = [](std::string_view of, WebPBitstreamFeatures& features) {
    return ::WebPGetFeatures(reinterpret_cast<const std::uint8_t*>(of.data()), of.size(), &features) == VP8_STATUS_OK;
  };
  WebPBitstreamFeatures features{};
  if (bytes.size() < 12 || !features_of(bytes, features)) return damaged();
  Still still{bytes, {static_cast<std::uint32_t>(features.width), static_cast<std::uint32_t>(features.height)}};
  if (features.has_animation != 0) {
    auto frame = first_frame(bytes);
    if (!frame) return std::unexpected(frame.error());
    still = *frame;
    if (!features_of(still.bytes, features)) return damaged();
  }
  const Size size{static_cast<std::uint32_t>(features.width), static_cast<std::uint32_t>(features.height)};
  // A lossless picture is unpacked whole in memory of the library's own. So is the alpha plane of another one, which is
  // a lossless picture within it and is then kept as a plane.
  const std::size_t own = size.pixels() * (features.format == 2 ? 4 : features.has_alpha != 0 ? 5 : 0);
  if (auto fits = check_size(size, options.limits); !fits) return std::unexpected(fits.error());
  if (auto fits = check_whole_size(still.canvas, options.limits, own); !fits) return std::unexpected(fits.error());
  if (std::uint64_t{still.left} + size.width > still.canvas.width ||
      std::uint64_t{still.top} + size.height > still.canvas.height) {
    return damaged();
  }

  auto picture = Picture::of_size(still.canvas);
  if (!picture) return picture;
  if (still.canvas != size) std::ranges::fill(picture->bytes(), std::uint8_t{0});

  auto target =
      picture->bytes().subspan((std::size_t{still.top} * still.canvas.width + still.left) * Picture::bytes_per_pixel);
  const auto row_bytes = static_cast<int>(picture->row(0).size());
  const std::unique_ptr<WebPIDecoder, DeleteDecoder> decoder(
      ::WebPINewRGB(MODE_RGBA, target.data(), target.size(), row_bytes));
  if (!decoder) return too_much_memory();
  VP8StatusCode status = VP8_STATUS_SUSPENDED;
  for (std::size_t given = 0; status == VP8_STATUS_SUSPENDED && given < still.bytes.size();) {
    if (patience.is_over()) return std::unexpected(patience.error());
    given = std::min(given + slice, still.bytes.size());
    status = ::WebPIUpdate(decoder.get(), reinterpret_cast<const std::uint8_t*>(still.bytes.data()), given);
  }
  if (status == VP8_STATUS_OUT_OF_MEMORY) return too_much_memory();
  if (status != VP8_STATUS_OK) return damaged();
  return picture;
}

}  // namespace otklik::pictures
