#include "net/mime/header_value.hpp"

#include <gtest/gtest.h>

#include "base/text.hpp"

namespace otklik::net::mime {
namespace {

std::string filename(std::string_view text) {
  return std::string(parse_header_value(text).parameter("filename").value_or("(none)"));
}

TEST(HeaderValue, has_a_value_and_parameters_in_any_case) {
  const auto header = parse_header_value(" Form-Data ; NAME=\"a\"; FileName = b.txt ");
  EXPECT_EQ(header.value, "form-data");
  EXPECT_EQ(header.parameter("name"), "a");
  EXPECT_EQ(header.parameter("filename"), "b.txt");
  EXPECT_EQ(header.parameter("other"), std::nullopt);
}

TEST(HeaderValue, tells_an_empty_parameter_from_none) {
  EXPECT_EQ(parse_header_value("form-data; filename=\"\"").parameter("filename"), "");
}

TEST(HeaderValue, may_have_semicolons_and_quotes_in_quotes) {
  EXPECT_EQ(filename(R"(form-data; filename="a;b=\"c\".txt"; name=x)"), R"(a;b="c".txt)");
}

TEST(HeaderValue, keeps_the_back_slashes_of_a_windows_path) {
  EXPECT_EQ(filename(R"(form-data; filename="C:\docs\new.txt")"), R"(C:\docs\new.txt)");
  EXPECT_EQ(filename(R"(form-data; filename="C:\\docs\\new.txt")"), R"(C:\docs\new.txt)");
}

TEST(HeaderValue, takes_bare_values_with_spaces_and_raw_bytes) {
  EXPECT_EQ(filename("attachment; filename=Отчёт за май.txt; size=3"), "Отчёт за май.txt");
}

TEST(HeaderValue, reads_raw_windows_1251) {
  const auto raw = windows_1251_from_utf8("Договор №5.doc").value();
  EXPECT_EQ(filename("form-data; filename=\"" + raw + "\""), "Договор №5.doc");
}

TEST(HeaderValue, reads_raw_utf8) { EXPECT_EQ(filename("form-data; filename=\"Договор 📎.doc\""), "Договор 📎.doc"); }

TEST(HeaderValue, prefers_the_extended_form_wherever_it_stands) {
  EXPECT_EQ(filename("attachment; filename=\"a.txt\"; filename*=UTF-8''%D0%9F.txt"), "П.txt");
  EXPECT_EQ(filename("attachment; filename*=utf-8'ru'%D0%9F.txt; filename=a.txt"), "П.txt");
  EXPECT_EQ(filename("attachment; filename*=windows-1251''%CF.txt"), "П.txt");
  EXPECT_EQ(filename("attachment; filename*=unknown''%CF.txt"), "П.txt");
  EXPECT_EQ(filename("attachment; filename*=\"UTF-8''a%20b\""), "a b");
}

TEST(HeaderValue, joins_continuations_in_their_order) {
  EXPECT_EQ(filename("a; filename*1=\"lo.txt\"; filename*0=\"hel\""), "hello.txt");
  EXPECT_EQ(filename("a; filename*0*=UTF-8''%D0%9F; filename*1=\" 50%\"; filename*2*=%D1%80"), "П 50%р");
  EXPECT_EQ(filename("a; filename*0*=UTF-8''%D0; filename*1*=%9F"), "П");  // a character cut in two
}

TEST(HeaderValue, ends_continuations_where_one_is_missing) {
  EXPECT_EQ(filename("a; filename*0=a; filename*2=c"), "a");
  EXPECT_EQ(filename("a; filename*1=b"), "(none)");
}

TEST(HeaderValue, decodes_encoded_words_in_quotes) {
  EXPECT_EQ(filename("attachment; filename=\"=?UTF-8?B?0J/RgNC40LLQtdGCLnR4dA==?=\""), "Привет.txt");
  EXPECT_EQ(filename("attachment; filename==?koi8-r?Q?=F0=D2?=.txt"), "Пр.txt");
}

TEST(HeaderValue, takes_the_first_of_two) { EXPECT_EQ(filename("a; filename=one; filename=two"), "one"); }

TEST(HeaderValue, knows_a_name_by_its_letters_and_not_by_its_bytes) {
  const auto header = parse_header_value("a; \xD1\x99=utf-8; \x9A=windows-1251");
  ASSERT_EQ(header.parameters.size(), 1U);
  EXPECT_EQ(header.parameter("љ"), "utf-8");
}

TEST(HeaderValue, survives_what_nobody_should_send) {
  EXPECT_EQ(filename("a; filename=\"never closed"), "never closed");
  EXPECT_EQ(filename("a; filename=\"trailing\\"), "trailing\\");
  EXPECT_EQ(filename("a; filename"), "(none)");
  EXPECT_EQ(filename("a;;;=;\"\"; filename=\"x\"y; name=z"), "x");
  EXPECT_EQ(filename("a; *=b; filename*=; filename*x=1; filename*9999999=1"), "");
  EXPECT_EQ(parse_header_value("").value, "");
}

TEST(HeaderValue, looks_at_no_more_than_64_parameters) {
  std::string text = "a";
  for (int i = 0; i < 1000; ++i) text += "; p" + std::to_string(i) + "=1";
  EXPECT_EQ(parse_header_value(text).parameters.size(), 64U);
}

}  // namespace
}  // namespace otklik::net::mime
