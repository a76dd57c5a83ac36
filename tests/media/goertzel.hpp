#pragma once
#include <cmath>
#include <cstdint>
#include <numbers>
#include <span>
#include <vector>

namespace otklik::media::testing {

/// The share of a frequency in the power of some samples, 0 to 1 (G. Goertzel, 1958); 0 for silence.
inline double share_of(std::span<const std::int16_t> samples, double hertz, double rate) {
  const double turn = 2 * std::numbers::pi * hertz / rate;
  const double factor = 2 * std::cos(turn);
  double before = 0;
  double last = 0;
  double power = 0;
  for (const auto sample : samples) {
    const double now = sample + factor * last - before;
    before = last;
    last = now;
    power += static_cast<double>(sample) * sample;
  }
  if (samples.empty() || power / static_cast<double>(samples.size()) < 100) return 0;
  const double found = last * last + before * before - factor * last * before;
  return 2 * found / (power * static_cast<double>(samples.size()));
}

/// The loudness of samples as their root mean square.
inline double level_of(std::span<const std::int16_t> samples) {
  double power = 0;
  for (const auto sample : samples) power += static_cast<double>(sample) * sample;
  return samples.empty() ? 0 : std::sqrt(power / static_cast<double>(samples.size()));
}

inline std::vector<std::int16_t> sine(double hertz, double rate, std::size_t count, double amplitude = 8000,
                                      std::size_t from = 0) {
  std::vector<std::int16_t> out(count);
  for (std::size_t i = 0; i < count; ++i) {
    out[i] = static_cast<std::int16_t>(
        std::lround(amplitude * std::sin(2 * std::numbers::pi * hertz * static_cast<double>(from + i) / rate)));
  }
  return out;
}

}  // namespace otklik::media::testing
