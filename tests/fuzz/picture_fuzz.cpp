// Whatever the bytes, a decoder gives a picture within the limits or an error; what it gives can be turned into a small
// one and encoded, and what was encoded can be decoded.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "pictures/decode.hpp"
#include "pictures/encode.hpp"
#include "pictures/resize.hpp"

using namespace otklik::pictures;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);  // NOLINT: the fuzzer's own shape
  DecodeOptions options;
  options.limits = {.pixels = 200'000, .side = 4'000, .memory = 4'000'000, .frames = 20, .scans = 20};
  options.shorter_side = 64;
  const Patience patience;
  const auto picture = decode(input, options, patience);
  if (!picture) return 0;
  if (picture->size().pixels() == 0 || picture->size().pixels() > options.limits.pixels) std::abort();
  const auto small = resized(*picture, central_square(picture->size()), {32, 32}, patience);
  if (!small) std::abort();
  const auto file = small->is_opaque() ? encode_jpeg(*small, 90) : encode_png(*small);
  if (!file) std::abort();
  const auto back = decode(*file, options, patience);
  if (!back || back->size() != small->size()) std::abort();
  return 0;
}
