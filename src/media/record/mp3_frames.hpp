#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace otklik::media {

struct Mp3Frame {
  std::size_t size = 0;  ///< bytes, its header included
  std::uint32_t rate = 0;
  std::uint32_t samples = 0;
};

/// The head of a layer III frame (ISO/IEC 11172-3 2.4.1.3, 13818-3 2.4.2.3, and MPEG 2.5). Nothing: no such head, or
/// one without a size of its own.
inline std::optional<Mp3Frame> parse_mp3_frame(std::string_view bytes) noexcept {
  if (bytes.size() < 4) return std::nullopt;
  const auto at = [&bytes](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
  if (at(0) != 0xFF || (at(1) & 0xE0) != 0xE0 || (at(1) & 0x06) != 0x02) return std::nullopt;
  const unsigned version = at(1) >> 3 & 3;  // 0: 2.5, 2: 2, 3: 1
  const unsigned rate_index = at(2) >> 2 & 3;
  const unsigned bit_rate_index = at(2) >> 4;
  if (version == 1 || rate_index == 3 || bit_rate_index == 0 || bit_rate_index == 15) return std::nullopt;
  static constexpr std::array<std::uint32_t, 3> rates{44100, 48000, 32000};
  static constexpr std::array<std::uint32_t, 15> first{0,   32,  40,  48,  56,  64,  80, 96,
                                                       112, 128, 160, 192, 224, 256, 320};
  static constexpr std::array<std::uint32_t, 15> second{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160};
  Mp3Frame frame;
  frame.rate = rates[rate_index] >> (version == 3 ? 0 : version == 2 ? 1 : 2);
  frame.samples = version == 3 ? 1152 : 576;
  const std::uint32_t bit_rate = (version == 3 ? first : second)[bit_rate_index] * 1000;
  frame.size = frame.samples / 8 * bit_rate / frame.rate + (at(2) >> 1 & 1);
  return frame;
}

}  // namespace otklik::media
