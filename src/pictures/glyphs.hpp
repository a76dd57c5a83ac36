#pragma once
#include <string_view>
#include <vector>

namespace otklik::pictures {

struct Point {
  float x = 0;
  float y = 0;
};
/// A line through its points, to be drawn with a round pen.
using Stroke = std::vector<Point>;

/// A capital as its strokes: 8 units high from y = 0, from x = 0 as wide as it comes. Empty: there is none for this
/// (lower-case) letter.
std::vector<Stroke> glyph(char32_t letter);

}  // namespace otklik::pictures
