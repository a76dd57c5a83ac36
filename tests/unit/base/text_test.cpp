#include "base/text.hpp"

#include <gtest/gtest.h>

#include <string>

namespace otklik {
namespace {

TEST(Text, reads_bytes_that_are_no_utf8_as_windows_1251) {
  EXPECT_EQ(to_utf8("\xCF\xF0\xE8\xE2\xE5\xF2"), "Привет");
  EXPECT_EQ(to_utf8("Привет"), "Привет");
  EXPECT_EQ(to_utf8("\xB8\xA8\xB9\x88"), "ёЁ№€");
  EXPECT_EQ(to_utf8(""), "");
}

TEST(Text, refuses_what_rfc_3629_refuses) {
  for (const char* bad :
       {"\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF", "\x80", "\xE2\x82", "\xF0\x80\x80\x80",
        "\xF8\x88\x80\x80\x80", "\xC1\xBF", "\xED\xBF\xBF", "\xF0\x9F\x98", "a\x80", "\xE2\x28\xA1"}) {
    EXPECT_FALSE(is_utf8(bad)) << bad;
  }
  EXPECT_TRUE(is_utf8("aж€😀"));
  EXPECT_TRUE(is_utf8(std::string("a\0b", 3)));
  for (const char* edge : {"\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xEF\xBF\xBF",
                           "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(is_utf8(edge)) << edge;
  }
}

TEST(Text, lowers_russian_letters) {
  EXPECT_EQ(lower_utf8("ЁЖИК Admin"), "ёжик admin");
  EXPECT_EQ(lower_utf8("АБВЯ ІЇҐ ÀÞ×"), "абвя іїґ àþ×");
}

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
  EXPECT_EQ(windows_1251_from_utf8("\xFF"), std::nullopt);
}

TEST(Text, gives_one_replacement_for_each_malformed_byte) {
  std::u32string seen;
  for_each_code_point("a\xE2\x82z\xFF€", [&](char32_t c) { seen += c; });
  EXPECT_EQ(seen, U"a\uFFFD\uFFFDz\uFFFD€");
}

TEST(Text, writes_every_code_point_so_that_it_reads_back) {
  for (char32_t c = 1; c <= 0x10FFFF; c += c < 0x3000 ? 1 : 97) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    std::string out;
    append_utf8(out, c);
    char32_t back = 0;
    ASSERT_EQ(detail::decode_utf8(out, back), static_cast<int>(out.size()));
    ASSERT_EQ(back, c);
  }
}

TEST(Text, compares_and_trims_ascii) {
  EXPECT_TRUE(iequals_ascii("Content-Type", "cOnTeNt-tYpE"));
  EXPECT_FALSE(iequals_ascii("a", "ab"));
  EXPECT_FALSE(iequals_ascii("@", "`"));
  EXPECT_EQ(trim(" \t\r\na b\n "), "a b");
  EXPECT_EQ(trim(" \t "), "");
  EXPECT_EQ(trim(""), "");
}

}  // namespace
}  // namespace otklik
