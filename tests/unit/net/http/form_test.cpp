#include "net/http/form.hpp"

#include <gtest/gtest.h>

namespace otklik::net {
namespace {

TEST(Form, decodes_names_and_values) {
  Form form;
  form.parse("a=1&b=x+y%20z&%63=%D0%96&d&e=");
  ASSERT_EQ(form.fields().size(), 5);
  EXPECT_EQ(form.find("a"), "1");
  EXPECT_EQ(form.find("B"), "x y z");
  EXPECT_EQ(form.find("c"), "Ж");
  EXPECT_EQ(form.find("none"), std::nullopt);
}

TEST(Form, counts_an_empty_value_as_absent) {
  Form form;
  form.parse("a=&b");
  EXPECT_EQ(form.find("a"), std::nullopt);
  EXPECT_EQ(form.find("b"), std::nullopt);
  form.parse("a=2");
  EXPECT_EQ(form.find("a"), "2");
}

TEST(Form, lets_the_first_value_win) {
  Form form;
  form.parse("name=url");
  form.parse("NAME=body");
  EXPECT_EQ(form.find("name"), "url");
}

TEST(Form, reads_bytes_that_are_no_utf8_as_windows_1251) {
  Form form;
  form.parse("a=%CF%F0%E8&b=\xCF\xF0\xE8&c=При");
  EXPECT_EQ(form.find("a"), "При");
  EXPECT_EQ(form.find("b"), "При");
  EXPECT_EQ(form.find("c"), "При");
}

TEST(Form, lets_a_bad_escape_stand_for_itself) {
  EXPECT_EQ(decode_form_text("100%"), "100%");
  EXPECT_EQ(decode_form_text("%4"), "%4");
  EXPECT_EQ(decode_form_text("%zz%41%"), "%zzA%");
  EXPECT_EQ(decode_form_text("%%41"), "%A");
}

TEST(Form, passes_over_empty_pairs_and_splits_at_the_first_equals_sign) {
  Form form;
  form.parse("&&a=b=c&&");
  ASSERT_EQ(form.fields().size(), 1);
  EXPECT_EQ(form.find("a"), "b=c");
}

TEST(Form, keeps_a_bounded_number_of_fields) {
  std::string many;
  for (int i = 0; i < 100'000; ++i) many += "a&";
  Form form;
  form.parse(many);
  EXPECT_EQ(form.fields().size(), 4096);
}

TEST(DecodePath, decodes_bytes_and_refuses_bad_escapes_and_nul) {
  EXPECT_EQ(decode_path("/a%20b+c/%D0%96"), "/a b+c/Ж");
  EXPECT_EQ(decode_path("/%2e%2E/%2f"), "/..//");
  EXPECT_EQ(decode_path("/%00"), std::nullopt);
  EXPECT_EQ(decode_path(std::string_view("/\0", 2)), std::nullopt);
  EXPECT_EQ(decode_path("/%"), std::nullopt);
  EXPECT_EQ(decode_path("/%a"), std::nullopt);
  EXPECT_EQ(decode_path("/%ag"), std::nullopt);
}

TEST(PercentEncode, leaves_the_unreserved_and_round_trips) {
  EXPECT_EQ(percent_encode("aZ09-._~ /Ж"), "aZ09-._~%20%2F%D0%96");
  std::string all;
  for (int i = 1; i < 256; ++i) all += static_cast<char>(static_cast<unsigned char>(i));
  EXPECT_EQ(decode_path(percent_encode(all)), all);
}

}  // namespace
}  // namespace otklik::net
