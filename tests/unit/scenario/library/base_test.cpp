#include <gtest/gtest.h>

#include "unit/scenario/library/test_state.hpp"

namespace otklik::scenario {
namespace {

TEST(BaseLibrary, has_nothing_that_loads_code_or_reaches_files) {
  TestState state;
  EXPECT_EQ(state.text("return load, loadfile, dofile, require, collectgarbage, print, warn, os, io, package, debug"),
            "nil|nil|nil|nil|nil|nil|nil|nil|nil|nil|nil");
  EXPECT_EQ(state.text("return _VERSION, type(nil), tostring(12), tonumber('0x10'), tonumber('zz', 36)"),
            "Lua 5.4|nil|12|16|1295");
}

TEST(BaseLibrary, sets_metatables_but_no_finalizer) {
  TestState state;
  EXPECT_EQ(state.text("return setmetatable({}, {__index = {x = 1}}).x, getmetatable('').__index == string"), "1|true");
  EXPECT_EQ(state.text("setmetatable({}, {__gc = function() end})"),
            "error: test:1: bad argument #2 to 'setmetatable' (a scenario has no finalizers ('__gc'))");
  EXPECT_EQ(state.text("setmetatable({}, 1)"),
            "error: test:1: bad argument #2 to 'setmetatable' (nil or table expected, got number)");
  EXPECT_EQ(state.text("setmetatable(1, {})"),
            "error: test:1: bad argument #1 to 'setmetatable' (table expected, got number)");
  EXPECT_EQ(state.text("setmetatable(setmetatable({}, {__metatable = 1}), {})"),
            "error: test:1: cannot change a protected metatable");
  EXPECT_EQ(state.text("return getmetatable(setmetatable(setmetatable({}, {}), nil))"), "nil");
}

TEST(BaseLibrary, charges_a_conversion_of_a_long_text) {
  TestState state({.instructions = 1'000'000});
  EXPECT_EQ(state.text("local s = ('1'):rep(100000) for i = 1, 1000 do tonumber(s) end"), "spent");
}

}  // namespace
}  // namespace otklik::scenario
