#include "pictures/monogram.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "pictures/glyphs.hpp"
#include "pictures/srgb.hpp"

namespace otklik::pictures {
namespace {

/// Distances in pixels; below 0 is inside. What is within half a pixel of the edge is mixed in part.
float coverage(float distance) noexcept { return std::clamp(0.5F - distance, 0.0F, 1.0F); }

float distance_to_segment(Point p, Point a, Point b) noexcept {
  const float dx = b.x - a.x;
  const float dy = b.y - a.y;
  const float length = dx * dx + dy * dy;
  const float along = length == 0 ? 0 : std::clamp(((p.x - a.x) * dx + (p.y - a.y) * dy) / length, 0.0F, 1.0F);
  return std::hypot(p.x - a.x - along * dx, p.y - a.y - along * dy);
}

float distance_to_ellipse(Point p, Point centre, float rx, float ry) noexcept {
  // Exact on circles; on flatter ones near the edge, which is where it counts.
  const float x = (p.x - centre.x) / rx;
  const float y = (p.y - centre.y) / ry;
  const float r = std::hypot(x, y);
  const float slope = std::hypot(x / rx, y / ry);
  return slope == 0 ? -std::min(rx, ry) : r * (r - 1) / slope;
}

/// The letters beside each other, in the middle of the square.
std::vector<Stroke> laid_out(std::u32string_view initials, float side) {
  constexpr float gap = 3.0F;            // units between two letters
  constexpr float height = 0.34F;        // of a capital, of the side
  constexpr float widest_share = 0.64F;  // of all letters, of the side: wide ones are drawn smaller
  std::vector<Stroke> all;
  float right = 0;
  for (const char32_t letter : initials) {
    float widest = 0;
    for (Stroke& stroke : glyph(letter)) {
      for (Point& p : stroke) {
        widest = std::max(widest, p.x);
        p.x += right;
      }
      all.push_back(std::move(stroke));
    }
    right += widest + gap;
  }
  const float width = right - gap;
  const float unit = std::min(side * height / 8, side * widest_share / std::max(width, 1.0F));
  for (Stroke& stroke : all) {
    for (Point& p : stroke) p = {side / 2 + (p.x - width / 2) * unit, side / 2 + (p.y - 4) * unit};
  }
  return all;
}

}  // namespace

bool has_glyph(char32_t letter) noexcept { return !glyph(letter).empty(); }

Result<Picture> draw_monogram(std::u32string_view initials, Colour ground, std::uint32_t side) {
  auto picture = Picture::of_size({side, side});
  if (!picture) return picture;
  const auto size = static_cast<float>(side);
  const auto strokes = laid_out(initials, size);
  const float pen = size * 0.022F;  // half of its width

  const auto distance = [&](Point p) {
    if (strokes.empty()) {
      const float head = std::hypot(p.x - size * 0.5F, p.y - size * 0.4F) - size * 0.17F;
      const float shoulders = distance_to_ellipse(p, {size * 0.5F, size * 1.0F}, size * 0.33F, size * 0.36F);
      return std::min(head, shoulders);
    }
    float nearest = std::numeric_limits<float>::max();
    for (const Stroke& stroke : strokes) {
      for (std::size_t i = 1; i < stroke.size(); ++i) {
        nearest = std::min(nearest, distance_to_segment(p, stroke[i - 1], stroke[i]));
      }
    }
    return nearest - pen;
  };

  const auto& light = light_of_srgb();
  const std::array<std::uint8_t, 3> stored{ground.red, ground.green, ground.blue};
  // The figure is quieter than letters are.
  const float strength = strokes.empty() ? 0.75F : 1.0F;
  for (std::uint32_t y = 0; y < side; ++y) {
    auto row = picture->row(y);
    for (std::uint32_t x = 0; x < side; ++x) {
      const float share = strength * coverage(distance({static_cast<float>(x) + 0.5F, static_cast<float>(y) + 0.5F}));
      auto* pixel = &row[std::size_t{x} * Picture::bytes_per_pixel];
      for (std::size_t c = 0; c < 3; ++c) pixel[c] = srgb_of_light(light[stored[c]] * (1 - share) + share);
      pixel[3] = 255;
    }
  }
  return picture;
}

}  // namespace otklik::pictures
