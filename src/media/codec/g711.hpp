#pragma once
#include <cstdint>
#include <span>

/// ITU-T G.711: the two logarithmic codes of 8 bits, by tables of our own.
namespace otklik::media {

std::int16_t linear_of_alaw(std::uint8_t code) noexcept;
std::int16_t linear_of_ulaw(std::uint8_t code) noexcept;
/// The nearest code of a sample.
std::uint8_t alaw_of_linear(std::int16_t sample) noexcept;
std::uint8_t ulaw_of_linear(std::int16_t sample) noexcept;

/// As many samples as codes; `out` is at least as long.
void decode_alaw(std::span<const std::uint8_t> codes, std::int16_t* out) noexcept;
void decode_ulaw(std::span<const std::uint8_t> codes, std::int16_t* out) noexcept;
void encode_alaw(std::span<const std::int16_t> samples, std::uint8_t* out) noexcept;
void encode_ulaw(std::span<const std::int16_t> samples, std::uint8_t* out) noexcept;

}  // namespace otklik::media
