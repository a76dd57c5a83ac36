#include "access/authorization.hpp"

#include <gtest/gtest.h>

#include "base/base64.hpp"

namespace otklik::access {
namespace {

std::string read(std::string_view value) {
  const auto got = read_authorization(value, 2048);
  if (!got) return got.error() == core::AuthRefusal::Kind::missing ? "missing" : "malformed";
  if (const auto* basic = std::get_if<BasicCredentials>(&*got))
    return basic->login + "|" + std::string(basic->password.text());
  return "token " + std::string(std::get<BearerCredentials>(*got).token.text());
}

std::string basic(std::string_view both) { return "Basic " + base64(both); }

TEST(Authorization, reads_login_and_password) {
  EXPECT_EQ(read(basic("admin:Secret1")), "admin|Secret1");
  EXPECT_EQ(read(basic("admin:a:b:")), "admin|a:b:");
  EXPECT_EQ(read(basic("admin:")), "admin|");
  EXPECT_EQ(read(basic(":")), "|");
  EXPECT_EQ(read("bAsIC  YTpi "), "a|b");
  EXPECT_EQ(read("Basic YTpiYw"), "a|bc") << "padding left out";
}

TEST(Authorization, reads_utf8_and_then_windows_1251) {
  EXPECT_EQ(read(basic("Иван:Пароль1")), "Иван|Пароль1");
  EXPECT_EQ(read(basic("\xC8\xE2\xE0\xED:\xCF\xE0\xF0\xEE\xEB\xFC\x31")), "Иван|Пароль1");
}

TEST(Authorization, reads_tokens) {
  EXPECT_EQ(read("Bearer otk_abc-DEF_123"), "token otk_abc-DEF_123");
  EXPECT_EQ(read("bearer x"), "token x");
}

TEST(Authorization, tells_missing_from_malformed) {
  EXPECT_EQ(read(""), "missing");
  EXPECT_EQ(read("  \t"), "missing");
  for (const char* bad : {"Basic", "Basic ", "Basic !!!!", "Basic YQ==", "Basic YTpi=", "Basic YT pi", "Digest x=y",
                          "YTpi", "Bearer", "Bearer a b", "Bearer a\x01", "BasicYTpi", "Basic YTpi, Bearer x"}) {
    EXPECT_EQ(read(bad), "malformed") << bad;
  }
  EXPECT_EQ(read(basic(std::string(4000, 'a') + ":b")), "malformed");
}

}  // namespace
}  // namespace otklik::access
