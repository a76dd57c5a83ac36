#include "base/base64.hpp"

#include <gtest/gtest.h>

#include <string>

namespace otklik {
namespace {

// RFC 4648 10
constexpr std::pair<const char*, const char*> examples[] = {{"", ""},
                                                            {"f", "Zg=="},
                                                            {"fo", "Zm8="},
                                                            {"foo", "Zm9v"},
                                                            {"foob", "Zm9vYg=="},
                                                            {"fooba", "Zm9vYmE="},
                                                            {"foobar", "Zm9vYmFy"}};

TEST(Base64, writes_and_reads_the_examples_of_its_rfc) {
  for (const auto& [bytes, text] : examples) {
    EXPECT_EQ(base64(bytes), text);
    EXPECT_EQ(from_base64(text), bytes);
  }
}

TEST(Base64, writes_what_needs_no_escape_in_a_link) {
  EXPECT_EQ(base64_url("f"), "Zg");
  EXPECT_EQ(base64_url("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64_url("\xFB\xEF\xBE\xFF"), "----_w");
}

TEST(Base64, reads_without_padding_and_in_the_url_safe_alphabet) {
  EXPECT_EQ(from_base64("Zg"), "f");
  EXPECT_EQ(from_base64("Zm9vYmE"), "fooba");
  EXPECT_EQ(from_base64("--__"), from_base64("++//"));
  EXPECT_TRUE(from_base64("-_+/"));
}

TEST(Base64, refuses_wrong_padding_and_foreign_characters) {
  for (const char* text : {"Z", "Zg=", "Zg===", "=", "==", "====", "Zm9v=", "Zm9v==", "Zm=9", "Z g=", "Zg==\n",
                           "Zm9vYmE==", "Zm9*", "Zm9vZ", "Ж"}) {
    EXPECT_FALSE(from_base64(text)) << text;
  }
  EXPECT_FALSE(from_base64(std::string("Zm\0v", 4)));
}

TEST(Base64, gives_back_every_byte_at_every_length) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(from_base64(base64(bytes)), bytes);
    bytes += static_cast<char>(static_cast<unsigned char>(i * 7));
  }
}

TEST(Hex, is_lower_case) { EXPECT_EQ(hex(std::string("\x00\x7F\xFF\xA0", 4)), "007fffa0"); }

}  // namespace
}  // namespace otklik
