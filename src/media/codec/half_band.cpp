#include "media/codec/half_band.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace otklik::media {
namespace {

constexpr std::size_t side = 12;

/// A sinc of half the band under a Kaiser window: taps 1, 3, 5 … from the middle, whose own tap is a half.
std::array<float, side> make_taps() noexcept {
  const auto bessel = [](double x) {
    double sum = 1;
    double term = 1;
    for (int k = 1; k < 25; ++k) {
      term *= (x / 2 / k) * (x / 2 / k);
      sum += term;
    }
    return sum;
  };
  constexpr double beta = 5.65;  // 60 dB
  std::array<float, side> taps{};
  double sum = 0;
  std::array<double, side> exact{};
  for (std::size_t i = 0; i < side; ++i) {
    const double n = 2.0 * static_cast<double>(i) + 1;
    const double window = bessel(beta * std::sqrt(1 - std::pow(n / (2 * side), 2))) / bessel(beta);
    exact[i] = std::sin(std::numbers::pi * n / 2) / (std::numbers::pi * n) * window;
    sum += exact[i];
  }
  for (std::size_t i = 0; i < side; ++i)
    taps[i] = static_cast<float>(exact[i] * 0.25 / sum);  // together a half exactly
  return taps;
}

const std::array<float, side>& taps() noexcept {
  static const std::array<float, side> made = make_taps();
  return made;
}

std::int16_t rounded(float v) noexcept {
  return static_cast<std::int16_t>(std::lrint(std::clamp(v, -32768.0F, 32767.0F)));
}

}  // namespace

void HalfBand::up(std::span<const std::int16_t> in, std::int16_t* out) noexcept {
  constexpr std::size_t history = 2 * side - 1;
  std::array<float, history + most> line;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled below
  const std::size_t count = std::min(in.size(), most);
  std::copy_n(past_.begin(), history, line.begin());
  for (std::size_t i = 0; i < count; ++i) line[history + i] = static_cast<float>(in[i]);
  const auto& h = taps();
  for (std::size_t i = 0; i < count; ++i) {
    const float* left = &line[i + side - 1];  // the sample that the even output is, and the first tap's left
    float sum = 0;
    for (std::size_t k = 0; k < side; ++k) sum += h[k] * (left[-static_cast<std::ptrdiff_t>(k)] + left[k + 1]);
    out[2 * i] = rounded(*left);
    out[2 * i + 1] = rounded(2 * sum);
  }
  std::copy_n(line.begin() + static_cast<std::ptrdiff_t>(count), history, past_.begin());
}

void HalfBand::down(std::span<const std::int16_t> in, std::int16_t* out) noexcept {
  constexpr std::size_t history = 4 * side - 2;
  std::array<float, history + 2 * most> line;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled below
  const std::size_t count = std::min(in.size(), 2 * most) & ~std::size_t{1};
  std::copy_n(past_.begin(), history, line.begin());
  for (std::size_t i = 0; i < count; ++i) line[history + i] = static_cast<float>(in[i]);
  const auto& h = taps();
  for (std::size_t i = 0; i < count / 2; ++i) {
    const float* middle = &line[2 * i + 2 * side - 1];
    float sum = 0.5F * *middle;
    for (std::size_t k = 0; k < side; ++k) {
      const auto n = static_cast<std::ptrdiff_t>(2 * k + 1);
      sum += h[k] * (middle[-n] + middle[n]);
    }
    out[i] = rounded(sum);
  }
  std::copy_n(line.begin() + static_cast<std::ptrdiff_t>(count), history, past_.begin());
}

}  // namespace otklik::media
