#include "web_api/parameters.hpp"

#include <gtest/gtest.h>

#include "unit/web_api/fake_connection.hpp"
#include "web_api/script_run.hpp"

namespace otklik::web_api {
namespace {

using namespace std::chrono_literals;
using test::SentRequest;

net::Form form(std::string_view text) {
  net::Form f;
  f.parse(text);
  return f;
}

TEST(Parameters, are_those_of_the_url_and_then_of_the_body) {
  SentRequest sent("POST /x?a=1&b=2 HTTP/1.1\nContent-Type: Application/X-WWW-Form-Urlencoded; charset=utf-8",
                   "b=3&c=4");
  const auto f = read_parameters(sent.request());
  EXPECT_EQ(f.find("a"), "1");
  EXPECT_EQ(f.find("b"), "2") << "the URL wins";
  EXPECT_EQ(f.find("C"), "4");
}

TEST(Parameters, of_a_body_of_another_type_are_none) {
  SentRequest sent("POST /x HTTP/1.1\nContent-Type: application/json", "c=4");
  EXPECT_TRUE(read_parameters(sent.request()).fields().empty());
}

TEST(Parameters, of_an_empty_url_value_are_filled_by_the_body) {
  SentRequest sent("POST /x?a= HTTP/1.1\nContent-Type: application/x-www-form-urlencoded", "a=5");
  EXPECT_EQ(read_parameters(sent.request()).find("a"), "5") << "an empty parameter counts as absent";
}

TEST(Parameters, read_flags) {
  EXPECT_EQ(*read_flag(form("async=0"), "async"), false);
  EXPECT_EQ(*read_flag(form("ASYNC=1"), "async"), true);
  EXPECT_EQ(*read_flag(form("async=True"), "async"), true);
  EXPECT_EQ(*read_flag(form("async=false"), "async"), false);
  EXPECT_EQ(*read_flag(form("async="), "async"), std::nullopt);
  for (const auto* bad : {"async=2", "async=yes", "async=01", "async=-1", "async=0%00"}) {
    EXPECT_EQ(read_flag(form(bad), "async").error().code, ErrorCode::bad_request) << bad;
  }
}

TEST(Parameters, read_seconds) {
  EXPECT_EQ(parse_seconds("10"), 10s);
  EXPECT_EQ(parse_seconds("0"), 0s);
  EXPECT_EQ(parse_seconds("0.5"), 500ms);
  EXPECT_EQ(parse_seconds("1.2345"), 1234ms);
  EXPECT_EQ(parse_seconds(" 7 "), 7s);
  EXPECT_EQ(parse_seconds("00012"), 12s);
  EXPECT_GE(parse_seconds("99999999999999999999999999"), std::chrono::hours(24 * 365));
  for (const auto* bad : {"", "-1", "abc", "1e3", "1,5", ".", "1.", ".5", "1.2.3", "0x10", "NaN", "inf", "5s", "+5"}) {
    EXPECT_EQ(parse_seconds(bad), std::nullopt) << bad;
  }
}

TEST(ScriptOrder, has_the_defaults_of_the_settings) {
  const auto order = read_named_script_order(form("name=Echo"), {});
  ASSERT_TRUE(order);
  EXPECT_EQ(order->scenario, "Echo");
  EXPECT_TRUE(order->wait);
  EXPECT_EQ(order->timeout, 30s);
}

TEST(ScriptOrder, cuts_the_timeout_to_the_ceiling) {
  EXPECT_EQ(read_named_script_order(form("name=Echo&timeout=100000"), {})->timeout, 300s);
  EXPECT_EQ(read_named_script_order(form("name=Echo&timeout=12"), {})->timeout, 12s);
}

TEST(ScriptOrder, takes_a_start_parameter_without_number_for_the_first) {
  EXPECT_EQ(read_script_order(form("startparam=<a/>"), {})->parameters[0], "<a/>");
  EXPECT_EQ(read_script_order(form("startparam=x&startparam1=y"), {})->parameters[0], "y");
  EXPECT_EQ(read_script_order(form("startparam=x&startparam1="), {})->parameters[0], "x");
}

TEST(ScriptOrder, reads_all_five_and_ignores_the_rest) {
  const auto order =
      read_script_order(form("STARTPARAM5=5&startparam1=1&startparam6=6&startparam0=0&foo=bar&startparam3=3"), {});
  EXPECT_EQ(order->parameters, (std::array<std::string, 5>{"1", "", "3", "", "5"}));
}

TEST(ScriptOrder, accepts_all_five_parameters_present_but_empty_and_no_async_or_timeout) {
  const auto order =
      read_named_script_order(form("name=a&startparam1=&startparam2=&startparam3=&startparam4=&startparam5="), {});
  ASSERT_TRUE(order);
  EXPECT_EQ(order->parameters, (std::array<std::string, 5>{}));
}

TEST(ScriptOrder, reads_windows_1251_and_utf_8) {
  EXPECT_EQ(read_named_script_order(form("name=%D0%AD%D1%85%D0%BE%20%5B1%5D%20(2)"), {})->scenario, "Эхо [1] (2)");
  EXPECT_EQ(read_named_script_order(form("name=%DD%F5%EE"), {})->scenario, "Эхо");
  EXPECT_EQ(read_named_script_order(form("name=\xDD\xF5\xEE+1"), {})->scenario, "Эхо 1");
}

TEST(ScriptOrder, names_what_is_wrong) {
  EXPECT_EQ(read_named_script_order(form(""), {}).error().message, "name is missing");
  EXPECT_EQ(read_named_script_order(form("name="), {}).error().message, "name is missing");
  EXPECT_EQ(read_named_script_order(form("name=a&async=maybe"), {}).error().message, "async is 0 or 1");
  EXPECT_EQ(read_named_script_order(form("name=a&timeout=-5"), {}).error().message,
            "timeout is a number of seconds, not below 0");
}

TEST(ScriptRequest, comes_without_the_callers_password) {
  SentRequest sent("GET /x HTTP/1.1\nHost: a\nAuthorization: Basic c2VjcmV0\nproxy-authorization: Basic eA==\nX-A: 1");
  EXPECT_EQ(without_credentials(sent.request()), "GET /x HTTP/1.1\r\nHost: a\r\nX-A: 1\r\n\r\n");
}

}  // namespace
}  // namespace otklik::web_api
