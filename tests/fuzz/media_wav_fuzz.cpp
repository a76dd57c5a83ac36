// A sound file that somebody brought; a page of Ogg and frames of MP3 that a killed program left; a tone in the
// settings.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "media/record/mp3_frames.hpp"
#include "media/record/ogg_page.hpp"
#include "media/sound/tone.hpp"
#include "media/sound/wav.hpp"

namespace {
void require(bool holds) {
  if (!holds) std::abort();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace otklik::media;
  const std::string_view input(reinterpret_cast<const char*>(data), size);  // NOLINT: the fuzzer's own shape
  if (const auto layout = parse_wav(input, size)) require(layout->data_begin + layout->data_size <= size);
  if (const auto wave = read_wav(input))
    require(wave->samples.size() <= size && wave->rate >= 8000 && wave->rate <= 48000);
  std::size_t length = 0;
  if (const auto page = parse_ogg_page(input, length)) {
    require(length <= size);
    std::string again;
    append_ogg_page(*page, again);
    require(again == input.substr(0, length));
  }
  if (const auto frame = parse_mp3_frame(input)) require(frame->size > 0 && frame->rate >= 8000);
  if (const auto cadence = parse_cadence(input)) {
    const auto again = parse_cadence(text(*cadence));
    require(again && *again == *cadence);
  }
  return 0;
}
