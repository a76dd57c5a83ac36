#include "core/directory/rules.hpp"

#include <gtest/gtest.h>

namespace otklik::core {
namespace {

std::string said(const Result<>& result) { return result ? "" : result.error().message; }

TEST(Rules, take_logins_as_people_write_them) {
  for (const char* login : {"admin", "Иванов", "Ёлка И.", "crm_company_ivan", "a@b.ru", "x", "Іван", "O'Neill", "#1"}) {
    EXPECT_EQ(said(check_login(login)), "") << login;
  }
}

TEST(Rules, refuse_logins_that_cannot_travel_or_be_told_apart) {
  for (const std::string& login :
       {std::string(), std::string("a:b"), std::string(" a"), std::string("a "), std::string("a  b"),
        std::string("日本"), std::string("a\nb"), std::string("a\0b", 3), std::string("\xFF"), std::string(65, 'a'),
        std::string("и\xCC\x86"), std::string("a/b"), std::string("a\"b"),
        std::string("11111111-2222-3333-4444-555555555555")}) {
    EXPECT_NE(said(check_login(login)), "") << login;
  }
  EXPECT_EQ(said(check_login(std::string(64, 'a'))), "");
  std::string cyrillic;
  for (int i = 0; i < 64; ++i) cyrillic += "я";
  EXPECT_EQ(said(check_login(cyrillic)), "");
  EXPECT_NE(said(check_login("ab:c")).find("character 3 is \":\" (U+003A)"), std::string::npos)
      << said(check_login("ab:c"));
}

TEST(Rules, find_logins_in_any_case) {
  EXPECT_EQ(name_key("ЁЖИК Admin"), name_key("ёжик aDMIN"));
  EXPECT_NE(name_key("ежик"), name_key("ёжик"));
}

TEST(Rules, name_the_character_that_a_password_cannot_have) {
  const PasswordRules rules;
  EXPECT_EQ(said(check_password("Пароль1 !~ ёЁ", rules)), "");
  EXPECT_NE(said(check_password("Pass€", rules)).find("character 5 is \"€\" (U+20AC)"), std::string::npos);
  EXPECT_NE(said(check_password("Грифон і", rules)).find("character 8"), std::string::npos);
  EXPECT_NE(said(check_password("a\tb", rules)).find("character 2 is U+0009"), std::string::npos);
  EXPECT_EQ(said(check_password("й", rules)), "");
  EXPECT_NE(said(check_password("и\xCC\x86", rules)).find("U+0306"), std::string::npos);
  EXPECT_NE(said(check_password("😀", rules)).find("U+1F600"), std::string::npos);
  EXPECT_NE(said(check_password("\xFF", rules)), "");
}

TEST(Rules, bound_the_length_of_passwords_in_characters) {
  const PasswordRules rules{.least = 3, .most = 5};
  EXPECT_NE(said(check_password("Ёж", rules)), "");
  EXPECT_EQ(said(check_password("Ёжи", rules)), "");
  EXPECT_EQ(said(check_password("Ёжики", rules)), "");
  EXPECT_NE(said(check_password("Ёжиков", rules)), "");
}

TEST(Rules, turn_passwords_to_the_bytes_that_browsers_hash) {
  EXPECT_EQ(password_bytes("Secret1"), "Secret1");
  EXPECT_EQ(password_bytes("АяЁё"), "\xC0\xFF\xA8\xB8");
  EXPECT_EQ(password_bytes(""), "");
  for (const char* other : {"é", "і", "€", "😀", "\xFF", "Ѐ"}) EXPECT_EQ(password_bytes(other), std::nullopt) << other;
}

TEST(Rules, take_names_and_languages) {
  EXPECT_EQ(said(check_name("the name", "Отдел «Продажи» №1")), "");
  EXPECT_NE(said(check_name("the name", "")), "");
  EXPECT_NE(said(check_name("the name", " a")), "");
  EXPECT_NE(said(check_name("the name", "a\x01")), "");
  EXPECT_NE(said(check_name("the name", std::string(201, 'a'))), "");
  EXPECT_EQ(said(check_language("")), "");
  EXPECT_EQ(said(check_language("ru")), "");
  EXPECT_NE(said(check_language("RU")), "");
}

}  // namespace
}  // namespace otklik::core
