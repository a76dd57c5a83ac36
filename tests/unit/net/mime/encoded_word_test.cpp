#include "net/mime/encoded_word.hpp"

#include <gtest/gtest.h>

#include "net/mime/charset.hpp"

namespace otklik::net::mime {
namespace {

TEST(EncodedWord, decodes_both_encodings) {
  EXPECT_EQ(decode_encoded_words("=?UTF-8?B?0J/RgNC40LLQtdGC?="), "Привет");
  EXPECT_EQ(decode_encoded_words("=?utf-8?q?=D0=9F=D1=80_a=5Fb?="), "Пр a_b");
}

TEST(EncodedWord, decodes_cyrillic_charsets_of_old_mailers) {
  EXPECT_EQ(decode_encoded_words("=?windows-1251?Q?=CF=F0=E8=E2=E5=F2?="), "Привет");
  EXPECT_EQ(decode_encoded_words("=?koi8-r?B?8NLJ18XU?="), "Привет");
}

TEST(EncodedWord, joins_words_with_white_space_between_them) {
  EXPECT_EQ(decode_encoded_words("=?UTF-8?B?0J/RgA==?= \t=?UTF-8?B?0LjQstC10YI=?="), "Привет");
  EXPECT_EQ(decode_encoded_words("=?windows-1251?Q?=CF?= =?UTF-8?B?0YDQuA==?="), "При");
}

TEST(EncodedWord, puts_a_character_together_that_was_cut_between_words) {
  EXPECT_EQ(decode_encoded_words("=?UTF-8?Q?=D0?= =?UTF-8?Q?=9F?="), "П");
}

TEST(EncodedWord, keeps_the_text_around_a_word) {
  EXPECT_EQ(decode_encoded_words("a =?UTF-8?Q?b?= c"), "a b c");
  EXPECT_EQ(decode_encoded_words("=?UTF-8?Q?=D0=9E?=.txt"), "О.txt");
}

TEST(EncodedWord, leaves_what_is_no_word_as_it_stands) {
  for (const char* text :
       {"=?", "=?\?=", "=?UTF-8?X?a?=", "=?UTF-8?B?***?=", "=?UTF-8?Q?a", "=?what?Q?a?=", "?=", "a=?b"}) {
    EXPECT_EQ(decode_encoded_words(text), text);
  }
}

TEST(EncodedWord, looks_at_each_beginning_of_a_long_text_once) {
  // Looking for the end of each would take hours.
  std::string text;
  for (int i = 0; i < 1'000'000; ++i) text += "=?a?q?x";
  EXPECT_EQ(decode_encoded_words(text), text);
  text += "?=";
  EXPECT_EQ(decode_encoded_words(text), text);
}

TEST(EncodedWord, passes_over_a_language) { EXPECT_EQ(decode_encoded_words("=?UTF-8*ru?Q?=D0=9F?="), "П"); }

TEST(Charset, reads_what_has_no_meaning_as_the_replacement_character) {
  EXPECT_EQ(utf8_from("utf-8", "a\xFF"), "a\xEF\xBF\xBD");
  EXPECT_EQ(utf8_from("windows-1251", "\x98z"), "\xEF\xBF\xBDz");
}

TEST(Charset, reads_a_text_longer_than_its_buffer) {
  std::string expected;
  for (int i = 0; i < 5000; ++i) expected += "П";
  EXPECT_EQ(utf8_from("CP1251", std::string(5000, '\xCF')), expected);
}

TEST(Charset, knows_only_the_charsets_of_its_table) {
  EXPECT_EQ(utf8_from("UTF-7", "a"), std::nullopt);
  EXPECT_EQ(utf8_from("CP1251//TRANSLIT", "a"), std::nullopt);
  EXPECT_EQ(utf8_from("", "a"), std::nullopt);
}

}  // namespace
}  // namespace otklik::net::mime
