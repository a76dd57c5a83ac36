#include <gtest/gtest.h>

#include "pictures/decode.hpp"
#include "pictures/encode.hpp"
#include "pictures/resize.hpp"
#include "pictures/srgb.hpp"
#include "unit/pictures/samples.hpp"

namespace otklik::pictures {
namespace {

using namespace samples;

Result<Picture> whole_resized(const Picture& picture, Size size) {
  return resized(picture, {0, 0, picture.size()}, size, Patience{});
}

TEST(Resize, fits_into_bounds_and_keeps_the_shape) {
  constexpr Size bounds{352, 288};
  EXPECT_EQ(fitted({704, 576}, bounds), (Size{352, 288}));
  EXPECT_EQ(fitted({4000, 3000}, bounds), (Size{352, 264}));
  EXPECT_EQ(fitted({3000, 4000}, bounds), (Size{216, 288}));
  EXPECT_EQ(fitted({1000, 1000}, bounds), (Size{288, 288}));
  EXPECT_EQ(fitted({352, 288}, bounds), (Size{352, 288}));
  EXPECT_EQ(fitted({20, 10}, bounds), (Size{20, 10}));     // nothing is enlarged
  EXPECT_EQ(fitted({16'000, 2}, bounds), (Size{352, 1}));  // nothing vanishes
  EXPECT_EQ(fitted({353, 1}, bounds), (Size{352, 1}));
}

TEST(Resize, takes_the_square_in_the_middle) {
  EXPECT_EQ(central_square({300, 200}).left, 50U);
  EXPECT_EQ(central_square({300, 200}).top, 0U);
  EXPECT_EQ(central_square({300, 200}).size, (Size{200, 200}));
  EXPECT_EQ(central_square({201, 300}).top, 49U);
}

TEST(Resize, keeps_a_plain_colour_exactly_to_the_edges) {
  const Picture plain = painted({101, 67}, [](auto, auto) { return Colour{10, 128, 250, 255}; });
  for (const Size size : {Size{10, 7}, Size{96, 96}, Size{1, 1}, Size{300, 200}}) {
    const auto small = whole_resized(plain, size);
    ASSERT_TRUE(small.has_value());
    for (std::uint32_t y = 0; y < size.height; ++y) {
      for (std::uint32_t x = 0; x < size.width; ++x) ASSERT_EQ(at(*small, x, y), (Colour{10, 128, 250, 255}));
    }
  }
}

TEST(Resize, keeps_every_pixel_where_the_size_stays) {
  const Picture picture = painted({17, 13}, [](std::uint32_t x, std::uint32_t y) {
    return Colour{static_cast<std::uint8_t>(x * 15), static_cast<std::uint8_t>(y * 19),
                  static_cast<std::uint8_t>(x * y), 255};
  });
  const auto same = whole_resized(picture, picture.size());
  ASSERT_TRUE(same.has_value());
  EXPECT_TRUE(std::ranges::equal(same->bytes(), picture.bytes()));
}

TEST(Resize, mixes_light_and_not_stored_numbers) {
  // A fine chessboard of black and white gives half of the light, which sRGB stores as 188 and not as 128.
  const Picture board = painted(
      {64, 64}, [](std::uint32_t x, std::uint32_t y) { return (x + y) % 2 == 0 ? Colour{0, 0, 0, 255} : white; });
  const auto small = whole_resized(board, {16, 16});
  ASSERT_TRUE(small.has_value());
  EXPECT_NEAR(at(*small, 8, 8).red, 188, 1);
}

TEST(Resize, lets_nothing_of_an_invisible_colour_leak) {
  const Picture edge = painted(
      {64, 64}, [](std::uint32_t x, std::uint32_t) { return x < 30 ? Colour{200, 0, 0, 255} : Colour{0, 255, 0, 0}; });
  const auto small = whole_resized(edge, {16, 16});
  ASSERT_TRUE(small.has_value());
  bool saw_a_mixture = false;
  for (std::uint32_t x = 0; x < 16; ++x) {
    const Colour pixel = at(*small, x, 8);
    saw_a_mixture |= pixel.alpha > 0 && pixel.alpha < 255;
    if (pixel.alpha == 0) continue;
    EXPECT_NEAR(pixel.red, 200, 1);
    EXPECT_EQ(pixel.green, 0);
  }
  EXPECT_TRUE(saw_a_mixture);
}

TEST(Resize, takes_only_its_part) {
  const auto part = resized(quarters({100, 80}), {50, 0, {50, 40}}, {8, 8}, Patience{});
  ASSERT_TRUE(part.has_value());
  for (std::uint32_t i = 0; i < 8; ++i) EXPECT_EQ(at(*part, i, i), green);
}

TEST(Resize, stops_when_patience_is_over) {
  const auto late = resized(quarters({100, 80}), {0, 0, {100, 80}}, {8, 8}, Patience(std::chrono::nanoseconds(0)));
  ASSERT_FALSE(late.has_value());
  EXPECT_EQ(late.error().code, ErrorCode::too_large);
}

TEST(Srgb, comes_back_as_it_was) {
  for (int i = 0; i < 256; ++i) {
    EXPECT_EQ(srgb_of_light(light_of_srgb()[static_cast<std::size_t>(i)]), i);
  }
  EXPECT_EQ(srgb_of_light(-1.0F), 0);
  EXPECT_EQ(srgb_of_light(2.0F), 255);
}

TEST(Encode, is_read_back_the_same_from_png_and_nearly_so_from_jpeg) {
  const Picture hole = painted({33, 21}, [](std::uint32_t x, std::uint32_t y) {
    return Colour{static_cast<std::uint8_t>(x * 7), static_cast<std::uint8_t>(y * 12), 90,
                  static_cast<std::uint8_t>(x * 7)};
  });
  const auto back = decode(encode_png(hole).value(), {}, Patience{});
  ASSERT_TRUE(back.has_value());
  EXPECT_TRUE(std::ranges::equal(back->bytes(), hole.bytes()));
  const auto opaque = decode(encode_png(quarters({33, 21})).value(), {}, Patience{});
  ASSERT_TRUE(opaque.has_value());
  EXPECT_EQ(difference_of_quarters(*opaque), 0);
  const auto near = decode(encode_jpeg(quarters({64, 48}), 90).value(), {}, Patience{});
  ASSERT_TRUE(near.has_value());
  EXPECT_LE(difference_of_quarters(*near), 12);
}

TEST(Encode, keeps_nothing_that_a_camera_wrote_beside_the_pixels) {
  const auto read = decode(jpeg(quarters({32, 32}), {.orientation = Orientation::upright}), {}, Patience{});
  const std::string written = encode_jpeg(read.value(), 90).value();
  EXPECT_EQ(written.find("Exif"), std::string::npos);
}

}  // namespace
}  // namespace otklik::pictures
