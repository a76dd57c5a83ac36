#include "core/plan/digits.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace otklik::core {
namespace {

using testing::HasSubstr;

std::optional<std::string> rewrite(std::string_view number, std::string_view rules) {
  const auto parsed = parse_rewrite_rules(rules);
  EXPECT_TRUE(parsed) << rules;
  return rewritten(number, *parsed);
}

TEST(DialledDigits, leave_out_what_people_write_between_digits) {
  EXPECT_EQ(dialled_digits("101"), "101");
  EXPECT_EQ(dialled_digits("+7 (495) 123-45-67"), "+74951234567");
  EXPECT_EQ(dialled_digits("8\u00A0800\u20112000"), "88002000");
  EXPECT_EQ(dialled_digits("8.800/200"), "8800200");
  EXPECT_EQ(dialled_digits("*8#101"), "*8#101");
  EXPECT_EQ(dialled_digits(" (+7)"), "+7");
}

TEST(DialledDigits, are_none_where_anything_else_was_dialled) {
  for (const std::string_view text : {"", " ", "+", "-", "ivan", "10a", "1+2", "++7", "1;2", "%31", "\xFF", "١٢"}) {
    EXPECT_EQ(dialled_digits(text), std::nullopt) << text;
  }
  EXPECT_TRUE(dialled_digits(std::string(32, '1')));
  EXPECT_FALSE(dialled_digits(std::string(33, '1')));
  EXPECT_FALSE(dialled_digits(std::string(100'000, '1')));
}

TEST(CheckDigits, names_what_is_no_number) {
  EXPECT_TRUE(check_digits("the number", "101"));
  const auto refused = check_digits("the caller id", "10 1");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::bad_request);
  EXPECT_THAT(refused.error().message, HasSubstr("the caller id \"10 1\""));
}

TEST(Rewriting, applies_the_first_rule_that_fits) {
  EXPECT_EQ(rewrite("84951234567", "8/1/+7, 00/2/+"), "+74951234567");
  EXPECT_EQ(rewrite("0049301234", "8/1/+7, 00/2/+"), "+49301234");
  EXPECT_EQ(rewrite("112", "8/1/+7 00/2/+"), "112");
  EXPECT_EQ(rewrite("112", "//9"), "9112");
  EXPECT_EQ(rewrite("112", "1// 1/1/5"), "112");
  EXPECT_EQ(rewrite("112", ""), "112");
}

TEST(Rewriting, gives_nothing_where_no_number_is_left) {
  EXPECT_EQ(rewrite("112", "/3/"), std::nullopt);
  EXPECT_EQ(rewrite("112", "/4/1"), std::nullopt);
  EXPECT_EQ(rewrite("+112", "//9"), std::nullopt);
  EXPECT_EQ(rewrite(std::string(32, '1'), "//9"), std::nullopt);
}

TEST(Rewriting, is_written_and_read_back) {
  const auto rules = parse_rewrite_rules(" 8/1/+7,\n*//#5  //9 ");
  ASSERT_TRUE(rules);
  EXPECT_EQ(text_of(*rules), "8/1/+7 */0/#5 /0/9");
  EXPECT_EQ(*parse_rewrite_rules(text_of(*rules)), *rules);
  EXPECT_EQ(text_of({}), "");
}

TEST(Rewriting, refuses_rules_that_are_none_and_names_them) {
  for (const std::string_view rule : {"8", "8/1", "a/1/2", "8/x/1", "8/-1/1", "8/33/1", "8/1/7+", "8/1/2/3", "8/ 1"}) {
    const auto refused = parse_rewrite_rules(rule);
    ASSERT_FALSE(refused) << rule;
    EXPECT_EQ(refused.error().code, ErrorCode::bad_request);
    EXPECT_THAT(refused.error().message, HasSubstr("\""));
  }
  std::string many;
  for (int i = 0; i < 101; ++i) many += "1/0/2 ";
  EXPECT_FALSE(parse_rewrite_rules(many));
}

}  // namespace
}  // namespace otklik::core
