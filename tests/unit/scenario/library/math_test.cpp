#include <gtest/gtest.h>

#include "unit/scenario/library/test_state.hpp"

namespace otklik::scenario {
namespace {

TEST(MathLibrary, has_what_lua_has) {
  TestState state;
  EXPECT_EQ(state.text("local missing = {} for name in pairs(stock.math) do if math[name] == nil then "
                       "missing[#missing + 1] = name end end table.sort(missing) return table.concat(missing, ' ')"),
            "atan2 cosh frexp ldexp log10 pow sinh tanh");  // left from before 5.3
  EXPECT_EQ(state.text("return math.floor(2.7), math.tointeger(3.0), math.maxinteger, math.huge, math.type(1)"),
            "2|3|9223372036854775807|inf|integer");
}

TEST(MathLibrary, draws_within_the_range_asked_for) {
  TestState state;
  EXPECT_EQ(state.text(R"(
    local seen = {}
    for i = 1, 2000 do
      local n = math.random(6)
      assert(math.type(n) == 'integer' and n >= 1 and n <= 6)
      seen[n] = true
      local f = math.random()
      assert(f >= 0 and f < 1)
      local r = math.random(-3, 3)
      assert(r >= -3 and r <= 3)
      math.random(0)
      math.random(math.mininteger, math.maxinteger)
    end
    return #seen)"),
            "6");
}

TEST(MathLibrary, repeats_itself_after_the_same_seed_only) {
  TestState a, b;
  const char* seeded = "math.randomseed(42) return math.random(0), math.random(1000)";
  const char* unseeded = "return math.random(0), math.random(0)";
  EXPECT_EQ(a.text(seeded), b.text(seeded));
  EXPECT_EQ(a.text(unseeded), b.text(unseeded));  // both went on from the seed
  TestState c, d;
  EXPECT_NE(c.text(unseeded), d.text(unseeded));
  EXPECT_EQ(c.text("return select('#', math.randomseed())"), "2");
  EXPECT_EQ(c.text("return math.randomseed(1, 2)"), "1|2");
  EXPECT_EQ(c.text("math.randomseed(1.5) return 'a fraction is a seed too'"), "a fraction is a seed too");
}

TEST(MathLibrary, complains_as_lua_does) {
  TestState state;
  EXPECT_EQ(state.text("math.random(2, 1)"), "error: test:1: bad argument #2 to 'random' (interval is empty)");
  EXPECT_EQ(state.text("math.random(1, 2, 3)"), "error: test:1: wrong number of arguments");
  EXPECT_EQ(state.text("math.random('x')"), "error: test:1: bad argument #1 to 'random' (number expected, got string)");
}

}  // namespace
}  // namespace otklik::scenario
