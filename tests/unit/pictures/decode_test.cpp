#include <gtest/gtest.h>

#include "pictures/decode.hpp"
#include "pictures/format.hpp"
#include "unit/pictures/samples.hpp"

namespace otklik::pictures {
namespace {

using namespace samples;

constexpr int lossy = 12;  // of 255; the middles of the quarters lie far from any edge

Result<Picture> decoded(std::string_view bytes, std::uint32_t shorter_side = 0) {
  DecodeOptions options;
  options.shorter_side = shorter_side;
  return decode(bytes, options, Patience{});
}

TEST(Format, is_told_by_the_first_bytes) {
  const Picture picture = quarters({8, 8});
  EXPECT_EQ(recognise(jpeg(picture)), Format::jpeg);
  EXPECT_EQ(recognise(png(picture)), Format::png);
  EXPECT_EQ(recognise(webp(picture, true)), Format::webp);
  EXPECT_EQ(recognise(gif({8, 8}, alone(quarters({8, 8})))), Format::gif);
  EXPECT_EQ(recognise("<svg xmlns='http://www.w3.org/2000/svg'/>"), std::nullopt);
  EXPECT_EQ(recognise("RIFF\x10\0\0\0WAVE"), std::nullopt);
  EXPECT_EQ(recognise(""), std::nullopt);
}

TEST(Decode, reads_jpegs_of_every_kind) {
  const Picture picture = quarters({64, 48});
  for (const JpegShape& shape : {JpegShape{}, JpegShape{.progressive = true}, JpegShape{.halved_colour = true},
                                 JpegShape{.inks = true}, JpegShape{.plain_inks = true}}) {
    const auto read = decoded(jpeg(picture, shape));
    ASSERT_TRUE(read.has_value()) << read.error().message;
    EXPECT_EQ(read->size(), (Size{64, 48}));
    EXPECT_LE(difference_of_quarters(*read), lossy) << shape.inks << shape.plain_inks << shape.progressive;
    EXPECT_TRUE(read->is_opaque());
  }
}

TEST(Decode, reads_a_grey_jpeg) {
  const auto read = decoded(jpeg(quarters({64, 48}), {.grey = true}));
  ASSERT_TRUE(read.has_value());
  const Colour pixel = at(*read, 16, 12);
  EXPECT_EQ(pixel.red, pixel.green);
  EXPECT_EQ(pixel.red, pixel.blue);
  EXPECT_NEAR(pixel.red, 80, lossy);  // of red
}

TEST(Decode, turns_a_jpeg_upright_in_all_eight_orientations) {
  // Where the corners of the file belong in the upright picture: EXIF 2.3, 4.6.4, tag 274.
  constexpr int orientations = 8;
  for (int i = 1; i <= orientations; ++i) {
    const auto orientation = static_cast<Orientation>(i);
    const Picture upright = quarters({64, 32});
    // What a camera stores is the upright picture under the opposite change.
    const bool swaps = i >= 5;
    const Size stored_size = swaps ? Size{32, 64} : Size{64, 32};
    const Picture stored = painted(stored_size, [&](std::uint32_t x, std::uint32_t y) {
      const std::uint32_t w = stored_size.width;
      const std::uint32_t h = stored_size.height;
      switch (i) {
        case 2:
          return at(upright, w - 1 - x, y);
        case 3:
          return at(upright, w - 1 - x, h - 1 - y);
        case 4:
          return at(upright, x, h - 1 - y);
        case 5:
          return at(upright, y, x);
        case 6:  // row 0 of the file is the right side
          return at(upright, h - 1 - y, x);
        case 7:
          return at(upright, h - 1 - y, w - 1 - x);
        case 8:  // row 0 of the file is the left side
          return at(upright, y, w - 1 - x);
        default:
          return at(upright, x, y);
      }
    });
    for (const bool little : {true, false}) {
      const auto read = decoded(jpeg(stored, {.orientation = orientation, .little_endian = little}));
      ASSERT_TRUE(read.has_value());
      EXPECT_EQ(read->size(), (Size{64, 32})) << i;
      EXPECT_LE(difference_of_quarters(*read), lossy) << i << little;
    }
  }
}

TEST(Decode, passes_over_exif_that_makes_no_sense) {
  EXPECT_EQ(orientation_in_exif(exif(6, true)), Orientation::right_side);
  EXPECT_EQ(orientation_in_exif(exif(0, true)), Orientation::upright);
  EXPECT_EQ(orientation_in_exif(exif(9, false)), Orientation::upright);
  EXPECT_EQ(orientation_in_exif(exif(0x0600, true)), Orientation::upright);
  std::string far = exif(6, true);
  far[6 + 4] = '\x7F', far[6 + 7] = '\x7F';  // its folder lies far behind its end
  EXPECT_EQ(orientation_in_exif(far), Orientation::upright);
  std::string many = exif(6, true);
  many[6 + 8] = '\xFF', many[6 + 9] = '\xFF', many[6 + 10 + 12] = '\0';
  EXPECT_EQ(orientation_in_exif(many), Orientation::upright);
  const std::string whole = exif(6, true);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    static_cast<void>(orientation_in_exif(std::string_view(whole).substr(0, length)));
  }
}

TEST(Decode, gives_a_large_jpeg_in_an_eighth_that_is_still_large_enough) {
  const std::string file = jpeg(quarters({1600, 1200}));
  EXPECT_EQ(decoded(file, 576)->size(), (Size{800, 600}));
  EXPECT_EQ(decoded(file, 300)->size(), (Size{400, 300}));
  EXPECT_EQ(decoded(file, 1)->size(), (Size{200, 150}));
  EXPECT_EQ(decoded(file, 5000)->size(), (Size{1600, 1200}));
  EXPECT_LE(difference_of_quarters(*decoded(file, 1)), lossy);
}

TEST(Decode, reads_pngs_of_every_kind) {
  const Picture picture = quarters({30, 20});
  for (const bool interlaced : {false, true}) {
    for (const PngShape& shape :
         {PngShape{}, PngShape{.depth = 16}, PngShape{.alpha = true}, PngShape{.depth = 16, .alpha = true},
          PngShape{.palette = true}, PngShape{.depth = 4, .palette = true}, PngShape{.depth = 2, .palette = true}}) {
      PngShape with = shape;
      with.interlaced = interlaced;
      const auto read = decoded(png(picture, with));
      ASSERT_TRUE(read.has_value()) << read.error().message;
      EXPECT_EQ(difference_of_quarters(*read), 0) << with.depth << with.palette << with.alpha << interlaced;
    }
  }
}

TEST(Decode, reads_grey_pngs) {
  for (const int depth : {8, 16}) {
    for (const bool alpha : {false, true}) {
      const auto read = decoded(png(quarters({30, 20}), {.depth = depth, .grey = true, .alpha = alpha}));
      ASSERT_TRUE(read.has_value());
      EXPECT_EQ(at(*read, 25, 15), white);
      EXPECT_EQ(at(*read, 5, 5), (Colour{80, 80, 80, 255}));
    }
  }
}

TEST(Decode, keeps_what_is_transparent) {
  const auto make_hole = [] {
    return painted({16, 16}, [](std::uint32_t x, std::uint32_t) { return x < 8 ? red : nothing; });
  };
  const Picture hole = make_hole();
  for (const std::string& file : {png(hole, {.alpha = true}), png(hole, {.palette = true, .alpha = true}),
                                  webp(hole, true), gif({16, 16}, alone(make_hole()))}) {
    const auto read = decoded(file);
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(at(*read, 3, 8), red);
    EXPECT_EQ(at(*read, 12, 8).alpha, 0);
    EXPECT_FALSE(read->is_opaque());
  }
}

TEST(Decode, reads_webp_with_and_without_loss) {
  const auto exact = decoded(webp(quarters({30, 20}), true));
  ASSERT_TRUE(exact.has_value());
  EXPECT_EQ(difference_of_quarters(*exact), 0);
  const auto near = decoded(webp(quarters({64, 48}), false));
  ASSERT_TRUE(near.has_value());
  EXPECT_LE(difference_of_quarters(*near), lossy);
}

TEST(Decode, reads_a_gif_in_order_and_interlaced) {
  for (const bool interlaced : {false, true}) {
    const auto read = decoded(gif({30, 21}, alone(quarters({30, 21})), interlaced));
    ASSERT_TRUE(read.has_value()) << read.error().message;
    EXPECT_EQ(difference_of_quarters(*read), 0) << interlaced;
  }
}

TEST(Decode, takes_the_first_frame_of_an_animation_on_its_canvas) {
  const auto plain = [](Size size, Colour colour) { return painted(size, [colour](auto, auto) { return colour; }); };
  std::vector<Placed> frames;
  frames.push_back({plain({10, 8}, red), 4, 2});
  frames.push_back({plain({20, 16}, blue), 0, 0});
  for (const std::string& file : {gif({20, 16}, frames), animated_webp({20, 16}, frames)}) {
    const auto read = decoded(file);
    ASSERT_TRUE(read.has_value()) << read.error().message;
    EXPECT_EQ(read->size(), (Size{20, 16}));
    EXPECT_EQ(at(*read, 4, 2), red);
    EXPECT_EQ(at(*read, 13, 9), red);
    EXPECT_EQ(at(*read, 3, 2).alpha, 0);
    EXPECT_EQ(at(*read, 14, 9).alpha, 0);
    EXPECT_EQ(at(*read, 13, 10).alpha, 0);
  }
}

TEST(Decode, enlarges_the_canvas_of_a_gif_whose_frame_reaches_beyond_it) {
  const auto read = decoded(gif({8, 8}, alone(quarters({10, 10}), 5, 5)));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->size(), (Size{15, 15}));
}

}  // namespace
}  // namespace otklik::pictures
