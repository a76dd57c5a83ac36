#include <gtest/gtest.h>

#include "unit/scenario/library/test_state.hpp"

namespace otklik::scenario {
namespace {

TEST(StringLibrary, has_what_lua_has_but_dump) {
  TestState state;
  EXPECT_EQ(state.text("local missing = {} for name in pairs(stock.string) do if string[name] == nil then "
                       "missing[#missing + 1] = name end end return table.concat(missing, ' ')"),
            "dump");
}

TEST(StringLibrary, answers_as_lua_does) {
  TestState state;
  // Each is a call with `string` as `s`; run for both libraries.
  const char* calls[] = {
      "s.byte('abc', 1, -1)",
      "s.byte('abc', 10)",
      "s.char(72, 105, 0)",
      "s.char(256)",
      "s.len('abc\\0d')",
      "s.lower('ABC \\xC0')",
      "s.upper('abc \\xE0')",
      "s.rep('ab', 3, ',')",
      "s.rep('ab', 0)",
      "s.rep('ab', -1)",
      "s.rep('ab', 1, ',')",
      "s.rep('x', 1 << 62, 'abc')",
      "s.reverse('abc')",
      "s.sub('hello', 2, -2)",
      "s.sub('hello', -3)",
      "s.sub('hello', 4, 2)",
      "s.sub('hello', math.mininteger, math.maxinteger)",
      "s.format('%5d|%-5s|%05.1f|%x|%q|%c|%%|%g|%i|%a', 42, 'ab', 3.14159, 255, 'a\\n\"', 65, 1e20, 7, 0.5)",
      "s.format('%99d', 1)",
      "s.format('%100d', 1)",
      "s.format('%d', 1.5)",
      "s.format('%s')",
      "s.format('%y', 1)",
      "s.format('%s %s', setmetatable({}, {__tostring = function() return 'shown' end}), nil)",
      "s.pack('<i4z', 7, 'abc')",
      "s.unpack('<i4z', '\\7\\0\\0\\0abc\\0')",
      "s.packsize('<i4i8!8d')",
      "s.packsize('s')",
      "s.unpack('<i4', 'ab')",
      "s.find('abc', 'b', 1, true)",
      "s.find('a+b', '+', 1, true)",
      "s.find('abc', '', 4)",
      "s.find('abc', '', 5)",
      "s.find('abc', 'c', -1)",
      "s.find('abc', 'c', -100)",
      "s.find('abc', 'a', math.mininteger)",
      "s.find('', '')",
      "s.find('a\\0b', '\\0')",
      "s.find('abc', nil)",
      "s.find()",
      "s.find({}, 'a')",
      "s.find('abc', 'b', 'x')",
      "s.match('abc', 'b', 4)",
      "s.match('abc', 'b', 5)",
      "s.match(12345, 3)",
      "s.gsub('abc', 'b', true)",
      "s.gsub('abc', 'b', {b = true})",
      "s.gsub('abc', 'b', {b = {}})",
      "s.gsub('abc', '%w', '%0%0', 2)",
      "s.gsub('abc', '%w', '%0%0', 0)",
      "s.gsub('abc', '%w', '%0%0', -1)",
      "s.gsub('abc', '', '-')",
      "s.gsub('hello world', 'o', 7)",
      "s.gsub('abc', 'b', s.upper)",
      "s.gsub('abc', 'b', 'x', {})",
      "s.gsub('$name is $age', '%$(%w+)', setmetatable({}, {__index = function(_, k) return k .. '!' end}))",
      "s.gmatch('abc', 'b', 3)()",
      "s.gmatch('abc', '^a')()",
      "s.gmatch('a,b,,c', '([^,]*)', -1)()",
      "s.gmatch('a')",
      "s.gmatch(nil, 'a')",
      "('10' + 5)",
      "(10 .. '')",
      "('3' * '4')",
      "(-'2')",
      "('0x10' // 3)",
      "('a' + 1)",
      "('abc'):upper()",
      "#('abc')",
  };
  for (const char* call : calls) {
    const std::string ours = state.text(std::string("local s = string return ") + call);
    const std::string theirs = state.text(std::string("local s = stock.string return ") + call);
    EXPECT_EQ(ours, theirs) << call;
  }
}

TEST(StringLibrary, refuses_what_would_not_fit_the_memory_of_the_run) {
  TestState state({.memory = 1024 * 1024});
  EXPECT_EQ(state.text("return pcall(string.rep, 'abc', 1 << 30)"), "false|not enough memory");
  EXPECT_EQ(state.text("return pcall(string.gsub, ('a'):rep(10000), 'a', ('b'):rep(10000))"),
            "false|not enough memory");
  EXPECT_EQ(state.text("return #(('a'):rep(100000)), (''):rep(1 << 60)"), "100000|");
}

TEST(StringLibrary, charges_for_the_bytes_it_makes) {
  for (const char* call : {"s:rep(2)", "s:upper()", "s:lower()", "s:reverse()", "s:sub(2)", "s:byte(1, 5000)",
                           "string.format('%s', s)", "string.pack('s', s)"}) {
    TestState state({.instructions = 1'000'000});
    EXPECT_EQ(state.text(std::string("local s = ('a'):rep(100000) for i = 1, 10000 do local _ = ") + call + " end"),
              "spent")
        << call;
    EXPECT_LT(state.budget().instructions_used, 1'200'000U) << call;
  }
}

TEST(StringLibrary, finds_plain_text_behind_any_number_of_false_starts) {
  TestState state;
  EXPECT_EQ(state.text("for n = 0, 40 do local s = ('ab'):rep(n) .. 'ac' assert(s:find('ac', 1, true) == 2 * n + 1) "
                       "assert(not s:find('ad', 1, true)) assert(s:find('ac', 2 * n + 1, true) == 2 * n + 1) end "
                       "return #(('a'):rep(1000000)), (('a'):rep(1000000)):find(('a'):rep(500000) .. 'b', 1, true)"),
            "1000000|nil");
}

TEST(Utf8Library, answers_as_lua_does) {
  TestState state;
  const char* calls[] = {
      "u.char(1055, 8364, 128512, 65)",
      "u.codepoint('Пр', 1, -1)",
      "u.len('Привет')",
      "u.len('a\\xFFb')",
      "u.len('Привет', 3)",
      "u.len('Привет', 2)",
      "u.offset('Привет', 3)",
      "u.offset('Привет', -1)",
      "u.offset('Привет', 0, 4)",
      "u.offset('Привет', 100)",
      "u.charpattern",
      "(function() local t = {} for p, c in u.codes('aж€') do t[#t + 1] = c end return t[1], t[2], t[3] end)()",
      "u.len(nil)",
      "u.codepoint('\\xFF')",
      "u.offset('abc', 1, 10)",
  };
  for (const char* call : calls) {
    EXPECT_EQ(state.text(std::string("local u = utf8 return ") + call),
              state.text(std::string("local u = stock.utf8 return ") + call))
        << call;
  }
}

TEST(Utf8Library, charges_for_the_bytes_it_goes_over) {
  for (const char* call : {"utf8.len(s)", "utf8.offset(s, 90000)", "utf8.codepoint(s, 1, 10000)"}) {
    TestState state({.instructions = 1'000'000});
    EXPECT_EQ(state.text(std::string("local s = ('a'):rep(100000) for i = 1, 10000 do local _ = ") + call + " end"),
              "spent")
        << call;
  }
}

}  // namespace
}  // namespace otklik::scenario
