#include <gtest/gtest.h>

#include "unit/scenario/library/test_state.hpp"

namespace otklik::scenario {
namespace {

TEST(TableLibrary, has_what_lua_has) {
  TestState state;
  EXPECT_EQ(state.text("for name in pairs(stock.table) do assert(table[name], name) end"), "");
}

TEST(TableLibrary, answers_as_lua_does) {
  TestState state;
  const char* calls[] = {
      "t.concat({1, 2, 'x'}, ', ')",
      "t.concat({1, 2, 3}, '-', 2, 3)",
      "t.concat({1, 2, 3}, '-', 3, 2)",
      "t.concat({})",
      "t.concat({1, {}, 3})",
      "t.concat({1, 2}, ',', 1, 5)",
      "t.concat({[math.maxinteger] = 'last'}, ',', math.maxinteger, math.maxinteger)",
      "t.concat(setmetatable({}, {__len = function() return 3 end, __index = function(_, i) return i * 2 end}), ' ')",
      "t.concat(nil)",
      "t.concat({}, {})",
      "(function() local x = {1, 2} t.insert(x, 3) t.insert(x, 1, 0) return t.concat(x, ' ') end)()",
      "t.insert({1, 2, 3}, 6, 4)",
      "t.insert({1, 2, 3}, 0, 4)",
      "t.insert({1, 2, 3})",
      "t.insert({1}, 1, 2, 3)",
      "t.insert(nil, 1)",
      "(function() local x = {1, 2, 3} local a, b = t.remove(x), t.remove(x, 1) return a, b, #x, x[1] end)()",
      "t.remove({})",
      "t.remove({}, 0)",
      "t.remove({1, 2, 3}, 4)",
      "t.remove({[0] = 'zero'}, 0)",
      "t.concat(t.move({1, 2, 3}, 1, 3, 2), ' ')",
      "t.concat(t.move({1, 2, 3}, 2, 3, 1), ' ')",
      "t.concat(t.move({1, 2, 3}, 1, 3, 1, {}), ' ')",
      "t.concat(t.move({1, 2, 3}, 1, 0, 5), ' ')",
      "t.move({}, 1, math.maxinteger, 2)",
      "t.move({}, -1, math.maxinteger, 2)",
      "t.move({}, 1, 2)",
      "t.pack(1, nil, 3).n",
      "t.unpack({1, 2, 3})",
      "t.unpack({1, 2, 3}, 2)",
      "t.unpack({1, 2, 3}, 2, 5)",
      "t.unpack({1}, 5, 1)",
      "t.unpack({}, math.mininteger, math.maxinteger)",
      "t.unpack({}, 1, 1e8)",
      "t.unpack({}, math.maxinteger, math.maxinteger)",
      "(function() local x = {5, 2, 8, 1, 9, 3, 7} t.sort(x) return t.concat(x, ' ') end)()",
      "(function() local x = {5, 2, 8, 1} t.sort(x, function(a, b) return a > b end) return t.concat(x, ' ') end)()",
      "(function() local x = {'b', 'a', 'В', 'A'} t.sort(x) return t.concat(x, ' ') end)()",
      "t.sort({1, 'x'})",
      "t.sort({1, 2}, 1)",
      "t.sort({1, 2, nil, 4})",
  };
  for (const char* call : calls) {
    const std::string ours = state.text(std::string("local t = table return ") + call);
    std::string theirs = state.text(std::string("local t = stock.table return ") + call);
    EXPECT_EQ(ours, theirs) << call;
  }
  // Lua 5.4.4 names the wrong argument here.
  for (const char* place : {"0", "5"}) {
    EXPECT_EQ(state.text(std::string("table.remove({1, 2, 3}, ") + place + ")"),
              "error: test:1: bad argument #2 to 'remove' (position out of bounds)");
  }
}

TEST(TableLibrary, sorts_any_number_of_values_and_keeps_equal_ones_in_order) {
  TestState state;
  EXPECT_EQ(state.text(R"(
    for n = 0, 200 do
      local list, check = {}, {}
      for i = 1, n do list[i] = {key = math.random(20), place = i} end
      table.sort(list, function(a, b) return a.key < b.key end)
      for i = 2, n do
        local a, b = list[i - 1], list[i]
        assert(a.key < b.key or (a.key == b.key and a.place < b.place))
      end
    end
    local numbers = {}
    for i = 1, 5000 do numbers[i] = math.random() end
    table.sort(numbers)
    for i = 2, 5000 do assert(numbers[i - 1] <= numbers[i]) end
    return 'sorted')"),
            "sorted");
}

TEST(TableLibrary, survives_a_comparator_that_contradicts_itself_or_fails) {
  TestState state;
  EXPECT_EQ(state.text(R"(
    local list = {}
    for i = 1, 500 do list[i] = i end
    table.sort(list, function() return true end)
    table.sort(list, function() return math.random(2) == 1 end)
    local sum = 0
    for i = 1, 500 do sum = sum + list[i] end
    assert(sum == 125250)
    local copy = table.pack(table.unpack(list))
    assert(not pcall(table.sort, list, function() error('no') end))
    for i = 1, 500 do assert(list[i] == copy[i]) end
    return 'as it was')"),
            "as it was");
}

TEST(TableLibrary, ends_at_its_budget_over_ranges_without_end) {
  for (const char* chunk : {
           "table.insert(setmetatable({}, {__len = function() return 1 << 53 end}), 1, 1)",
           "table.remove(setmetatable({}, {__len = function() return 1 << 53 end}), 1)",
           "table.move({}, 1, 1 << 53, 2)",
           "table.move({}, 1, 1 << 53, 2, {})",
           "table.concat(setmetatable({}, {__index = function() return '' end}), '', 1, 1 << 53)",
           "local t = {} for i = 1, 2000 do t[i] = '' end while true do table.concat(t) end",
           "while true do table.unpack({}, 1, 10000) end",
           "local t = {} for i = 1, 2000 do t[i] = i end while true do table.sort(t) end",
           "table.sort({2, 1}, function() while true do end end)",
           "local t = {} while true do table.insert(t, 1, 1) end",
       }) {
    TestState state({.instructions = 1'000'000});
    EXPECT_EQ(state.text(chunk), "spent") << chunk;
    EXPECT_LT(state.budget().instructions_used, 1'100'000U) << chunk;
  }
  TestState state;
  EXPECT_EQ(state.text("return pcall(table.sort, setmetatable({}, {__len = function() return (1 << 31) - 2 end}))"),
            "false|not enough memory");
  EXPECT_EQ(state.text("table.sort(setmetatable({}, {__len = function() return 1 << 53 end}))"),
            "error: test:1: bad argument #1 to 'sort' (array too big)");
}

}  // namespace
}  // namespace otklik::scenario
