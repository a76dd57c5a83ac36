#include "media/sound/wav.hpp"

#include <algorithm>
#include <cstring>

#include "media/codec/g711.hpp"

namespace otklik::media {
namespace {

std::uint8_t byte_at(std::string_view s, std::size_t at) { return static_cast<std::uint8_t>(s[at]); }
std::uint32_t little_16(std::string_view s, std::size_t at) {
  return byte_at(s, at) | std::uint32_t{byte_at(s, at + 1)} << 8;
}
std::uint32_t little_32(std::string_view s, std::size_t at) { return little_16(s, at) | little_16(s, at + 2) << 16; }

std::unexpected<Error> wrong(std::string message) { return fail(ErrorCode::bad_request, std::move(message)); }

constexpr std::uint32_t pcm_tag = 1;
constexpr std::uint32_t alaw_tag = 6;
constexpr std::uint32_t ulaw_tag = 7;
constexpr std::uint32_t extensible_tag = 0xFFFE;

Result<> read_format(std::string_view chunk, WavLayout& layout) {
  if (chunk.size() < 16) return wrong("The WAV file's format is cut short");
  std::uint32_t tag = little_16(chunk, 0);
  const std::uint32_t channels = little_16(chunk, 2);
  const std::uint32_t bits = little_16(chunk, 14);
  if (tag == extensible_tag && chunk.size() >= 26)
    tag = little_16(chunk, 24);  // the sub-format begins with the old tag
  layout.rate = little_32(chunk, 4);
  if (tag == pcm_tag && (bits == 8 || bits == 16)) {
    layout.code = WavLayout::Code::pcm;
  } else if (tag == alaw_tag && bits == 8) {
    layout.code = WavLayout::Code::alaw;
  } else if (tag == ulaw_tag && bits == 8) {
    layout.code = WavLayout::Code::ulaw;
  } else {
    return wrong("The WAV file is neither PCM of 8 or 16 bits nor A-law nor u-law");
  }
  if (channels < 1 || channels > 8) return wrong("The WAV file has no channels, or more than 8");
  if (layout.rate < 8000 || layout.rate > 48000)
    return wrong("The WAV file's sample rate is not between 8000 and 48000 Hz");
  layout.bits = static_cast<std::uint16_t>(bits);
  layout.channels = static_cast<std::uint16_t>(channels);
  return {};
}

std::int16_t sample_at(const WavLayout& layout, std::string_view data, std::size_t index) {
  if (layout.bits == 16) return static_cast<std::int16_t>(little_16(data, index * 2));
  const std::uint8_t code = byte_at(data, index);
  switch (layout.code) {
    case WavLayout::Code::alaw:
      return linear_of_alaw(code);
    case WavLayout::Code::ulaw:
      return linear_of_ulaw(code);
    case WavLayout::Code::pcm:
      break;
  }
  return static_cast<std::int16_t>((code - 128) * 256);  // PCM of 8 bits has no sign
}

}  // namespace

Result<WavLayout> parse_wav(std::string_view begin, std::size_t whole) {
  if (begin.size() < 12 || begin.substr(0, 4) != "RIFF" || begin.substr(8, 4) != "WAVE")
    return wrong("The file is no WAV file");
  WavLayout layout;
  bool has_format = false;
  std::size_t at = 12;
  while (at + 8 <= begin.size()) {
    const std::string_view id = begin.substr(at, 4);
    const std::size_t size = little_32(begin, at + 4);
    at += 8;
    if (id == "data") {
      if (!has_format) return wrong("The WAV file says nothing of its format before its sound");
      layout.data_begin = at;
      const std::size_t rest = whole > at ? whole - at : 0;
      layout.data_size = size == 0 || size == 0xFFFFFFFF ? rest : std::min(size, rest);
      return layout;
    }
    if (id == "fmt ") {
      auto format = read_format(begin.substr(at, std::min(size, begin.size() - at)), layout);
      if (!format) return std::unexpected(format.error());
      has_format = true;
    }
    if (size > begin.size() - at) break;
    at += size + (size & 1);
  }
  return wrong("The WAV file has no sound");
}

Result<Waveform> read_wav(std::string_view file) {
  auto layout = parse_wav(file, file.size());
  if (!layout) return std::unexpected(layout.error());
  const std::string_view data = file.substr(layout->data_begin, layout->data_size);
  const std::size_t channels = layout->channels;
  const std::size_t frames = data.size() / (layout->bits / 8U) / channels;
  Waveform wave;
  wave.rate = layout->rate;
  wave.samples.resize(frames);
  for (std::size_t i = 0; i < frames; ++i) {
    int sum = 0;
    for (std::size_t c = 0; c < channels; ++c) sum += sample_at(*layout, data, i * channels + c);
    wave.samples[i] = static_cast<std::int16_t>(sum / static_cast<int>(channels));
  }
  return wave;
}

std::array<char, wav_header_size> wav_header(std::uint32_t rate, std::uint16_t channels,
                                             std::uint64_t data_size) noexcept {
  std::array<char, wav_header_size> out{};
  const auto put = [&out](std::size_t at, std::uint32_t value, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i) out[at + i] = static_cast<char>(value >> (8 * i));
  };
  const auto size = static_cast<std::uint32_t>(std::min<std::uint64_t>(data_size, 0xFFFFFFFFU - 36));
  std::memcpy(out.data(), "RIFF", 4);
  put(4, size + 36, 4);
  std::memcpy(out.data() + 8, "WAVEfmt ", 8);
  put(16, 16, 4);
  put(20, pcm_tag, 2);
  put(22, channels, 2);
  put(24, rate, 4);
  put(28, rate * channels * 2, 4);
  put(32, channels * 2U, 2);
  put(34, 16, 2);
  std::memcpy(out.data() + 36, "data", 4);
  put(40, size, 4);
  return out;
}

}  // namespace otklik::media
