// Our pattern functions against Lua's own: the same answers and the same complaints.
#include <gtest/gtest.h>

#include <random>

#include "unit/scenario/library/test_state.hpp"

namespace otklik::scenario {
namespace {

/// Runs the four pattern functions of the library named by its first argument on a subject and a pattern.
constexpr std::string_view all_four = R"(
  local function work(library, subject, pattern, replacement)
    local shown = {}
    local function show(...)
      for i = 1, select('#', ...) do shown[#shown + 1] = tostring((select(i, ...))) end
      shown[#shown + 1] = ';'
    end
    local function try(f, ...)
      local results = table.pack(pcall(f, ...))
      if not results[1] then show('error', results[2]) else show(table.unpack(results, 1, results.n)) end
    end
    try(library.find, subject, pattern)
    try(library.find, subject, pattern, 3)
    try(library.find, subject, pattern, -2)
    try(library.match, subject, pattern)
    try(library.match, subject, pattern, 2)
    try(library.gsub, subject, pattern, replacement)
    try(library.gsub, subject, pattern, replacement, 2)
    try(library.gsub, subject, pattern, {a = 1, b = 'two', [1] = 'position', ab = false})
    try(library.gsub, subject, pattern, function(a, b) if b then return a .. '<' .. b .. '>' end end)
    try(function()
      local n = 0
      for a, b in library.gmatch(subject, pattern) do
        show(a, b)
        n = n + 1
        if n > 100 then break end
      end
    end)
    return table.concat(shown, '|')
  end
  local subject, pattern, replacement = ...
  return work(string, subject, pattern, replacement), work(stock.string, subject, pattern, replacement)
)";

bool is_lazy_difference(const std::string& ours, const std::string& theirs) {
  // Lua finds out that a pattern is malformed only when it gets there; we say so always. Lua gives up where more than
  // 200 choices are open; we do not.
  for (const char* complaint : {"malformed pattern", "missing '['", "unfinished capture", "invalid pattern capture",
                                "invalid capture index", "too many captures"}) {
    if (ours.find(complaint) != std::string::npos) return true;
  }
  return theirs.find("pattern too complex") != std::string::npos;
}

void expect_the_same(TestState& state, const std::string& subject, const std::string& pattern,
                     const std::string& replacement = "[%0]", bool strictly = true) {
  state.budget().instructions_used = 0;
  const auto outcome = state.run(all_four, {subject, pattern, replacement});
  ASSERT_TRUE(outcome.error.empty()) << outcome.error;
  ASSERT_FALSE(outcome.spent);
  ASSERT_EQ(outcome.values.size(), 2U);
  if (outcome.values[0] != outcome.values[1] && !strictly && is_lazy_difference(outcome.values[0], outcome.values[1])) {
    return;
  }
  EXPECT_EQ(outcome.values[0], outcome.values[1]) << "subject '" << subject << "' pattern '" << pattern << "'";
}

TEST(Pattern, answers_as_lua_does) {
  TestState state;
  const std::vector<std::string> subjects = {"",
                                             "a",
                                             "hello world",
                                             "  key = value  ",
                                             "THE (quick) fox",
                                             "f(a(b)c)(d)",
                                             "aaaaab",
                                             "2026-11-22 15:04:05",
                                             std::string("\0a\0b", 4),
                                             "\xD0\x9F\xD1\x80\xD0\xB8",
                                             "x]y-z^%$",
                                             "a.b.c..d",
                                             "abcabcabc",
                                             "one;two;;four",
                                             "'quoted' \"text\""};
  const std::vector<std::string> patterns = {"",
                                             "a",
                                             ".",
                                             ".*",
                                             ".-",
                                             ".+",
                                             "a*",
                                             "a+",
                                             "a-",
                                             "a?",
                                             "^a*",
                                             "a*$",
                                             "^$",
                                             "^",
                                             "$",
                                             "$a",
                                             "a$b",
                                             "^^",
                                             "%a+",
                                             "%s*(%w+)%s*=%s*(%w+)",
                                             "()",
                                             "()a()",
                                             "(a*)b",
                                             "(.)(.)",
                                             "(.-)%s",
                                             "%b()",
                                             "%bab",
                                             "%b''",
                                             "%f[%a]%a+",
                                             "%f[%w]",
                                             "%f[^%w]",
                                             "%f[%z]",
                                             "(%d+)-(%d+)-(%d+)",
                                             "[%a_][%w_]*",
                                             "[^%s]+",
                                             "[a-c]+",
                                             "[^a-c]+",
                                             "[]]",
                                             "[^]]",
                                             "[]-a]",
                                             "[a-]",
                                             "[-a]",
                                             "[%a-z]",
                                             "[a-%%]",
                                             "[%-x]",
                                             "[z-a]",
                                             "[%]]",
                                             "([\"'])(.-)%1",
                                             "(a)%1",
                                             "(()a)%1",
                                             "()%1",
                                             "(a(b)c)%2",
                                             "[%z]",
                                             "%z",
                                             "%Z+",
                                             "%g+",
                                             "%p",
                                             "%c",
                                             "%x+",
                                             "%u%l*",
                                             "%W",
                                             "%%",
                                             "%]",
                                             "%.",
                                             "*",
                                             "*a",
                                             "+",
                                             "?a",
                                             "-",
                                             "a**",
                                             "a-b",
                                             "a.-c",
                                             ".-;",
                                             "(.-);",
                                             "[;]",
                                             "x?y?z?",
                                             "(a?)(b?)(c?)",
                                             "([^;]*)",
                                             "([^;]*);?",
                                             "%q",
                                             "(%a)+",
                                             "[[]",
                                             "[[:alpha:]]",
                                             "a\0b",
                                             "[\xD0-\xD1].",
                                             "[^\x80-\xFF]+",
                                             ".-$",
                                             "^.-$",
                                             "(.*)%.(.*)",
                                             "%s+$",
                                             "^%s*(.-)%s*$",
                                             "abc",
                                             "(abc)%1%1",
                                             "((a)(b))c",
                                             "a)",
                                             "[a",
                                             "[",
                                             "[^",
                                             "[]",
                                             "[%",
                                             "[%a",
                                             "%",
                                             "a%",
                                             "(",
                                             "(a",
                                             ")",
                                             "(()",
                                             "%1",
                                             "(a%1)",
                                             "%0",
                                             "(a)%2",
                                             "%b",
                                             "%ba",
                                             "%f",
                                             "%fa",
                                             "%f[",
                                             "%f[a"};
  for (const auto& subject : subjects) {
    for (const auto& pattern : patterns) expect_the_same(state, subject, pattern, "<%1>", false);
  }
}

TEST(Pattern, complains_as_lua_does) {
  TestState state;
  constexpr std::string_view compare =
      "local subject, pattern = ... local _, ours = pcall(string.match, subject, pattern) "
      "local _, theirs = pcall(stock.string.match, subject, pattern) assert(type(theirs) == 'string', pattern) "
      "return ours == theirs or ours .. ' instead of ' .. theirs";
  for (const char* pattern : {"[a", "[",     "[^", "[]",    "[%", "[%a", "%",  "(",   "(a",  ")",    "a)", "(()",
                              "%1", "(a%1)", "%0", "(a)%2", "%b", "%ba", "%f", "%fa", "%f[", "%f[a", "a%"}) {
    EXPECT_EQ(state.text(compare, {"a", pattern}), "true") << pattern;
  }
  EXPECT_EQ(state.text("return pcall(string.match, 'a', ('()'):rep(33))"), "false|too many captures");
  EXPECT_EQ(state.text("return select('#', string.match('a', ('()'):rep(32)))"), "32");
  for (const char* replacement : {"%", "%2", "%9", "%a", "x%", "%1%", "%%", "%0%1"}) {
    expect_the_same(state, "a", "a", replacement);
    expect_the_same(state, "ab", "(a)()", replacement);
  }
}

TEST(Pattern, answers_as_lua_does_on_thousands_of_random_patterns) {
  TestState state;
  std::mt19937 random(20261122);
  constexpr std::string_view pieces[] = {"a",    "b",     "ab",    ".",  "%a", "%d",   "%s",     "%W",    "[ab]",
                                         "[^a]", "[a-c]", "[%d_]", "*",  "+",  "-",    "?",      "(",     ")",
                                         "()",   "^",     "$",     "%1", "%2", "%b()", "%f[%a]", "%f[b]", "(a)",
                                         "(.-)", "(%a*)", "1",     "_",  " ",  "%",    "[",      "]",     "%0"};
  constexpr std::string_view letters = "aaabbbc1_ ()A;";
  const auto pick = [&](std::size_t n) { return random() % n; };
  for (int i = 0; i < 3000; ++i) {
    std::string subject, pattern;
    for (std::size_t n = pick(16); n > 0; --n) subject += letters[pick(letters.size())];
    for (std::size_t n = 1 + pick(7); n > 0; --n) pattern += pieces[pick(std::size(pieces))];
    expect_the_same(state, subject, pattern, "<%1%0>", false);
    if (HasFailure()) return;
  }
}

TEST(Pattern, ends_at_its_budget_when_it_backtracks_for_ever) {
  for (const char* chunk :
       {"return (('a'):rep(40)):find(('a*'):rep(30) .. 'b')", "return (('a'):rep(40)):match(('a-'):rep(30) .. 'b')",
        "return (('a'):rep(40)):gsub(('a?'):rep(40) .. ('a'):rep(40) .. 'b', 'x')",
        "for m in (('a'):rep(40)):gmatch(('.-'):rep(20) .. 'b') do end",
        "return (('a'):rep(1000000)):find('.-.-.-b')"}) {
    TestState state({.instructions = 3'000'000});
    EXPECT_EQ(state.text(chunk), "spent") << chunk;
    EXPECT_LT(state.budget().instructions_used, 4'000'000U) << chunk;
  }
}

TEST(Pattern, charges_for_every_kind_of_work) {
  for (const char* chunk : {"local s = ('a'):rep(100000) for i = 1, 10000 do s:find('%d') end",
                            "local s = ('a'):rep(100000) for i = 1, 10000 do s:find('b', 1, true) end",
                            "local s = ('a'):rep(100000) for i = 1, 10000 do s:match('a*') end",
                            "local s = ('('):rep(100000) for i = 1, 10000 do s:match('%b()') end",
                            "local s = ('a'):rep(100000) for i = 1, 10000 do s:gsub('^a', s) end",
                            "local s = ('a'):rep(100000) for i = 1, 10000 do s:gsub('a', {}) end",
                            "local s = ('ab'):rep(100000) for i = 1, 10000 do s:find('^(.*)%1$') end",
                            "local s = ('[a]'):rep(10000) for i = 1, 100000 do (''):find(s) end"}) {
    TestState state({.instructions = 2'000'000});
    EXPECT_EQ(state.text(chunk), "spent") << chunk;
  }
}

TEST(Pattern, has_no_limit_on_its_length_but_memory) {
  TestState state;
  EXPECT_EQ(state.text("local p = ('a?'):rep(5000) return #(('a'):rep(5000)):match(p)"), "5000");
  EXPECT_EQ(state.text("local p = ('[ab]'):rep(5000) return #(('a'):rep(5000)):match(p)"), "5000");
}

TEST(Pattern, frees_what_gsub_holds_when_its_function_raises) {
  TestState state;
  const std::size_t before = state.budget().memory_used;
  EXPECT_EQ(state.text("return pcall(string.gsub, ('ab'):rep(50000), 'b', function() error('no', 0) end)"), "false|no");
  lua_gc(state.lua(), LUA_GCCOLLECT);
  EXPECT_LT(state.budget().memory_used, before + 20000);
}

}  // namespace
}  // namespace otklik::scenario
