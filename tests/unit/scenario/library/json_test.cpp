#include <gtest/gtest.h>

#include "unit/scenario/library/test_state.hpp"

namespace otklik::scenario {
namespace {

std::string again(TestState& state, const std::string& json) {
  return state.text("local t, why = json.decode(...) if t == nil then return why end return json.encode(t)", {json});
}

TEST(JsonLibrary, reads_what_it_wrote) {
  TestState state;
  for (const char* json : {"null",
                           "true",
                           "false",
                           "0",
                           "-7",
                           "1.5",
                           "1e+300",
                           "\"\"",
                           "\"text\"",
                           "\"\\\"\\\\\\n\\u0001\"",
                           "[]",
                           "{}",
                           "[[],{}]",
                           "[1,2,3]",
                           "{\"a\":[],\"b\":{\"c\":null}}",
                           "[null,null]",
                           "\"Привет 😀\"",
                           "9223372036854775807",
                           "-9223372036854775808",
                           "{\"\":1}"}) {
    EXPECT_EQ(again(state, json), json);
  }
}

TEST(JsonLibrary, reads_every_value_as_lua_has_it) {
  TestState state;
  EXPECT_EQ(state.text(R"(
    local t = json.decode('\xEF\xBB\xBF {"a" : [10, 2.5, "x", true, null], "dup": 1, "dup": 2, "deep": {"x": {}}} \n')
    return #t.a, t.a[1], math.type(t.a[1]), t.a[2], t.a[3], t.a[4], t.a[5] == json.null, t.dup, next(t.deep.x))"),
            "5|10|integer|2.5|x|true|true|2|nil");
  EXPECT_EQ(state.text(R"(return json.decode('"\\u041f\\ud83d\\ude00\\/\\b\\f\\n\\r\\t"'))"), "П😀/\b\f\n\r\t");
  EXPECT_EQ(state.text(R"(return json.decode('"\\ud83d x \\ude00 \\ud83d\\u0041"'))"), "\uFFFD x \uFFFD \uFFFDA");
  EXPECT_EQ(state.text("return json.decode('40817810099910004312')"), "4.081781009991e+19");
  EXPECT_EQ(state.text("return json.decode('1e-999'), json.decode('-0.0'), json.decode('1E5')"), "0.0|-0.0|100000.0");
}

TEST(JsonLibrary, says_where_a_text_is_no_json) {
  TestState state;
  const std::pair<const char*, const char*> bad[] = {
      {"", "the text ends too early at line 1, column 1"},
      {"{", "a name in quotes expected at line 1, column 2"},
      {"[1,]", "no JSON value at line 1, column 4"},
      {"[1 2]", "',' or ']' expected at line 1, column 4"},
      {"{\"a\" 1}", "':' expected at line 1, column 6"},
      {"{\"a\":1,\n }", "a name in quotes expected at line 2, column 2"},
      {"{a:1}", "a name in quotes expected at line 1, column 2"},
      {"nul", "no JSON value at line 1, column 1"},
      {"nulll", "something after the end at line 1, column 5"},
      {"01", "something after the end at line 1, column 2"},
      {"+1", "no JSON value at line 1, column 1"},
      {".5", "no JSON value at line 1, column 1"},
      {"1.", "a digit expected at line 1, column 3"},
      {"1e", "a digit expected at line 1, column 3"},
      {"-", "no JSON value at line 1, column 1"},
      {"1e999", "a number too great at line 1, column 6"},
      {"\"a", "the text ends too early at line 1, column 3"},
      {"\"\t\"", "a control character in a string at line 1, column 2"},
      {"\"\\x\"", "an unknown escape at line 1, column 2"},
      {"\"\\u12g4\"", "four hexadecimal digits expected at line 1, column 2"},
      {"\"\xFF\"", "bytes that are no UTF-8 at line 1, column 2"},
      {"'a'", "no JSON value at line 1, column 1"},
      {"NaN", "no JSON value at line 1, column 1"},
      {"[\"a\", /* */ 1]", "no JSON value at line 1, column 7"},
  };
  for (const auto& [json, why] : bad) {
    EXPECT_EQ(state.text("return json.decode(...)", {json}), "nil|" + std::string(why)) << json;
  }
  EXPECT_EQ(state.text("return json.decode(('['):rep(1000000))"), "nil|nested too deep at line 1, column 129");
  EXPECT_EQ(state.text("json.decode(nil)"), "error: test:1: bad argument #1 to 'decode' (string expected, got nil)");
}

TEST(JsonLibrary, writes_tables_in_one_order) {
  TestState state;
  EXPECT_EQ(state.text("return json.encode({b = 1, a = {1, 2, {x = json.null}}, c = 'é\\1'})"),
            "{\"a\":[1,2,{\"x\":null}],\"b\":1,\"c\":\"é\\u0001\"}");
  EXPECT_EQ(state.text("return json.encode({}), json.encode(json.array({})), json.encode(json.array())"), "{}|[]|[]");
  EXPECT_EQ(state.text("return json.encode({[10] = 'ten', [20] = 'twenty'})"), "{\"10\":\"ten\",\"20\":\"twenty\"}");
  EXPECT_EQ(state.text("return json.encode({1, 2, n = 2})"), "{\"1\":1,\"2\":2,\"n\":2}");
  EXPECT_EQ(state.text("return json.encode(10 / 2), json.encode(0.1), json.encode(1e100), json.encode(nil)"),
            "5|0.1|1e+100|null");
  EXPECT_EQ(state.text("return json.encode('a\\xFFb')"), "\"a\uFFFDb\"");
  EXPECT_EQ(state.text("return json.encode('я😀\\xFF\\127', {ascii = true})"),
            "\"\\u044f\\ud83d\\ude00\\ufffd\\u007f\"");
  EXPECT_EQ(state.text("return json.encode({a = {1, {}}, b = {}}, {pretty = true})"),
            "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": {}\n}");
}

TEST(JsonLibrary, refuses_what_json_cannot_say) {
  TestState state;
  EXPECT_EQ(state.text("json.encode(0/0)"), "error: test:1: json.encode: a number that is not finite has no JSON");
  EXPECT_EQ(state.text("json.encode({math.huge})"),
            "error: test:1: json.encode: a number that is not finite has no JSON");
  EXPECT_EQ(state.text("json.encode({f = type})"), "error: test:1: json.encode: a function has no JSON");
  EXPECT_EQ(state.text("json.encode({[true] = 1})"), "error: test:1: json.encode: a boolean as a name of an object");
  EXPECT_EQ(state.text("json.encode({[1.5] = 1})"), "error: test:1: json.encode: a number as a name of an object");
  EXPECT_EQ(state.text("json.encode({[7] = 1, ['7'] = 2})"),
            "error: test:1: json.encode: the name 7 is there as a number and as a string");
  EXPECT_EQ(state.text("local t = {} t.t = {t} json.encode(t)"), "error: test:1: json.encode: a table contains itself");
  EXPECT_EQ(state.text("local t = {} for i = 1, 200 do t = {t} end json.encode(t)"),
            "error: test:1: json.encode: nested too deep (128)");
  EXPECT_EQ(state.text("local s = {1} return json.encode({s, s})"), "[[1],[1]]");
  EXPECT_EQ(state.text("json.encode()"), "error: test:1: bad argument #1 to 'encode' (value expected)");
  EXPECT_EQ(state.text("json.encode(1, 'pretty')"),
            "error: test:1: bad argument #2 to 'encode' (table expected, got string)");
}

TEST(JsonLibrary, stays_within_the_budgets_of_the_run) {
  TestState little({.memory = 2 * 1024 * 1024});
  EXPECT_EQ(little.text("return pcall(json.decode, '[' .. ('[],'):rep(100000) .. '0]')"), "false|not enough memory");
  EXPECT_EQ(little.text("local s = ('\\1'):rep(600000) return pcall(json.encode, s)"), "false|not enough memory");
  TestState brief({.instructions = 1'000'000});
  EXPECT_EQ(brief.text("local s = '[' .. ('1,'):rep(10000) .. '0]' while true do json.encode(json.decode(s)) end"),
            "spent");
  EXPECT_LT(brief.budget().instructions_used, 1'100'000U);
}

}  // namespace
}  // namespace otklik::scenario
