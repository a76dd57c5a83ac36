#include "web_api/www/hook.hpp"

#include <gtest/gtest.h>

#include "unit/web_api/fake_connection.hpp"

namespace otklik::web_api {
namespace {

using namespace std::chrono_literals;
using test::SentRequest;

TEST(Hook, is_the_descriptions_example) {
  const auto hook =
      parse_hook("{\n  \"scriptname\":\"myscript\", \n  \"timeout\":10, \n  \"parameter1\":\"ЧЕРЕЗ WWW\"\n}\n");
  ASSERT_TRUE(hook);
  EXPECT_EQ(hook->scenario, "myscript");
  EXPECT_EQ(hook->timeout, 10s);
  EXPECT_EQ(hook->async, std::nullopt);
  EXPECT_EQ(hook->parameters[0], "ЧЕРЕЗ WWW");
  EXPECT_EQ(hook->parameters[1], std::nullopt);
}

TEST(Hook, tolerates_a_byte_order_mark_case_and_unknown_keys) {
  const auto hook =
      parse_hook("\xEF\xBB\xBF{\"ScriptName\":\"s\",\"ASYNC\":1,\"comment\":{\"a\":[1]},\"Timeout\":0.5}");
  ASSERT_TRUE(hook);
  EXPECT_EQ(hook->async, true);
  EXPECT_EQ(hook->timeout, 500ms);
}

TEST(Hook, takes_startparam_for_parameter) {
  const auto hook = parse_hook(R"({"scriptname":"s","startparam2":"b","startparam1":"x","parameter1":"a"})");
  ASSERT_TRUE(hook);
  EXPECT_EQ(hook->parameters[0], "a") << "the description's own name wins";
  EXPECT_EQ(hook->parameters[1], "b");
}

TEST(Hook, that_is_broken_says_how) {
  const auto why = [](std::string_view json) {
    const auto hook = parse_hook(json);
    return hook ? std::string("(whole)") : hook.error().message;
  };
  EXPECT_NE(why("{\"scriptname\":\"s\",}"), "(whole)");
  EXPECT_NE(why(""), "(whole)");
  EXPECT_NE(why("{"), "(whole)");
  EXPECT_NE(why("{\"scriptname\":\"s\"} x"), "(whole)");
  EXPECT_NE(why("{\"scriptname\":\"\xDD\xF5\xEE\"}"), "(whole)") << "no UTF-8";
  EXPECT_EQ(why("[]"), "the JSON is not an object");
  EXPECT_EQ(why("\"s\""), "the JSON is not an object");
  EXPECT_EQ(why("{}"), "scriptname is missing");
  EXPECT_EQ(why(R"({"scriptname":""})"), "scriptname is missing");
  EXPECT_EQ(why(R"({"scriptname":5})"), "scriptname is not a string");
  EXPECT_EQ(why(R"({"scriptname":null})"), "scriptname is not a string");
  EXPECT_EQ(why(R"({"scriptname":"s","timeout":"10"})"), "timeout is not a number of seconds from 0 on");
  EXPECT_EQ(why(R"({"scriptname":"s","timeout":-1})"), "timeout is not a number of seconds from 0 on");
  EXPECT_EQ(why(R"({"scriptname":"s","async":2})"), "async is not true, false, 0 or 1");
  EXPECT_EQ(why(R"({"scriptname":"s","parameter5":5})"), "parameter5 is not a string");
  EXPECT_EQ(why(R"({"scriptname":"s","parameter6":6})"), "(whole)") << "an unknown key";
}

ScriptOrder order(std::string_view json, SentRequest& sent) {
  return hook_order(parse_hook(json).value(), sent.request(), {}).value();
}

TEST(HookOrder, fills_all_five_specials) {
  SentRequest sent(
      "POST /dir/test.html?a=%D0%B9&startparam1=q HTTP/1.1\nHost: x\nContent-Type: application/x-www-form-urlencoded",
      "b=2&startparam2=w");
  const auto o = order(R"({"scriptname":"s","parameter1":"%parameters%","parameter2":"%content%",)"
                       R"("parameter3":"%headers%","parameter4":"%page%","parameter5":"%requestline%"})",
                       sent);
  EXPECT_EQ(o.parameters[0], "a=%D0%B9&startparam1=q");
  EXPECT_EQ(o.parameters[1], "b=2&startparam2=w");
  EXPECT_EQ(o.parameters[2],
            "POST /dir/test.html?a=%D0%B9&startparam1=q HTTP/1.1\r\nHost: x\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n\r\n");
  EXPECT_EQ(o.parameters[3], "/dir/test.html");
  EXPECT_EQ(o.parameters[4], "POST /dir/test.html?a=%D0%B9&startparam1=q HTTP/1.1");
}

TEST(HookOrder, takes_a_special_only_for_the_whole_of_a_value) {
  SentRequest sent("GET /test.html HTTP/1.1");
  const auto o =
      order(R"({"scriptname":"s","parameter1":"page %page%","parameter2":"%page%/","parameter3":"%unknown%"})", sent);
  EXPECT_EQ(o.parameters[0], "page %page%");
  EXPECT_EQ(o.parameters[1], "%page%/");
  EXPECT_EQ(o.parameters[2], "%unknown%");
}

TEST(HookOrder, passes_the_requests_parameters_that_the_hook_leaves) {
  SentRequest sent("GET /t?startparam1=1&startparam2=2&startparam4=4 HTTP/1.1");
  const auto o = order(R"({"scriptname":"s","parameter1":"C","parameter3":"%page%","parameter4":""})", sent);
  EXPECT_EQ(o.parameters, (std::array<std::string, 5>{"C", "2", "/t", "", ""}));
}

TEST(HookOrder, never_takes_the_script_from_outside) {
  SentRequest sent("POST /t?name=Evil HTTP/1.1\nContent-Type: application/x-www-form-urlencoded",
                   "name=Evil&scriptname=Evil");
  EXPECT_EQ(order(R"({"scriptname":"s"})", sent).scenario, "s");
}

TEST(HookOrder, lets_the_hooks_timeout_and_async_win) {
  SentRequest sent("GET /t?timeout=200&async=1 HTTP/1.1");
  const auto decided = order(R"({"scriptname":"s","timeout":5,"async":false})", sent);
  EXPECT_EQ(decided.timeout, 5s);
  EXPECT_TRUE(decided.wait);
  const auto open = order(R"({"scriptname":"s"})", sent);
  EXPECT_EQ(open.timeout, 200s);
  EXPECT_FALSE(open.wait);
  EXPECT_EQ(order(R"({"scriptname":"s","timeout":5000})", sent).timeout, 300s) << "the ceiling holds for a hook too";
  SentRequest bad("GET /t?timeout=x&async=y HTTP/1.1");
  EXPECT_EQ(order(R"({"scriptname":"s","timeout":5,"async":0})", bad).timeout, 5s);
  EXPECT_EQ(hook_order(parse_hook(R"({"scriptname":"s"})").value(), bad.request(), {}).error().code,
            ErrorCode::bad_request);
}

}  // namespace
}  // namespace otklik::web_api
