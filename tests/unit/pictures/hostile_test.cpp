#include <gtest/gtest.h>

#include <sys/resource.h>

#include "pictures/decode.hpp"
#include "unit/pictures/samples.hpp"

/// Files that were made to hurt.
namespace otklik::pictures {
namespace {

using namespace samples;
using namespace std::string_literals;

ErrorCode code_of(std::string_view bytes, const Limits& limits = {}, const Patience& patience = {}) {
  const auto read = decode(bytes, {limits, 0}, patience);
  EXPECT_FALSE(read.has_value());
  return read ? ErrorCode::internal : read.error().code;
}

/// Kilobytes that the process took at its fullest.
long fullest() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

std::string jpeg_of_claimed_size(std::uint16_t width, std::uint16_t height) {
  std::string file = jpeg(quarters({16, 16}));
  const auto frame = file.find("\xFF\xC0"s);
  EXPECT_NE(frame, std::string::npos);
  file[frame + 5] = static_cast<char>(height >> 8), file[frame + 6] = static_cast<char>(height);
  file[frame + 7] = static_cast<char>(width >> 8), file[frame + 8] = static_cast<char>(width);
  return file;
}

std::vector<std::string> one_of_each() {
  const Picture picture = quarters({24, 16});
  std::vector<Placed> frames;
  frames.push_back({quarters({10, 8}), 4, 2});
  frames.push_back({quarters({24, 16}), 0, 0});
  return {jpeg(picture),
          jpeg(picture, {.progressive = true, .orientation = Orientation::right_side}),
          jpeg(picture, {.inks = true}),
          png(picture),
          png(picture, {.palette = true, .alpha = true, .interlaced = true}),
          webp(picture, true),
          webp(picture, false),
          animated_webp({24, 16}, frames),
          gif({24, 16}, frames),
          gif({24, 16}, frames, true)};
}

TEST(HostilePicture, that_claims_to_be_huge_is_refused_by_its_header_alone) {
  const long before = fullest();
  EXPECT_EQ(code_of(png_header(50'000, 50'000, 8, 6) + png_chunk("IDAT", deflated(std::string(1000, '\0'))) +
                    png_chunk("IEND", "")),
            ErrorCode::too_large);
  EXPECT_EQ(code_of(png_header(0x7FFFFFFF, 0x7FFFFFFF, 16, 6) + png_chunk("IDAT", "x")), ErrorCode::too_large);
  EXPECT_EQ(code_of(jpeg_of_claimed_size(65'000, 65'000)), ErrorCode::too_large);
  EXPECT_EQ(code_of(jpeg_of_claimed_size(65'535, 65'535)), ErrorCode::too_large);
  EXPECT_EQ(code_of(jpeg_of_claimed_size(20'000, 10)), ErrorCode::too_large);  // one side alone
  EXPECT_EQ(code_of(gif({65'535, 65'535}, alone(quarters({4, 4})))), ErrorCode::too_large);
  EXPECT_EQ(code_of(gif({4, 4}, alone(quarters({4, 4}), 60'000, 60'000))), ErrorCode::too_large);
  EXPECT_EQ(code_of(animated_webp({60'000, 60'000}, alone(quarters({4, 4})))), ErrorCode::too_large);
  EXPECT_LT(fullest() - before, 64 * 1024);
}

TEST(HostilePicture, of_no_size_is_refused) {
  EXPECT_EQ(code_of(png_header(0, 10, 8, 6) + png_chunk("IEND", "")), ErrorCode::bad_request);
  EXPECT_EQ(code_of(jpeg_of_claimed_size(0, 16)), ErrorCode::bad_request);
  EXPECT_EQ(code_of(jpeg_of_claimed_size(16, 0)), ErrorCode::bad_request);
}

TEST(HostilePicture, that_would_take_more_memory_than_the_limit_is_refused) {
  const Picture picture = quarters({200, 200});
  Limits limits;
  limits.memory = 100'000;
  EXPECT_EQ(code_of(png(picture), limits), ErrorCode::too_large);
  EXPECT_EQ(code_of(webp(picture, true), limits), ErrorCode::too_large);
  // The pixels, as many again of a lossless picture; and of the alpha plane of one with loss.
  limits.memory = 200 * 200 * 8 - 1;
  EXPECT_EQ(code_of(webp(picture, true), limits), ErrorCode::too_large);
  EXPECT_TRUE(decode(webp(picture, false), {limits, 0}, Patience{}).has_value());
  const Picture clear = painted({200, 200}, [](auto x, auto y) { return (x + y) % 3 == 0 ? nothing : red; });
  EXPECT_EQ(code_of(webp(clear, false), limits), ErrorCode::too_large);
  limits.memory = 100'000;
  EXPECT_EQ(code_of(gif({200, 200}, alone(quarters({200, 200}))), limits), ErrorCode::too_large);
  EXPECT_EQ(code_of(jpeg(picture), limits), ErrorCode::too_large);
  // Enough for the pixels, too little for the coefficients that a progressive one keeps.
  limits.memory = 200 * 200 * 4 + 60'000;
  EXPECT_TRUE(decode(jpeg(picture), {limits, 0}, Patience{}).has_value());
  EXPECT_EQ(code_of(jpeg(picture, {.progressive = true}), limits), ErrorCode::too_large);
  // Turning takes the pixels twice.
  EXPECT_EQ(code_of(jpeg(picture, {.orientation = Orientation::left_side}), limits), ErrorCode::too_large);
}

TEST(HostilePicture, packed_a_thousandfold_costs_no_more_than_its_claimed_size) {
  // 7000 x 7000 pixels of nothing: 49 million, within the limit of pixels, in a few kilobytes.
  const std::string bomb = png_header(7000, 7000, 1, 0) +
                           png_chunk("IDAT", deflated_run('\0', 7000UL * (1 + 7000 / 8))) + png_chunk("IEND", "");
  EXPECT_LT(bomb.size(), 20'000);
  Limits limits;
  limits.memory = 64UL * 1024 * 1024;
  const long before = fullest();
  EXPECT_EQ(code_of(bomb, limits), ErrorCode::too_large);
  EXPECT_LT(fullest() - before, 16 * 1024);
}

TEST(HostilePicture, with_texts_and_profiles_that_unpack_into_very_much_does_not_have_them_unpacked) {
  constexpr std::size_t megabytes = 7UL * 1024 * 1024;  // of each: libpng itself refuses 8
  const std::string text = png_chunk("zTXt", "Comment\0\0"s + deflated_run('a', megabytes));
  std::string file = png_header(1, 1, 8, 0) + png_chunk("iCCP", "p\0\0"s + deflated_run('a', megabytes));
  for (int i = 0; i < 10; ++i) file += text;
  file += png_chunk("IDAT", deflated("\0\x80"s)) + text + png_chunk("IEND", "");
  const long before = fullest();
  const auto read = decode(file, {}, Patience{});
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(at(*read, 0, 0).red, 0x80);
  EXPECT_LT(fullest() - before, 16 * 1024);
}

TEST(HostilePicture, that_goes_on_unpacking_behind_its_last_row_is_given_up_in_time) {
  const std::string file =
      png_header(1, 1, 8, 0) + png_chunk("IDAT", deflated_run('\0', 512UL * 1024 * 1024)) + png_chunk("IEND", "");
  const auto read = decode(file, {}, Patience(std::chrono::milliseconds(20)));
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error(), Patience(std::chrono::milliseconds(0)).error());
}

TEST(HostilePicture, whose_pixels_end_early_is_refused) {
  EXPECT_EQ(code_of(png_header(100, 100, 8, 6) + png_chunk("IDAT", deflated(std::string(1000, '\0'))) +
                    png_chunk("IEND", "")),
            ErrorCode::bad_request);
}

TEST(HostilePicture, cut_at_any_length_is_refused) {
  for (const std::string& file : one_of_each()) {
    ASSERT_TRUE(decode(file, {}, Patience{}).has_value());
    for (std::size_t length = 0; length < file.size(); ++length) {
      // Copied, so that a sanitizer sees a byte read past the end.
      const std::vector<char> cut(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(length));
      EXPECT_EQ(code_of({cut.data(), cut.size()}), ErrorCode::bad_request) << file.substr(0, 4) << " " << length;
    }
  }
}

TEST(HostilePicture, with_any_byte_changed_is_read_or_refused) {
  for (const std::string& file : one_of_each()) {
    for (std::size_t i = 0; i < file.size(); ++i) {
      for (const char change : {'\x01', '\x80', '\xFF'}) {
        std::string changed = file;
        changed[i] = static_cast<char>(changed[i] ^ change);
        Limits limits;
        limits.pixels = 1'000'000;
        const auto read = decode(changed, {limits, 0}, Patience{});
        if (read) {
          EXPECT_LE(read->size().pixels(), limits.pixels);
        } else {
          EXPECT_TRUE(read.error().code == ErrorCode::bad_request || read.error().code == ErrorCode::too_large);
        }
      }
    }
  }
}

TEST(HostilePicture, of_too_many_frames_or_passes_is_refused) {
  std::vector<Placed> frames;
  frames.reserve(6);
  for (int i = 0; i < 6; ++i) frames.push_back({quarters({4, 4})});
  Limits limits;
  limits.frames = 5;
  limits.scans = 3;
  EXPECT_EQ(code_of(gif({4, 4}, frames), limits), ErrorCode::too_large);
  EXPECT_EQ(code_of(jpeg(quarters({16, 16}), {.progressive = true}), limits), ErrorCode::too_large);
}

TEST(HostilePicture, is_left_as_soon_as_patience_is_over) {
  std::stop_source source;
  source.request_stop();
  const Patience stopped(std::chrono::hours(1), source.get_token());
  const Patience late(std::chrono::nanoseconds(0));
  for (const std::string& file : one_of_each()) {
    EXPECT_EQ(code_of(file, {}, stopped), ErrorCode::unavailable);
    EXPECT_EQ(code_of(file, {}, late), ErrorCode::too_large);
  }
}

}  // namespace
}  // namespace otklik::pictures
