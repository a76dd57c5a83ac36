#include "base/text.hpp"

#include <gtest/gtest.h>

namespace otklik {
namespace {

TEST(Text, reads_bytes_that_are_no_utf8_as_windows_1251) {
  EXPECT_EQ(to_utf8("\xCF\xF0\xE8\xE2\xE5\xF2"), "Привет");
  EXPECT_EQ(to_utf8("Привет"), "Привет");
}

TEST(Text, refuses_what_rfc_3629_refuses) {
  for (const char* bad : {"\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF", "\x80", "\xE2\x82"}) {
    EXPECT_FALSE(is_utf8(bad)) << bad;
  }
  EXPECT_TRUE(is_utf8("aж€😀"));
}

TEST(Text, lowers_russian_letters) { EXPECT_EQ(lower_utf8("ЁЖИК Admin"), "ёжик admin"); }

TEST(Text, raises_russian_letters) { EXPECT_EQ(upper_utf8("ёжик admin ґ ß"), "ЁЖИК ADMIN Ґ ß"); }

TEST(Text, lowers_what_it_raised) {
  for (char32_t c = 0; c < 0x600; ++c) {
    if (lower_of(c) != c) {
      EXPECT_EQ(upper_of(lower_of(c)), c) << static_cast<unsigned>(c);
    }
    if (upper_of(c) != c) {
      EXPECT_EQ(lower_of(upper_of(c)), c) << static_cast<unsigned>(c);
    }
  }
}

TEST(Text, turns_every_windows_1251_byte_to_utf8_and_back) {
  std::string all;
  for (int i = 1; i < 256; ++i) all += static_cast<char>(static_cast<unsigned char>(i));
  EXPECT_EQ(windows_1251_from_utf8(utf8_from_windows_1251(all)), all);
  EXPECT_EQ(windows_1251_from_utf8("日"), std::nullopt);
}

}  // namespace
}  // namespace otklik
