#pragma once
#include <array>
#include <cstdint>

namespace otklik::pictures {

/// IEC 61966-2-1: how bright a stored value is, from 0 to 1.
const std::array<float, 256>& light_of_srgb();

/// The stored value whose brightness is nearest; what lies outside of 0 to 1 is cut.
std::uint8_t srgb_of_light(float light) noexcept;

}  // namespace otklik::pictures
