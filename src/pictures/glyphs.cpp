#include "pictures/glyphs.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>

namespace otklik::pictures {
namespace {

// Strokes on a grid of units, a character each ('0' is 0, ':' is 10). `L` and pairs x y: a line through them. `A`,
// centre x y, radii x y, from, to: an arc; directions in eighths of a turn, 0 to the right, 2 down, 4 left, 6 up.
struct Outline {
  std::u32string_view letters;  // that look like this
  std::string_view strokes;
};
constexpr std::array outlines{
    Outline{U"aа", "L083068 L1555"},
    Outline{U"bв", "L080030 A32226: L0434 A36326: L3808"},
    Outline{U"cс", "A444417"},
    Outline{U"d", "L20000828 A24446:"},
    Outline{U"eеё", "L50000858 L0444"},
    Outline{U"f", "L500008 L0444"},
    Outline{U"g", "A444407 L8454"},
    Outline{U"hн", "L0008 L6068 L0464"},
    Outline{U"i", "L0008"},
    Outline{U"j", "L4046 A262204"},
    Outline{U"kк", "L0008 L6005 L2368"},
    Outline{U"l", "L000858"},
    Outline{U"mм", "L0800458088"},
    Outline{U"n", "L08006860"},
    Outline{U"oо", "A444408"},
    Outline{U"pр", "L080030 A32326: L3404"},
    Outline{U"q", "A444408 L5588"},
    Outline{U"r", "L080030 A32326: L3404 L3468"},
    Outline{U"s", "A323272 A36326;"},
    Outline{U"tт", "L0060 L3038"},
    Outline{U"u", "L0005 A353340 L6560"},
    Outline{U"v", "L003860"},
    Outline{U"w", "L00285288:0"},
    Outline{U"xх", "L0068 L6008"},
    Outline{U"y", "L003460 L3438"},
    Outline{U"z", "L00600868"},
    Outline{U"б", "L500008 L0434 A36326: L3808"},
    Outline{U"г", "L500008"},
    Outline{U"д", "L09078789 L17307077"},
    Outline{U"ж", "L5058 L005408 L:054:8"},
    Outline{U"з", "A32325: A36326;"},
    Outline{U"ий", "L00086068"},
    Outline{U"л", "L083068"},
    Outline{U"п", "L08006068"},
    Outline{U"у", "L0035 L6018"},
    Outline{U"ф", "A444308 L4048"},
    Outline{U"ц", "L00087879 L6068"},
    Outline{U"ч", "L0003 A333242 L3565 L6068"},
    Outline{U"ш", "L00088880 L4048"},
    Outline{U"щ", "L00089899 L4048 L8088"},
    Outline{U"э", "A34445; L2474"},
    Outline{U"ю", "L0008 L0424 A644408"},
    Outline{U"я", "L686030 A323262 L3464 L2408"},
};

float unit(char c) noexcept { return static_cast<float>(c - '0'); }

Stroke line(std::string_view points) {
  Stroke stroke;
  for (; points.size() >= 2; points.remove_prefix(2)) stroke.push_back({unit(points[0]), unit(points[1])});
  return stroke;
}

Stroke arc(std::string_view of) {
  constexpr float eighth = std::numbers::pi_v<float> / 4;
  constexpr int steps = 24;
  Stroke stroke;
  for (int i = 0; i <= steps; ++i) {
    const float turned = unit(of[4]) + (unit(of[5]) - unit(of[4])) * static_cast<float>(i) / steps;
    stroke.push_back(
        {unit(of[0]) + unit(of[2]) * std::cos(turned * eighth), unit(of[1]) + unit(of[3]) * std::sin(turned * eighth)});
  }
  return stroke;
}

}  // namespace

std::vector<Stroke> glyph(char32_t letter) {
  const auto* found = std::ranges::find_if(
      outlines, [letter](const Outline& outline) { return outline.letters.find(letter) != std::u32string_view::npos; });
  std::vector<Stroke> strokes;
  if (found == outlines.end()) return strokes;
  for (auto rest = found->strokes; !rest.empty();) {
    const auto word = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
    strokes.push_back(word.front() == 'A' ? arc(word.substr(1)) : line(word.substr(1)));
  }
  return strokes;
}

}  // namespace otklik::pictures
