// Waiting, sub-scenarios, coroutines around both.
#include <gmock/gmock.h>

#include "unit/scenario/host_fixture.hpp"

namespace otklik::scenario {
namespace {

using Kind = core::ScriptEnd::Kind;
using ::testing::HasSubstr;

class FlowTest : public HostTest {};

TEST_F(FlowTest, sleeps_and_goes_on) {
  EXPECT_EQ(value("local x = 1 sleep(0.01) x = x + 1 sleep(0) return x"), "2");
  EXPECT_THAT(run_text("sleep(-1)").error, HasSubstr("negative"));
  EXPECT_THAT(run_text("sleep('soon')").error, HasSubstr("number expected"));
}

TEST_F(FlowTest, sleeps_within_protected_calls_and_coroutines) {
  EXPECT_EQ(
      value("local ok, v = pcall(function() sleep(0.001) return 'a' end) "
            "local c = coroutine.wrap(function() sleep(0.001) coroutine.yield('b') sleep(0.001) return 'c' end) "
            "local d = coroutine.wrap(function() local e = coroutine.wrap(function() sleep(0.001) return 'd' end) "
            "return e() end) "
            "local _, m = pcall(function() sleep(0.001) error('e', 0) end) "
            "return v .. c() .. c() .. d() .. m"),
      "abcde");
}

TEST_F(FlowTest, refuses_to_wait_where_it_cannot_be_suspended) {
  EXPECT_THAT(run_text("('x'):gsub('x', function() sleep(0) end)").error, HasSubstr("cannot be called here"));
  EXPECT_THAT(run_text("('x'):gsub('x', function() coroutine.wrap(function() sleep(0) end)() end)").error,
              HasSubstr("cannot be called here"));
}

TEST_F(FlowTest, thousands_wait_at_once_on_one_thread) {
  options.threads = 1;
  write("Wait", "sleep(0.05) return param[1]");
  std::vector<std::future<core::ScriptEnd>> ends;
  for (int i = 0; i < 2000; ++i) ends.push_back(start("Wait", {std::to_string(i), "", "", "", ""}));
  for (int i = 0; i < 2000; ++i) EXPECT_EQ(ends[static_cast<std::size_t>(i)].get().returns[0], std::to_string(i));
}

TEST_F(FlowTest, calls_a_sub_scenario_as_a_function) {
  write("Sum", "return param[1] + param[2], scenario, #param[3]");
  EXPECT_EQ(value("local a, b, c = call('Sum', 1, '2') return a .. b .. c .. scenario"), "3Sum0Test");
}

TEST_F(FlowTest, shares_variables_with_a_sub_scenario_both_ways) {
  write("Sub", "seen = given .. 'x' given = 'changed'");
  EXPECT_EQ(value("given = 'a' call('Sub') return seen .. given"), "axchanged");
}

TEST_F(FlowTest, keeps_parameters_and_results_of_each_scenario_apart) {
  write("Sub", "result[1] = 'sub' param[1] = 'y'");
  EXPECT_EQ(value("result[2] = '404' local r = call('Sub', 'x') return r .. param[1]", {"mine", "", "", "", ""}),
            "submine");
}

TEST_F(FlowTest, hands_tables_and_numbers_to_a_sub_scenario_as_text) {
  write("Show", "return table.concat(param, '|')");
  EXPECT_EQ(value("return call('Show', {a = 1}, 2.0, 2.5, true, nil)"), R"({"a":1}|2|2.5|true|)");
  EXPECT_THAT(run_text("call('Show', print)").error, HasSubstr("a parameter is a function"));
}

TEST_F(FlowTest, says_why_a_sub_scenario_does_not_start) {
  write("Off", "--!disabled\nreturn 1");
  write("Bad", "return return");
  EXPECT_EQ(value("local _, m, code = call('Nobody') return code"), "notfound");
  EXPECT_EQ(value("local _, m, code = call('Off') return code"), "disabled");
  EXPECT_EQ(value("local _, m, code = call('Bad') return code"), "broken");
  EXPECT_EQ(value("local _, m, code = call('../x') return code"), "badparameter");
}

TEST_F(FlowTest, an_error_of_a_sub_scenario_is_an_error_of_the_call) {
  write("Fail", "local x = nil\nreturn x.y");
  EXPECT_THAT(run_text("call('Fail')").error, HasSubstr("Fail.lua:2:"));
  EXPECT_EQ(
      value("local ok, why = pcall(call, 'Fail') return tostring(ok) .. scenario .. param[1]", {"p", "", "", "", ""}),
      "falseTestp");
}

TEST_F(FlowTest, a_sub_scenario_waits_too) {
  write("Sub", "sleep(0.001) local v = call('Deeper') sleep(0.001) return v .. 'b'");
  write("Deeper", "sleep(0.001) return 'a'");
  EXPECT_EQ(value("return call('Sub') .. 'c'"), "abc");
}

TEST_F(FlowTest, bounds_the_depth_of_sub_scenarios) {
  write("Test", "call('Test')");
  EXPECT_THAT(run("Test").error, HasSubstr("sub-scenarios within each other"));
}

TEST_F(FlowTest, exit_leaves_only_the_sub_scenario) {
  write("Sub", "pcall(function() exit('early') end) return 'late'");
  EXPECT_EQ(value("return call('Sub') .. '!'"), "early!");
}

TEST_F(FlowTest, replaces_a_scenario_by_another_that_sees_its_variables) {
  write("Second", "return kept .. param[1] .. scenario .. result[2], nil, 'three'");
  const auto end =
      run_text("kept = 'k' result[2] = '201' pcall(replace, 'Second') return 'never'", {"p", "", "", "", ""});
  EXPECT_EQ(end.returns, (std::array<std::string, 3>{"kpSecond201", "201", "three"})) << end.error;
}

TEST_F(FlowTest, replaces_with_parameters_and_again_and_again) {
  write("Count", "local n = tonumber(param[1]) if n == 0 then return 'done' end replace('Count', n - 1)");
  EXPECT_EQ(run("Count", {"500", "", "", "", ""}).returns[0], "done");
}

TEST_F(FlowTest, a_sub_scenario_may_be_replaced_and_returns_to_its_caller) {
  write("First", "replace('Second', 'x')");
  write("Second", "return 'second ' .. param[1]");
  EXPECT_EQ(value("return call('First') .. '!'"), "second x!");
  EXPECT_EQ(value("local _, _, code = replace('Nobody') return code"), "notfound");
}

TEST_F(FlowTest, tells_the_journal_of_sub_scenarios_with_their_parent) {
  write("Sub", "return 1");
  write("Last", "return 2");
  write("Main", "call('Sub') replace('Last')");
  run("Main");
  const auto started = journal.all<core::ScriptStarted>();
  const auto ended = journal.all<core::ScriptEnded>();
  ASSERT_EQ(started.size(), 3U);
  ASSERT_EQ(ended.size(), 3U);
  EXPECT_EQ(started[1].scenario, "Sub");
  EXPECT_EQ(started[1].parent, started[0].run);
  EXPECT_EQ(started[2].scenario, "Last");
  EXPECT_EQ(started[2].parent, started[0].run);
  EXPECT_EQ(ended[0].run, started[1].run);
  EXPECT_EQ(ended[1].run, started[2].run);
  EXPECT_EQ(ended[2].run, started[0].run);
  EXPECT_EQ(ended[2].scenario, "Main");
}

TEST_F(FlowTest, tells_the_journal_of_the_end_of_every_sub_scenario_that_fails) {
  write("Inner", "while true do end");
  write("Outer", "pcall(call, 'Nothing') pcall(call, 'Fails') call('Inner')");
  write("Fails", "error('x')");
  options.limits.instructions = 100'000;
  EXPECT_EQ(run("Outer").kind, Kind::budget_instructions);
  const auto ended = journal.all<core::ScriptEnded>();
  ASSERT_EQ(ended.size(), 3U);
  EXPECT_EQ(ended[0].kind, Kind::failed);
  EXPECT_EQ(ended[1].kind, Kind::budget_instructions);
  EXPECT_EQ(ended[2].kind, Kind::budget_instructions);
}

TEST_F(FlowTest, does_not_yield_out_of_a_sub_scenario) {
  write("Yields", "coroutine.yield(1)");
  write("Waits", "sleep(0.001) coroutine.yield(1)");
  EXPECT_THAT(run_text("local c = coroutine.wrap(function() call('Yields') end) c()").error,
              HasSubstr("out of a sub-scenario"));
  EXPECT_THAT(run_text("local c = coroutine.wrap(function() call('Waits') end) c()").error,
              HasSubstr("out of a sub-scenario"));
  EXPECT_THAT(run_text("coroutine.yield(1)").error, HasSubstr("outside a coroutine"));
}

TEST_F(FlowTest, has_coroutines_as_lua_has_them) {
  EXPECT_EQ(value("local c = coroutine.create(function(a) return a end) local s = coroutine.status(c) "
                  "local ok, v = coroutine.resume(c, 'v') local again, why = coroutine.resume(c) "
                  "return s .. tostring(ok) .. v .. coroutine.status(c) .. tostring(again) .. why"),
            "suspendedtruevdeadfalsecannot resume dead coroutine");
  EXPECT_EQ(value("local main, is_main = coroutine.running() local seen "
                  "coroutine.wrap(function() seen = coroutine.status(main) .. tostring(select(2, coroutine.running())) "
                  ".. tostring(coroutine.isyieldable()) .. tostring(pcall(coroutine.resume, main)) end)() "
                  "return tostring(is_main) .. tostring(coroutine.isyieldable()) .. seen"),
            "truefalsenormalfalsetruetrue");
  EXPECT_EQ(value("local c = coroutine.wrap(function() error('x') end) local ok, why = pcall(c) return why"),
            "Test.lua:1: x");
  EXPECT_EQ(value("local c = coroutine.create(function() local x <close> = setmetatable({}, {__close = function() "
                  "error('closing', 0) end}) coroutine.yield() end) coroutine.resume(c) "
                  "local ok, why = coroutine.close(c) return tostring(ok) .. why"),
            "falseclosing");
}

}  // namespace
}  // namespace otklik::scenario
