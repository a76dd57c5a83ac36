#include <gtest/gtest.h>

#include "unit/scenario/library/test_state.hpp"

namespace otklik::scenario {
namespace {

TEST(TextLibrary, changes_and_counts_letters_of_russian_text) {
  TestState state;
  EXPECT_EQ(state.text("return text.lower('ЁЖИК Admin \\xFF'), text.upper('ёжик admin')"),
            "ёжик admin \xFF|ЁЖИК ADMIN");
  EXPECT_EQ(state.text("return text.len('Привет, 😀'), text.len(''), text.len('\\xFF\\xFE')"), "9|0|2");
  EXPECT_EQ(state.text("return text.sub('Привет', 2, 3), text.sub('Привет', -2), text.sub('Привет', 3), "
                       "text.sub('Привет', 5, 2), text.sub('Привет', -100, 100), text.sub('Привет', 1, -100), "
                       "text.sub('Привет', math.mininteger, math.maxinteger), text.sub('Привет', 100)"),
            "ри|ет|ивет||Привет||Привет|");
  EXPECT_EQ(state.text("return text.trim(' \\t Иван \\u{A0}\\n'), text.trim_start('  a '), text.trim_end(' a  '), "
                       "text.trim('   '), text.trim('И')"),
            "Иван|a | a||И");
  EXPECT_EQ(state.text("return text.pad_start('7', 3, '0'), text.pad_end('Ян', 4, '·'), text.pad_end('Иван', 2), "
                       "text.pad_start('a', 6, '12'), text.pad_start('a', -1), text.pad_end('a', 3)"),
            "007|Ян··|Иван|12121a|a|a  ");
}

TEST(TextLibrary, cuts_and_joins) {
  TestState state;
  EXPECT_EQ(state.text("return table.concat(text.split('a;b;;c;', ';'), '|')"), "a|b||c|");
  EXPECT_EQ(state.text("return #text.split('', ';'), #text.split('abc', 'abc'), #text.split('a, b, c', ', ', 2), "
                       "text.split('a, b, c', ', ', 2)[2]"),
            "1|2|2|b, c");
  EXPECT_EQ(state.text("return table.concat(text.lines('a\\r\\nb\\n\\nc'), '|'), #text.lines(''), #text.lines('a\\n')"),
            "a|b||c|0|1");
  EXPECT_EQ(state.text("return text.join({'a', 1, 2.5, true}, ', '), text.join({}), text.join({'a', 'b'})"),
            "a, 1, 2.5, true||ab");
  EXPECT_EQ(state.text("return text.replace('a.b.c', '.', '%1')"), "a%1b%1c|2");
  EXPECT_EQ(state.text("return text.replace('aaa', 'a', 'b', 2)"), "bba|2");
  EXPECT_EQ(state.text("return text.replace('aaa', 'x', 'b')"), "aaa|0");
  EXPECT_EQ(
      state.text("return text.starts('Привет', 'При'), text.ends('Привет', 'вет'), text.contains('Привет', 'иве'), "
                 "text.contains('a', ''), text.starts('a', 'ab')"),
      "true|true|true|true|false");
}

TEST(TextLibrary, turns_encodings_into_each_other) {
  TestState state;
  EXPECT_EQ(
      state.text("return text.from_1251('\\xCF\\xF0\\xE8'), text.to_1251('При') == '\\xCF\\xF0\\xE8', "
                 "text.to_utf8('\\xCF\\xF0\\xE8'), text.to_utf8('При'), text.is_utf8('При'), text.is_utf8('\\xCF')"),
      "При|true|При|При|true|false");
  EXPECT_EQ(state.text("return text.to_1251('日')"), "nil|a character without a place in Windows-1251");
  EXPECT_EQ(state.text("return text.to_1251('a日b', '?')"), "a?b");
  EXPECT_EQ(state.text("return text.base64('Hello'), text.from_base64('SGVs\\r\\nbG8='), text.from_base64('_-8')"),
            "SGVsbG8=|Hello|\xFF\xEF");
  EXPECT_EQ(state.text("return text.from_base64('###')"), "nil|no base64");
  EXPECT_EQ(state.text("return text.hex('\\0\\xFFz'), text.from_hex('00fF7A')"), std::string("00ff7a|\0\xFFz", 10));
  EXPECT_EQ(state.text("return text.from_hex('0')"), "nil|an odd number of hexadecimal digits");
  EXPECT_EQ(state.text("return text.from_hex('zz')"), "nil|no hexadecimal digits");
  EXPECT_EQ(state.text("return text.url_encode('я b/~-._&'), text.url_decode('%d1%8f+b%2F%zz%')"),
            "%D1%8F%20b%2F~-._%26|я b/%zz%");
  EXPECT_EQ(state.text("return text.html_escape('<a href=\"x\">\\'&</a>')"),
            "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&lt;/a&gt;");
  EXPECT_EQ(state.text("return text.query({name = 'Иван', b = 2, a = {1, 'x y'}, c = true}), text.query({})"),
            "a=1&a=x%20y&b=2&c=true&name=%D0%98%D0%B2%D0%B0%D0%BD|");
  EXPECT_EQ(state.text("local q = text.parse_query('?a=1&a=2&b=%D1%8F+x&&c&=v') return q.a, q.b, q.c, q['']"),
            "2|я x||v");
}

TEST(TextLibrary, makes_digests) {
  TestState state;
  EXPECT_EQ(state.text("return text.md5(''), text.sha1('abc')"),
            "d41d8cd98f00b204e9800998ecf8427e|a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(state.text("return text.sha256('abc'), text.sha256('abc', 'base64'), #text.sha256('abc', 'bytes')"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad|"
            "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=|32");
  EXPECT_EQ(state.text("return text.hmac_sha256('Jefe', 'what do ya want for nothing?')"),  // RFC 4231 4.3
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(state.text("return text.equal('abc', 'abc'), text.equal('abc', 'abd'), text.equal('abc', 'ab')"),
            "true|false|false");
  EXPECT_EQ(state.text("return #text.uuid(), text.uuid() ~= text.uuid(), #text.random(), #text.random(60)"),
            "36|true|22|10");
}

TEST(TextLibrary, reads_and_writes_separated_values) {
  TestState state;
  EXPECT_EQ(state.text("return text.csv_line({1, 'a,b', 'say \"hi\"', '', 'два\\nстроки', true}), "
                       "text.csv_line({'a;b', 'c,d'}, ';')"),
            "1,\"a,b\",\"say \"\"hi\"\"\",,\"два\nстроки\",true|\"a;b\";c,d");
  EXPECT_EQ(
      state.text("local rows = text.parse_csv('\\xEF\\xBB\\xBFa,\"b \"\"x\"\", y\",\\r\\n\"1\\n2\",3\\n\\nlast') "
                 "return #rows, #rows[1], rows[1][1], rows[1][2], rows[1][3], rows[2][1], rows[2][2], rows[3][1], "
                 "rows[4][1]"),
      "4|3|a|b \"x\", y||1\n2|3||last");
  EXPECT_EQ(state.text("return #text.parse_csv(''), #text.parse_csv('a;b', ';')[1]"), "0|2");
  EXPECT_EQ(state.text("return text.parse_csv('a,\"b')"), "nil|a quote is not closed in row 1");
  EXPECT_EQ(state.text("return text.parse_csv('a\\n\"b\"c')"), "nil|something behind a closing quote in row 2");
}

TEST(TextLibrary, complains_as_lua_does) {
  TestState state;
  const std::pair<const char*, const char*> calls[] = {
      {"text.split(nil)", "bad argument #1 to 'split' (string expected, got nil)"},
      {"text.split('a')", "bad argument #2 to 'split' (string expected, got no value)"},
      {"text.split('a', '')", "bad argument #2 to 'split' (empty separator)"},
      {"text.split('a', ',', 0)", "bad argument #3 to 'split' (at least 1 expected)"},
      {"text.lower({})", "bad argument #1 to 'lower' (string expected, got table)"},
      {"text.sub('a', 'x')", "bad argument #2 to 'sub' (number expected, got string)"},
      {"text.sub('a', 1.5)", "bad argument #2 to 'sub' (number has no integer representation)"},
      {"text.pad_start('a', 3, '')", "bad argument #3 to 'pad_start' (something to fill with expected)"},
      {"text.replace('a', '', 'b')", "bad argument #2 to 'replace' (something to look for expected)"},
      {"text.join('a')", "bad argument #1 to 'join' (table expected, got string)"},
      {"text.join({{}})", "bad value at index 1 in table for 'join' (a table)"},
      {"text.sha256('a', 'octal')", "bad argument #2 to 'sha256' (invalid option 'octal')"},
      {"text.random(0)", "bad argument #1 to 'random' (1 to 4096 bits expected)"},
      {"text.csv_line({}, ';;')", "bad argument #2 to 'csv_line' (one character expected)"},
      {"text.csv_line({{}})", "bad value at index 1 in table for 'csv_line' (a table)"},
      {"text.query({a = {{}}})", "text.query: a table as a value"},
      {"text.query({1})", "text.query: a number as a name"},
  };
  for (const auto& [call, complaint] : calls) EXPECT_EQ(state.text(call), "error: test:1: " + std::string(complaint));
}

TEST(TextLibrary, survives_every_wrong_argument) {
  TestState state({.memory = 2 * 1024 * 1024, .instructions = 1'000'000'000'000});
  EXPECT_EQ(state.text(R"(
    local values = {false, 0, -1, 1.5, math.huge, math.mininteger, math.maxinteger, '', 'a', '\xFF\0', {}, {1}, {{}},
                    type, json.null}
    values[16] = setmetatable({}, {__index = function() error('inside') end})
    local count = 0
    for _, module in ipairs({text, json, xml, date, string, table, utf8, math}) do
      for name, f in pairs(module) do
        -- What fills memory up to its limit would do it thousands of times here.
        if type(f) == 'function' and name ~= 'pad_start' and name ~= 'pad_end' and name ~= 'rep' then
          pcall(f)
          for i = 1, 16 do
            pcall(f, values[i])
            for k = 1, 16 do
              pcall(f, values[i], values[k])
              if name ~= 'move' and k % 3 == 0 then
                for j = 1, 16, 3 do pcall(f, values[i], values[k], values[j]) end
              end
              count = count + 1
            end
          end
        end
      end
    end
    return count > 10000)"),
            "true");
}

TEST(TextLibrary, stays_within_the_budgets_of_the_run) {
  TestState little({.memory = 1024 * 1024});
  for (const char* call : {"text.pad_start, 'a', 10000000", "text.replace, ('a'):rep(10000), 'a', ('b'):rep(1000)",
                           "text.split, (','):rep(100000), ','", "text.hex, ('a'):rep(400000)",
                           "text.from_1251, ('a'):rep(400000)", "text.base64, ('a'):rep(400000)"}) {
    EXPECT_EQ(little.text(std::string("return pcall(") + call + ")"), "false|not enough memory") << call;
  }
  for (const char* call :
       {"text.lower(s)", "text.len(s)", "text.sub(s, -2)", "text.trim(s)", "text.split(s, 'b')",
        "text.replace(s, 'b', '')", "text.contains(s, 'b')", "text.is_utf8(s)", "text.base64(s)", "text.sha256(s)",
        "text.equal(s, s)", "text.url_encode(s)", "text.parse_query(s)", "text.parse_csv(s)", "text.csv_line({s})",
        "text.lines(s)", "text.pad_end('', 10000)", "text.join({s, s})"}) {
    TestState brief({.instructions = 1'000'000});
    EXPECT_EQ(brief.text(std::string("local s = ('a'):rep(100000) while true do local _ = ") + call + " end"), "spent")
        << call;
    EXPECT_LT(brief.budget().instructions_used, 1'200'000U) << call;
  }
}

}  // namespace
}  // namespace otklik::scenario
