#include "media/codec/g711.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>

namespace otklik::media {
namespace {

// Table 1a: a sign (1: positive), three bits of segment, four of step, every second bit inverted.
constexpr std::int16_t expand_alaw(unsigned code) {
  code ^= 0x55;
  const unsigned segment = code >> 4 & 7;
  int value = static_cast<int>(code & 15) * 16 + 8;
  if (segment > 0) value = (value + 256) << (segment - 1);
  return static_cast<std::int16_t>((code & 0x80) != 0 ? value : -value);
}

// Table 2a: the same with all bits inverted, and a bias of 33 (132 in 16 bits) in the segments.
constexpr std::int16_t expand_ulaw(unsigned code) {
  code = ~code & 0xFF;
  const int value = ((static_cast<int>(code & 15) << 3) + 132) << (code >> 4 & 7);
  return static_cast<std::int16_t>((code & 0x80) != 0 ? 132 - value : value - 132);
}

constexpr std::uint8_t compress_alaw(int sample) {
  const bool positive = sample >= 0;
  // Decision values lie symmetrically; ~ keeps -32768 in range.
  const unsigned magnitude = static_cast<unsigned>(positive ? sample : ~sample);
  unsigned code = 0;
  if (magnitude < 256) {
    code = magnitude >> 4;
  } else {
    const auto top = static_cast<unsigned>(std::bit_width(magnitude)) - 1;  // 8 to 14
    code = (top - 7) << 4 | (magnitude >> (top - 4) & 15);
  }
  return static_cast<std::uint8_t>((code | (positive ? 0x80U : 0U)) ^ 0x55U);
}

constexpr std::uint8_t compress_ulaw(int sample) {
  const bool negative = sample < 0;
  // ~ and not -: so that samples which share their upper 14 bits share a code, on both sides of nothing.
  const auto magnitude = static_cast<unsigned>(std::min(negative ? ~sample : sample, 32635) + 132);
  const auto top = static_cast<unsigned>(std::bit_width(magnitude)) - 1;  // 7 to 14
  const unsigned code = (top - 7) << 4 | (magnitude >> (top - 4) & 15);
  return static_cast<std::uint8_t>(~(code | (negative ? 0x80U : 0U)) & 0xFFU);
}

template <class Expand>
constexpr auto expansion(Expand expand) {
  std::array<std::int16_t, 256> table{};
  for (unsigned i = 0; i < 256; ++i) table[i] = expand(i);
  return table;
}
constexpr auto alaw_expansion = expansion(expand_alaw);
constexpr auto ulaw_expansion = expansion(expand_ulaw);

// By the upper 13 bits for A-law, whose finest step is 16; by 14 for µ-law, whose finest is 8. Made at the first use.
struct Compression {
  std::array<std::uint8_t, 65536 / 8> alaw;
  std::array<std::uint8_t, 65536 / 4> ulaw;
  Compression() noexcept {
    for (std::size_t i = 0; i < alaw.size(); ++i) alaw[i] = compress_alaw(static_cast<std::int16_t>(i * 8));
    for (std::size_t i = 0; i < ulaw.size(); ++i) ulaw[i] = compress_ulaw(static_cast<std::int16_t>(i * 4));
  }
};
const Compression& compression() noexcept {
  static const Compression tables;
  return tables;
}

}  // namespace

std::int16_t linear_of_alaw(std::uint8_t code) noexcept { return alaw_expansion[code]; }
std::int16_t linear_of_ulaw(std::uint8_t code) noexcept { return ulaw_expansion[code]; }
std::uint8_t alaw_of_linear(std::int16_t sample) noexcept {
  return compression().alaw[static_cast<std::uint16_t>(sample) >> 3];
}
std::uint8_t ulaw_of_linear(std::int16_t sample) noexcept {
  return compression().ulaw[static_cast<std::uint16_t>(sample) >> 2];
}

void decode_alaw(std::span<const std::uint8_t> codes, std::int16_t* out) noexcept {
  for (std::size_t i = 0; i < codes.size(); ++i) out[i] = alaw_expansion[codes[i]];
}
void decode_ulaw(std::span<const std::uint8_t> codes, std::int16_t* out) noexcept {
  for (std::size_t i = 0; i < codes.size(); ++i) out[i] = ulaw_expansion[codes[i]];
}
void encode_alaw(std::span<const std::int16_t> samples, std::uint8_t* out) noexcept {
  const auto& table = compression().alaw;
  for (std::size_t i = 0; i < samples.size(); ++i) out[i] = table[static_cast<std::uint16_t>(samples[i]) >> 3];
}
void encode_ulaw(std::span<const std::int16_t> samples, std::uint8_t* out) noexcept {
  const auto& table = compression().ulaw;
  for (std::size_t i = 0; i < samples.size(); ++i) out[i] = table[static_cast<std::uint16_t>(samples[i]) >> 2];
}

}  // namespace otklik::media
