#include "pictures/monogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "unit/pictures/samples.hpp"

namespace otklik::pictures {
namespace {

constexpr Colour ground{0x3B, 0x6E, 0xA8};

std::size_t white_pixels(const Picture& picture) {
  std::size_t count = 0;
  for (std::uint32_t y = 0; y < picture.size().height; ++y) {
    for (std::uint32_t x = 0; x < picture.size().width; ++x) {
      count += static_cast<std::size_t>(samples::at(picture, x, y) == samples::white);
    }
  }
  return count;
}

TEST(Monogram, knows_every_letter_that_a_name_begins_with) {
  for (char32_t c = U'a'; c <= U'z'; ++c) EXPECT_TRUE(has_glyph(c));
  for (const char32_t c : std::u32string_view(U"абвгдеёжзийклмнопрстуфхцчшщэюя")) EXPECT_TRUE(has_glyph(c));
  for (const char32_t c : std::u32string_view(U"AЯ1 .李ъ")) EXPECT_FALSE(has_glyph(c));
}

TEST(Monogram, stays_clear_of_the_edges_whatever_the_letters) {
  for (const std::u32string_view letters : {U"", U"i", U"ип", U"жщ", U"ww"}) {
    const auto picture = draw_monogram(letters, ground, 96);
    ASSERT_TRUE(picture.has_value());
    EXPECT_TRUE(picture->is_opaque());
    for (std::uint32_t y = 0; y < (letters.empty() ? 60U : 96U); ++y) {  // the figure's shoulders end at the bottom
      for (const std::uint32_t x : {0U, 4U, 91U, 95U}) {
        ASSERT_EQ(samples::at(*picture, x, y), (samples::Colour{ground.red, ground.green, ground.blue}));
      }
    }
  }
}

TEST(Monogram, draws_something_of_its_own_for_each_letter) {
  const auto figure = draw_monogram(U"", ground, 96);
  std::vector<std::vector<std::uint8_t>> seen{{figure->bytes().begin(), figure->bytes().end()}};
  for (const char32_t c : std::u32string_view(U"bcdfghijklmnoprstuvwxzбгджзилпуфцчшщэюя")) {
    const auto picture = draw_monogram({&c, 1}, ground, 96);
    EXPECT_GT(white_pixels(*picture), 50U);
    std::vector<std::uint8_t> bytes(picture->bytes().begin(), picture->bytes().end());
    EXPECT_FALSE(std::ranges::find(seen, bytes) != seen.end());
    seen.push_back(std::move(bytes));
  }
}

}  // namespace
}  // namespace otklik::pictures
