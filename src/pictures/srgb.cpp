#include "pictures/srgb.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace otklik::pictures {
namespace {

float light_of(double stored) {
  return static_cast<float>(stored <= 0.04045 ? stored / 12.92 : std::pow((stored + 0.055) / 1.055, 2.4));
}

/// Where one stored value ends and the next begins.
std::array<float, 255> make_borders() {
  std::array<float, 255> borders{};
  for (std::size_t i = 0; i < borders.size(); ++i) borders[i] = light_of((static_cast<double>(i) + 0.5) / 255.0);
  return borders;
}

}  // namespace

const std::array<float, 256>& light_of_srgb() {
  static const auto table = [] {
    std::array<float, 256> values{};
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = light_of(static_cast<double>(i) / 255.0);
    return values;
  }();
  return table;
}

std::uint8_t srgb_of_light(float light) noexcept {
  static const auto borders = make_borders();
  return static_cast<std::uint8_t>(std::ranges::upper_bound(borders, light) - borders.begin());
}

}  // namespace otklik::pictures
