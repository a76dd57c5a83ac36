#include "pictures/resize.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <deque>
#include <vector>

#include "pictures/srgb.hpp"

namespace otklik::pictures {
namespace {

/// Linear light, premultiplied: red, green, blue, alpha, from 0 to 1.
using Light = std::array<float, 4>;

/// Keys' cubic with a = -1/2. Its overshoot is half of Lanczos-3's, which in linear light draws a dark rim around
/// bright edges.
double catmull_rom(double x) noexcept {
  x = std::abs(x);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  if (x < 2) return ((-0.5 * x + 2.5) * x - 4) * x + 2;
  return 0;
}

/// What one pixel of the result is mixed from, along one direction.
struct Mix {
  std::uint32_t first = 0;
  std::vector<float> weights;  ///< sum to 1
};

/// For `to` pixels out of `from`.
std::vector<Mix> mixes(std::uint32_t from, std::uint32_t to) {
  const double ratio = static_cast<double>(from) / to;
  const double stretch = std::max(1.0, ratio);
  const double reach = 2 * stretch;
  std::vector<Mix> all(to);
  for (std::uint32_t i = 0; i < to; ++i) {
    const double centre = (i + 0.5) * ratio;
    const auto first = static_cast<std::int64_t>(std::floor(centre - reach));
    const auto last = static_cast<std::int64_t>(std::ceil(centre + reach));
    Mix& mix = all[i];
    mix.first = static_cast<std::uint32_t>(std::clamp<std::int64_t>(first, 0, from - 1));
    const auto end = static_cast<std::uint32_t>(std::clamp<std::int64_t>(last, mix.first + 1, from));
    double sum = 0;
    std::vector<double> weights;
    for (std::uint32_t j = mix.first; j < end; ++j) {
      weights.push_back(catmull_rom((j + 0.5 - centre) / stretch));
      sum += weights.back();
    }
    // Past the border there is nothing to mix: the rest is weighed anew, so that no edge darkens.
    for (const double weight : weights) mix.weights.push_back(static_cast<float>(weight / sum));
  }
  return all;
}

void lighten(std::span<const std::uint8_t> stored, std::vector<Light>& row) {
  const auto& table = light_of_srgb();
  for (std::size_t x = 0; x < row.size(); ++x) {
    const std::uint8_t* pixel = &stored[x * Picture::bytes_per_pixel];
    const float alpha = static_cast<float>(pixel[3]) / 255.0F;
    row[x] = {table[pixel[0]] * alpha, table[pixel[1]] * alpha, table[pixel[2]] * alpha, alpha};
  }
}

void darken(const Light& light, std::uint8_t* pixel) noexcept {
  pixel[3] = static_cast<std::uint8_t>(std::lround(std::clamp(light[3], 0.0F, 1.0F) * 255.0F));
  // By the alpha that came out, even past 1: the kernel has overdone the colours by as much.
  for (std::size_t c = 0; c < 3; ++c) pixel[c] = pixel[3] == 0 ? 0 : srgb_of_light(light[c] / light[3]);
}

template <class Get>
Light mixed(const Mix& mix, const Get& get) noexcept {
  Light sum{};
  for (std::size_t i = 0; i < mix.weights.size(); ++i) {
    const Light& part = get(mix.first + i);
    for (std::size_t c = 0; c < sum.size(); ++c) sum[c] += mix.weights[i] * part[c];
  }
  return sum;
}

}  // namespace

Size fitted(Size size, Size bounds) noexcept {
  if (size.width <= bounds.width && size.height <= bounds.height) return size;
  const double scale =
      std::min(static_cast<double>(bounds.width) / size.width, static_cast<double>(bounds.height) / size.height);
  const auto side = [scale](std::uint32_t length, std::uint32_t most) {
    return std::clamp<std::uint32_t>(static_cast<std::uint32_t>(std::lround(length * scale)), 1, most);
  };
  return {side(size.width, bounds.width), side(size.height, bounds.height)};
}

Region central_square(Size size) noexcept {
  const std::uint32_t side = size.shorter();
  return {(size.width - side) / 2, (size.height - side) / 2, {side, side}};
}

Result<Picture> resized(const Picture& picture, Region part, Size size, const Patience& patience) {
  auto result = Picture::of_size(size);
  if (!result) return result;
  const auto across = mixes(part.size.width, size.width);
  const auto down = mixes(part.size.height, size.height);

  std::vector<Light> source(part.size.width);
  std::deque<std::vector<Light>> rows;  // made narrower already; only those that the next result row is mixed from
  std::uint32_t first_row = 0;          // of part, where `rows` begins
  for (std::uint32_t y = 0; y < size.height; ++y) {
    while (first_row < down[y].first && !rows.empty()) {
      rows.pop_front();
      ++first_row;
    }
    if (rows.empty()) first_row = down[y].first;
    while (rows.size() < down[y].first + down[y].weights.size() - first_row) {
      if (patience.is_over()) return std::unexpected(patience.error());
      const auto at = static_cast<std::uint32_t>(part.top + first_row + rows.size());
      lighten(picture.row(at).subspan(std::size_t{part.left} * Picture::bytes_per_pixel), source);
      auto& row = rows.emplace_back(size.width);
      for (std::uint32_t x = 0; x < size.width; ++x) {
        row[x] = mixed(across[x], [&](std::size_t i) -> const Light& { return source[i]; });
      }
    }
    auto target = result->row(y);
    for (std::uint32_t x = 0; x < size.width; ++x) {
      darken(mixed(down[y], [&](std::size_t i) -> const Light& { return rows[i - first_row][x]; }),
             &target[std::size_t{x} * Picture::bytes_per_pixel]);
    }
  }
  return result;
}

}  // namespace otklik::pictures
