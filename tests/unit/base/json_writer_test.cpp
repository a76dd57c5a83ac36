#include "base/json_writer.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

namespace otklik {
namespace {

std::string as_json(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

TEST(JsonWriter, puts_commas_where_they_belong) {
  std::string out;
  JsonWriter json(out);
  json.begin_object()
      .field("count", 3)
      .key("rows")
      .begin_array()
      .value("a")
      .value(true)
      .null()
      .begin_object()
      .end_object();
  json.begin_array().end_array().end_array().field("last", false).end_object();
  EXPECT_EQ(out, R"({"count":3,"rows":["a",true,null,{},[]],"last":false})");
}

TEST(JsonWriter, appends_to_what_is_there) {
  std::string out = "x=";
  JsonWriter(out).value("y");
  EXPECT_EQ(out, "x=\"y\"");
}

TEST(JsonWriter, writes_numbers_shortly_and_exactly) {
  std::string out;
  JsonWriter json(out);
  json.begin_array().value(41.953125).value(-0.5).value(std::numeric_limits<std::int64_t>::min());
  json.value(std::numeric_limits<std::uint64_t>::max()).value(0.1).end_array();
  EXPECT_EQ(out, "[41.953125,-0.5,-9223372036854775808,18446744073709551615,0.1]");
}

TEST(JsonWriter, takes_a_literal_for_text_and_a_flag_for_a_flag) {
  std::string out;
  JsonWriter json(out);
  const char* text = "t";
  json.begin_array().value(text).value(std::string("s")).value(true).raw("{\"a\":1}").end_array();
  EXPECT_EQ(out, R"(["t","s",true,{"a":1}])");
}

TEST(JsonString, escapes_what_json_demands_and_nothing_else) {
  EXPECT_EQ(as_json("a\"b\\c/d"), R"("a\"b\\c/d")");
  EXPECT_EQ(as_json("\n\r\t\b\f\x01\x1F\x7F"), "\"\\n\\r\\t\\u0008\\u000c\\u0001\\u001f\x7F\"");
  EXPECT_EQ(as_json(std::string("\0", 1)), R"("\u0000")");
  EXPECT_EQ(as_json("Привет 😀"), "\"Привет 😀\"");
  EXPECT_EQ(as_json(""), "\"\"");
}

TEST(JsonString, replaces_malformed_bytes_so_that_the_answer_stays_json) {
  EXPECT_EQ(as_json("a\xFFz"), "\"a\uFFFDz\"");
  EXPECT_EQ(as_json("\xE2\x82"), "\"\uFFFD\uFFFD\"");
  EXPECT_EQ(as_json("\xED\xA0\x80"), "\"\uFFFD\uFFFD\uFFFD\"");
}

}  // namespace
}  // namespace otklik
