#include "media/codec/g711.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

namespace otklik::media {
namespace {

// The decoder output values of ITU-T G.711, worked out from the recommendation's own terms: segments that double,
// sixteen equal steps in each, the value in the middle of its step. Not the shifts of the code under test.
double alaw_by_the_book(int code) {
  const int bits = code ^ 0x55;
  const int segment = (bits & 0x70) / 16;
  const int step = bits & 15;
  // In units of 1/4096 of the range: segment 0 and 1 have steps of 2, each further one twice as much.
  const double size = segment < 2 ? 2 : 2 * std::pow(2, segment - 1);
  const double begin = segment == 0 ? 0 : 32 * std::pow(2, segment - 1);
  const double magnitude = (begin + step * size + size / 2) * 8;
  return (bits & 0x80) != 0 ? magnitude : -magnitude;
}

double ulaw_by_the_book(int code) {
  const int bits = 255 - code;
  const int segment = (bits & 0x70) / 16;
  const int step = bits & 15;
  // In units of 1/8192: y = 2^segment * (33 + 2 * step) - 33.
  const double magnitude = (std::pow(2, segment) * (33 + 2 * step) - 33) * 4;
  return (bits & 0x80) != 0 ? -magnitude : magnitude;
}

TEST(G711, all_codes_decode_to_the_values_of_the_recommendation) {
  for (int code = 0; code < 256; ++code) {
    EXPECT_EQ(linear_of_alaw(static_cast<std::uint8_t>(code)), alaw_by_the_book(code)) << code;
    EXPECT_EQ(linear_of_ulaw(static_cast<std::uint8_t>(code)), ulaw_by_the_book(code)) << code;
  }
}

TEST(G711, each_code_survives_a_round_trip) {
  for (int code = 0; code < 256; ++code) {
    const auto byte = static_cast<std::uint8_t>(code);
    EXPECT_EQ(alaw_of_linear(linear_of_alaw(byte)), byte);
    if (code == 0x7F) {
      EXPECT_EQ(ulaw_of_linear(linear_of_ulaw(byte)), 0xFF);  // minus nothing is nothing
    } else {
      EXPECT_EQ(ulaw_of_linear(linear_of_ulaw(byte)), byte);
    }
  }
}

TEST(G711, each_sample_gets_the_nearest_code) {
  for (int sample = -32768; sample <= 32767; ++sample) {
    const auto s = static_cast<std::int16_t>(sample);
    const int alaw_error = std::abs(sample - linear_of_alaw(alaw_of_linear(s)));
    const int ulaw_error = std::abs(sample - linear_of_ulaw(ulaw_of_linear(s)));
    const int magnitude = std::abs(sample);
    // Half a step of the segment, and what lies past the last value. µ-law decides with 14 bits.
    const int alaw_step = magnitude < 512 ? 16 : 16 << (static_cast<int>(std::log2(magnitude)) - 8);
    const int ulaw_step = 8 << static_cast<int>(std::log2((magnitude + 132.0) / 128.0));
    EXPECT_LE(alaw_error, magnitude > 32256 ? 512 : alaw_step / 2 + 8) << sample;
    EXPECT_LE(ulaw_error, magnitude > 32124 ? 644 : ulaw_step / 2 + 4) << sample;
  }
}

TEST(G711, known_codes) {
  EXPECT_EQ(alaw_of_linear(0), 0xD5);
  EXPECT_EQ(ulaw_of_linear(0), 0xFF);
  EXPECT_EQ(alaw_of_linear(32767), 0xAA);
  EXPECT_EQ(alaw_of_linear(-32768), 0x2A);
  EXPECT_EQ(ulaw_of_linear(32767), 0x80);
  EXPECT_EQ(ulaw_of_linear(-32768), 0x00);
}

}  // namespace
}  // namespace otklik::media
