#include "web_api/calls/json_layout.hpp"

#include <gtest/gtest.h>

namespace otklik::web_api {
namespace {

TEST(JsonLayout, puts_each_member_and_element_on_a_line_of_its_own) {
  EXPECT_EQ(laid_out(R"({"a":1,"b":[true,null,{"c":"d"}]})", 2), R"({
  "a": 1,
  "b": [
    true,
    null,
    {
      "c": "d"
    }
  ]
})");
  EXPECT_EQ(laid_out(R"([1.5])", 1), "[\n 1.5\n]");
}

TEST(JsonLayout, keeps_what_is_empty_on_one_line) {
  EXPECT_EQ(laid_out("[]", 1), "[]");
  EXPECT_EQ(laid_out(R"({"a":[],"b":{}})", 2), "{\n  \"a\": [],\n  \"b\": {}\n}");
  EXPECT_EQ(laid_out("", 2), "");
}

TEST(JsonLayout, leaves_strings_as_they_are) {
  EXPECT_EQ(laid_out(R"({"a{":"b\",[:]}\\","":""})", 1), "{\n \"a{\": \"b\\\",[:]}\\\\\",\n \"\": \"\"\n}");
}

}  // namespace
}  // namespace otklik::web_api
