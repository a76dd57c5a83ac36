#include "net/mime/transfer_decoder.hpp"

#include <gtest/gtest.h>

#include <optional>

#include "base/base64.hpp"

namespace otklik::net::mime {
namespace {

using enum TransferEncoding;

/// The whole, decoded `size` bytes at a time; nothing when it is malformed.
std::optional<std::string> decoded(TransferEncoding encoding, std::string_view text, std::size_t size) {
  TransferDecoder decoder(encoding);
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += size) {
    const auto piece = decoder.decode(text.substr(at, size));
    if (!piece) {
      EXPECT_EQ(piece.error().code, ErrorCode::bad_request);
      return std::nullopt;
    }
    out += *piece;
  }
  return decoder.finish() ? std::optional(out) : std::nullopt;
}

/// However it is cut.
std::optional<std::string> decoded(TransferEncoding encoding, std::string_view text) {
  const auto whole = decoded(encoding, text, std::max<std::size_t>(1, text.size()));
  for (std::size_t size = 1; size < 9; ++size) EXPECT_EQ(decoded(encoding, text, size), whole) << size;
  return whole;
}

TEST(TransferDecoder, knows_the_five_encodings_in_any_case) {
  EXPECT_EQ(transfer_encoding_named("7BIT"), seven_bit);
  EXPECT_EQ(transfer_encoding_named("8bit"), eight_bit);
  EXPECT_EQ(transfer_encoding_named("Binary"), binary);
  EXPECT_EQ(transfer_encoding_named("BASE64"), base64);
  EXPECT_EQ(transfer_encoding_named("Quoted-Printable"), quoted_printable);
  EXPECT_EQ(transfer_encoding_named("uuencode"), std::nullopt);
}

TEST(TransferDecoder, passes_identity_encodings_through_uncopied) {
  const std::string text("a\r\n\0\xFF=20", 8);
  for (const auto encoding : {seven_bit, eight_bit, binary}) {
    TransferDecoder decoder(encoding);
    const auto piece = decoder.decode(text);
    ASSERT_TRUE(piece);
    EXPECT_EQ(piece->data(), text.data());
    EXPECT_EQ(piece->size(), text.size());
    EXPECT_TRUE(decoder.finish());
  }
}

TEST(TransferDecoder, decodes_base64_of_every_length) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(decoded(base64, otklik::base64(bytes)), bytes);
    bytes += static_cast<char>(i * 7);
  }
}

TEST(TransferDecoder, passes_over_white_space_in_base64) {
  EXPECT_EQ(decoded(base64, "0J/R\r\ngNC4\r\n 0LLQ \ttdGC\r\n\r\n"), "Привет");
  EXPECT_EQ(decoded(base64, "YQ=\r\n=\r\n"), "a");
}

TEST(TransferDecoder, does_without_the_padding_of_base64) {
  EXPECT_EQ(decoded(base64, "YQ"), "a");
  EXPECT_EQ(decoded(base64, "YWI"), "ab");
}

TEST(TransferDecoder, refuses_garbage_in_base64) {
  for (const char* text :
       {"YQ==YQ==", "Y", "YW=I", "Y===", "=", "YWJj=", "YQ===", "YW.j", "YQ=", "YW_j", "YQ==\x80", "YWJjY"}) {
    EXPECT_EQ(decoded(base64, text), std::nullopt) << text;
  }
}

TEST(TransferDecoder, decodes_quoted_printable) {
  EXPECT_EQ(decoded(quoted_printable, "=D0=9f a=3Db"), "П a=b");
  EXPECT_EQ(decoded(quoted_printable, "one=\r\ntwo=\nthree"), "onetwothree");
  EXPECT_EQ(decoded(quoted_printable, "a\r\nb\nc"), "a\r\nb\nc");
}

TEST(TransferDecoder, drops_white_space_at_the_ends_of_lines_of_quoted_printable) {
  EXPECT_EQ(decoded(quoted_printable, "a \t\r\nb  c \n d \t"), "a\r\nb  c\n d");
  EXPECT_EQ(decoded(quoted_printable, "a= \t\r\nb=  \nc= "), "abc");
}

TEST(TransferDecoder, refuses_an_equals_sign_that_begins_nothing) {
  for (const char* text : {"=G0", "=0G", "=4", "a= b", "=\rx", "=-1"}) {
    EXPECT_EQ(decoded(quoted_printable, text), std::nullopt) << text;
  }
}

TEST(TransferDecoder, keeps_white_space_that_is_longer_than_a_line) {
  const std::string blanks(5000, ' ');
  EXPECT_EQ(decoded(quoted_printable, blanks + "x"), blanks + "x");
}

}  // namespace
}  // namespace otklik::net::mime
