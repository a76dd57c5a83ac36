#include "net/mime/part_head.hpp"

#include <gtest/gtest.h>

namespace otklik::net::mime {
namespace {

TEST(PartHead, says_field_file_type_and_encoding) {
  const auto head = parse_part_head(
      "Content-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n"
      "Content-Type: image/jpeg\r\n"
      "CONTENT-TRANSFER-ENCODING: Base64\r\n"
      "X-Other: 1\r\n");
  ASSERT_TRUE(head);
  EXPECT_EQ(head->disposition.value, "form-data");
  EXPECT_EQ(head->field_name(), "file");
  EXPECT_EQ(head->file_name(), "a.jpg");
  EXPECT_EQ(head->type.value, "image/jpeg");
  EXPECT_EQ(head->encoding, TransferEncoding::base64);
}

TEST(PartHead, without_headers_is_a_binary_part_of_nothing) {
  const auto head = parse_part_head("");
  ASSERT_TRUE(head);
  EXPECT_EQ(head->encoding, TransferEncoding::binary);
  EXPECT_FALSE(head->has_file_name());
  EXPECT_EQ(head->file_name(), "");
}

TEST(PartHead, may_be_folded) {
  const auto head =
      parse_part_head("Content-Disposition: form-data;\r\n name=\"file\";\r\n\tfilename=\"long\r\n name.txt\"\r\n");
  ASSERT_TRUE(head);
  EXPECT_EQ(head->field_name(), "file");
  EXPECT_EQ(head->file_name(), "long name.txt");
}

TEST(PartHead, may_end_its_lines_with_lf_alone) {
  EXPECT_EQ(parse_part_head("Content-Disposition: form-data; filename=a\nContent-Type: text/plain\n")->type.value,
            "text/plain");
}

TEST(PartHead, undoes_the_escapes_of_browsers_and_no_others) {
  const auto head =
      parse_part_head("Content-Disposition: form-data; name=\"%22a%22\"; filename=\"50%25 %22%0d%0A.txt\"");
  ASSERT_TRUE(head);
  EXPECT_EQ(head->field_name(), "\"a\"");
  EXPECT_EQ(head->file_name(), "50%25 \"\r\n.txt");
}

TEST(PartHead, takes_the_name_of_the_type_where_the_disposition_has_none) {
  const auto head = parse_part_head("Content-Type: application/pdf; name=\"a.pdf\"");
  ASSERT_TRUE(head);
  EXPECT_TRUE(head->has_file_name());
  EXPECT_EQ(head->file_name(), "a.pdf");
}

TEST(PartHead, refuses_what_is_no_header) {
  using namespace std::string_view_literals;
  for (const auto text :
       {"no colon\r\n"sv, ": empty\r\n"sv, " starts folded\r\n"sv, "bad name: x\r\n"sv, "a: \0\r\n"sv}) {
    const auto head = parse_part_head(text);
    ASSERT_FALSE(head) << text;
    EXPECT_EQ(head.error().code, ErrorCode::bad_request);
  }
}

TEST(PartHead, refuses_an_unknown_encoding_and_too_many_fields) {
  EXPECT_FALSE(parse_part_head("Content-Transfer-Encoding: x-uuencode\r\n"));
  std::string many;
  for (std::size_t i = 0; i < most_part_fields; ++i) many += "A: b\r\n";
  EXPECT_TRUE(parse_part_head(many));
  EXPECT_FALSE(parse_part_head(many + "A: b\r\n"));
}

}  // namespace
}  // namespace otklik::net::mime
