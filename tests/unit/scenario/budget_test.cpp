// What a scenario does wrong costs itself, and nobody else.
#include <gmock/gmock.h>

#include "unit/scenario/host_fixture.hpp"

namespace otklik::scenario {
namespace {

using Kind = core::ScriptEnd::Kind;
using ::testing::AnyOf;

class BudgetTest : public HostTest {
 protected:
  BudgetTest() {
    options.limits.memory = 4 * 1024 * 1024;
    options.limits.instructions = 3'000'000;
  }
  Kind end_of(std::string_view text) { return run_text(text).kind; }
};

TEST_F(BudgetTest, ends_an_endless_loop) { EXPECT_EQ(end_of("while true do end"), Kind::budget_instructions); }

TEST_F(BudgetTest, ends_endless_recursion_as_an_error_of_the_scenario) {
  EXPECT_THAT(end_of("local function f() return 1 + f() end f()"), AnyOf(Kind::failed, Kind::budget_memory));
}

TEST_F(BudgetTest, ends_whoever_takes_too_much_memory) {
  EXPECT_EQ(end_of("local t = {} for i = 1, 1e9 do t[i] = 'entry ' .. i end"), Kind::budget_memory);
  EXPECT_EQ(end_of("local s = 'x' while true do s = s .. s end"), Kind::budget_memory);
  EXPECT_EQ(end_of("local t = {} while true do t[#t + 1] = function() return t end end"), Kind::budget_memory);
  EXPECT_EQ(end_of("local t = {} while true do t[#t + 1] = coroutine.create(print) end"), Kind::budget_memory);
}

TEST_F(BudgetTest, ends_bombs_of_library_functions) {
  for (const char* bomb : {
           "return ('x'):rep(1e9)",
           "return ('x'):rep(1e6, ('y'):rep(1e6))",
           "local t = {} for i = 1, 4000 do t[i] = ('x'):rep(1000) end return table.concat(t, ('y'):rep(2000))",
           "return (('a'):rep(3000)):gsub('a', ('b'):rep(3000))",
           "local t = {} for i = 1, 100000 do t[i] = i end for i = 1, 1e9 do table.concat(t) end",
           "return string.format('%99s', 'x'):rep(1e8)",
       }) {
    EXPECT_THAT(end_of(bomb), AnyOf(Kind::budget_memory, Kind::budget_instructions)) << bomb;
  }
}

TEST_F(BudgetTest, ends_a_pattern_that_backtracks_for_ever) {
  EXPECT_EQ(end_of("return (('a'):rep(40)):find(('a*'):rep(20) .. 'b')"), Kind::budget_instructions);
}

TEST_F(BudgetTest, lets_no_protected_call_swallow_the_end) {
  for (const char* text : {
           "while true do pcall(function() while true do end end) end",
           "while true do xpcall(function() while true do end end, function() return 1 end) end",
           "while true do xpcall(error, function() while true do end end) end",
           "while true do pcall(error, {}) end",
           "pcall(pcall, pcall, function() while true do end end) return 'escaped'",
       }) {
    EXPECT_EQ(end_of(text), Kind::budget_instructions) << text;
  }
}

TEST_F(BudgetTest, ends_protected_calls_that_nest_for_ever) {
  EXPECT_THAT(end_of("local function f() pcall(f) while true do pcall(f) end end f()"),
              AnyOf(Kind::budget_instructions, Kind::budget_memory));
}

TEST_F(BudgetTest, lets_no_protected_call_swallow_the_lack_of_memory) {
  EXPECT_EQ(end_of("local ok = pcall(function() local t = {} while true do t[#t + 1] = {} end end) return 'escaped'"),
            Kind::budget_memory);
  EXPECT_EQ(end_of("local c = coroutine.create(function() local t = {} while true do t[#t + 1] = {} end end) "
                   "coroutine.resume(c) return 'escaped'"),
            Kind::budget_memory);
}

TEST_F(BudgetTest, lets_no_coroutine_swallow_the_end) {
  for (const char* text : {
           "local c = coroutine.create(function() while true do end end) coroutine.resume(c) return 'escaped'",
           "while true do coroutine.wrap(function() for i = 1, 900 do end end)() end",
           "while true do local c = coroutine.create(function() coroutine.yield() end) coroutine.resume(c) "
           "coroutine.close(c) end",
           "local function f() local c = coroutine.wrap(f) c() end while true do pcall(f) end",
           "local c = coroutine.wrap(function() while true do coroutine.yield() end end) while true do c() end",
       }) {
    EXPECT_EQ(end_of(text), Kind::budget_instructions) << text;
  }
}

TEST_F(BudgetTest, lets_no_metamethod_outlive_the_end) {
  for (const char* text : {
           "local x <close> = setmetatable({}, {__close = function() while true do end end}) while true do end",
           "local x <close> = setmetatable({}, {__close = function() while true do end end}) error('x')",
           "local c = coroutine.create(function() local x <close> = setmetatable({}, {__close = function() while true "
           "do end end}) coroutine.yield() end) coroutine.resume(c) coroutine.close(c)",
           "return setmetatable({}, {__index = function() while true do end end}).x",
           "table.sort({3, 2, 1}, function() while true do end end)",
           "return ('x'):gsub('x', function() while true do end end)",
           "local ok, e = pcall(function() error(setmetatable({}, {__index = function() while true do end end})) end) "
           "return e.x",
           "return tostring(setmetatable({}, {__tostring = function() while true do end end}))",
           "pcall(function() local x <close> = setmetatable({}, {__close = function() pcall(error) error('y') end}) "
           "end) "
           "while true do end",
       }) {
    EXPECT_EQ(end_of(text), Kind::budget_instructions) << text;
  }
}

TEST_F(BudgetTest, gives_scenarios_no_finalizers) {
  EXPECT_EQ(end_of("setmetatable({}, {__gc = function() while true do end end})"), Kind::failed);
  // set later, Lua does not see it
  EXPECT_EQ(end_of("local m = {} setmetatable({}, m) m.__gc = function() while true do end end"), Kind::finished);
}

TEST_F(BudgetTest, charges_copies_of_long_texts) {
  options.limits.instructions = 50'000'000;
  options.limits.memory = 64 * 1024 * 1024;
  EXPECT_EQ(end_of("local s = ('x'):rep(8000000) while true do local t = s .. 'y' end"), Kind::budget_instructions);
}

TEST_F(BudgetTest, charges_a_coroutine_for_its_own_copies_only) {
  options.limits.instructions = 20'000'000;
  options.limits.memory = 64 * 1024 * 1024;
  // The long texts are made while a function of the outer coroutine is at work; afterwards it counts as before.
  EXPECT_EQ(end_of("local t = {} for i = 1, 4 do t[i] = ('x'):rep(1500000) end "
                   "local all = table.concat(t, coroutine.wrap(function() for i = 1, 3000 do end return ',' end)()) "
                   "local c = coroutine.wrap(function() for i = 1, 5 do local s = ('y'):rep(1200000) .. i "
                   "for j = 1, 3000 do end coroutine.yield() end end) for i = 1, 5 do c() end "
                   "for i = 1, 200000 do end return #all"),
            Kind::finished);
}

TEST_F(BudgetTest, survives_coroutines_that_close_each_other_in_depth) {
  EXPECT_THAT(end_of("local all = {} for i = 1, 2000 do all[i] = coroutine.create(function() local x <close> = "
                     "setmetatable({}, {__close = function() if all[i + 1] then coroutine.close(all[i + 1]) end end}) "
                     "coroutine.yield() end) coroutine.resume(all[i]) end coroutine.close(all[1])"),
              AnyOf(Kind::finished, Kind::failed, Kind::budget_memory));
}

TEST_F(BudgetTest, ends_a_run_whose_time_is_over) {
  options.limits.time = std::chrono::milliseconds{30};
  options.limits.instructions = ~std::uint64_t{0};
  EXPECT_EQ(end_of("sleep(1000) return 'escaped'"), Kind::budget_time);
  EXPECT_EQ(end_of("while true do end"), Kind::budget_time);
  EXPECT_EQ(end_of("while true do pcall(sleep, 0.001) end"), Kind::budget_time);
}

TEST_F(BudgetTest, ends_cleanly_wherever_memory_runs_out) {
  write("Part", "local t = {} for i = 1, 20 do t[i] = {i} end return json.encode(t)");
  write("All", R"(
    local function try(f, ...) return select(2, pcall(f, ...)) end
    local c = coroutine.wrap(function(a) local b = coroutine.yield(a .. 'x') return b:upper() end)
    local s = c('a') .. c('b')
    local t = setmetatable({}, {__index = function(_, k) return k .. k end})
    for i = 1, 30 do t['key' .. i] = json.encode{i, {a = i}} end
    log.info(t.foo, s)
    s = s .. call('Part', {1, 2, 3}) .. try(error, 'x') .. text.upper('привет')
    sleep(0)
    for word in s:gmatch('%w+') do t[#t + 1] = word end
    global.set('memory', s:sub(1, 10))
    return s, #t, date.now()
  )");
  std::map<Kind, int> ends;
  for (std::size_t memory = 0; memory < 120'000; memory += 700) {
    HostTest::options.limits.memory = memory;
    restart();
    ++ends[run("All").kind];
  }
  EXPECT_GT(ends[Kind::budget_memory], 0);
  EXPECT_GT(ends[Kind::finished], 0);
  EXPECT_EQ(ends.size(), 2U);
}

// --- nobody else notices ---

class NeighbourTest : public HostTest {
 protected:
  NeighbourTest() {
    options.threads = 1;
    options.limits.instructions = ~std::uint64_t{0};
    write("Echo", "return param[1]");
  }
  /// Starts `text`, which never ends, and expects that other runs still end.
  void expect_no_disturbance(std::string_view text) {
    write("Hog", text);
    core::ScriptStart start;
    start.scenario = "Hog";
    std::promise<core::ScriptEnd> hog;
    const auto id = host().start(start, [&](core::ScriptEnd end) { hog.set_value(std::move(end)); });
    ASSERT_TRUE(id.has_value());
    for (int i = 0; i < 20; ++i) EXPECT_EQ(run("Echo", {"x", "", "", "", ""}).returns[0], "x");
    EXPECT_TRUE(host().stop_run(*id));
    EXPECT_EQ(hog.get_future().get().kind, Kind::stopped) << text;
  }
};

TEST_F(NeighbourTest, an_endless_loop_disturbs_no_other_run) { expect_no_disturbance("while true do end"); }

TEST_F(NeighbourTest, an_endless_loop_in_a_coroutine_disturbs_no_other_run) {
  expect_no_disturbance("coroutine.wrap(function() coroutine.wrap(function() while true do end end)() end)()");
}

TEST_F(NeighbourTest, a_loop_in_a_callback_that_cannot_be_suspended_disturbs_no_other_run) {
  expect_no_disturbance("('x'):gsub('x', function() while true do end end)");
}

TEST_F(NeighbourTest, a_pattern_that_backtracks_disturbs_no_other_run) {
  expect_no_disturbance("return (('a'):rep(60)):find(('a*'):rep(30) .. 'b')");
}

TEST_F(NeighbourTest, a_loop_in_a_sub_scenario_disturbs_no_other_run) {
  write("Endless", "while true do end");
  expect_no_disturbance("call('Endless')");
}

TEST_F(NeighbourTest, a_loop_of_failed_protected_calls_disturbs_no_other_run) {
  expect_no_disturbance("while true do pcall(error, 'x') end");
}

// --- suspended anywhere, a scenario computes the same ---

constexpr const char* many_features = R"(
  local out = {}
  local function put(...) for i = 1, select('#', ...) do out[#out + 1] = tostring((select(i, ...))) end end
  local function sum(...) local s = 0 for _, v in ipairs{...} do s = s + v end return s, select('#', ...) end
  put(sum(1, 2, sum(3, 4)))
  put((sum(table.unpack({1, 2, 3}))))
  local mt = {}
  mt.__add = function(a, b) return setmetatable({v = a.v + b.v}, mt) end
  mt.__lt = function(a, b) return a.v < b.v end
  mt.__le = function(a, b) return a.v <= b.v end
  mt.__eq = function(a, b) return a.v == b.v end
  mt.__concat = function(a, b) return (type(a) == 'table' and a.v or a) .. '~' .. (type(b) == 'table' and b.v or b) end
  mt.__index = function(t, k) return k .. '?' end
  mt.__newindex = function(t, k, v) rawset(t, k, v .. '!') end
  mt.__call = function(self, x, y) return self.v + x + y, 'called' end
  mt.__len = function(t) return t.v end
  mt.__unm = function(t) return -t.v end
  mt.__close = function(t, e) put('close', t.v, e) end
  local function new(v) return setmetatable({v = v}, mt) end
  local a, b = new(1), new(2)
  put((a + b).v, a < b, a <= b, a == b, a .. 'x' .. b, a.zzz, #b, -b, a(3, 4))
  a.q = 'w' put(a.q)
  do local x <close> = new(7) local y <close> = new(8) put('in') end
  put(pcall(function() local x <close> = new(9) error('boom', 0) end))
  for i = 10, 1, -3 do put(i) end
  for i = 1.0, 2.0, 0.25 do put(i) end
  for k, v in next, {10, 20, 30} do put(k, v) end
  local t = {1, 2, 3, nil, 5, n = 6, sum(1, 1)}
  put(#t >= 3, t.n, t[6], t[7])
  goto skip
  put('never')
  ::skip::
  local co = coroutine.wrap(function(...)
    local got = {...}
    for i = 1, 3 do got[#got + 1] = coroutine.yield(i, #got) end
    return table.concat(got, ',')
  end)
  put(co('a', 'b')) put(co('c')) put(co('d')) put(co('e'))
  local gen = coroutine.wrap(function() for i = 1, 4 do pcall(function() coroutine.yield(i * i) end) end end)
  for v in gen do put(v) end
  put((pcall(coroutine.wrap(function() error({}) end))))
  local c = coroutine.create(function() local x <close> = new(11) coroutine.yield(1) end)
  put(coroutine.resume(c)) put(coroutine.close(c), coroutine.status(c))
  local words = {}
  for w in ('the quick brown fox'):gmatch('%a+') do words[#words + 1] = w:upper() end
  table.sort(words, function(x, y) return x > y end)
  put(table.concat(words, ' '))
  put((('hello'):gsub('l', function(x) return '<' .. x .. '>' end)))
  local n = 0 while n < 20 do n = n + 1 if n % 2 == 0 then goto continue end put(n) ::continue:: end
  repeat local z = n n = n - 7 until z < 5
  put(n, 7 // 2, 7 % -3, 2 ^ 10, 1 << 4, ~0, 5 & 6, 'a' < 'b', not nil, nil == false, 1 == 1.0, math.maxinteger + 1 < 0)
  local function outer() local up = 0 return function() up = up + 1 return up end end
  local f, g = outer(), outer() put(f(), f(), g())
  local function tail(k) if k == 0 then return 'tail' end return tail(k - 1) end put(tail(50))
  put(select(-1, 1, 2, 3), (select('#')))
  put(xpcall(function() return nil + 1 end, function(m) return 'handled' end))
  put(call('Sub', 'p', 2))
  return table.concat(out, ' ')
)";

TEST_F(HostTest, a_scenario_suspended_after_every_instruction_computes_the_same) {
  write("Sub", "local a, b = param[1], param[2] + 1 return a .. b, 'second'");
  write("Features", many_features);
  write("Busy", "while true do end");
  options.limits.instructions = ~std::uint64_t{0};
  const auto expected = run("Features");
  ASSERT_EQ(expected.kind, Kind::finished) << expected.error;
  for (const int look_every : {1, 2, 3, 7}) {
    options.look_every = look_every;
    options.slice = std::chrono::milliseconds{0};
    options.threads = 1;
    restart();
    core::ScriptStart busy;
    busy.scenario = "Busy";
    const auto id = host().start(busy, {});  // so that there is always somebody who wants the thread
    ASSERT_TRUE(id.has_value());
    const auto end = run("Features");
    EXPECT_EQ(end.kind, Kind::finished) << end.error;
    EXPECT_EQ(end.returns[0], expected.returns[0]);
    EXPECT_TRUE(host().stop_run(*id));
  }
}

}  // namespace
}  // namespace otklik::scenario
