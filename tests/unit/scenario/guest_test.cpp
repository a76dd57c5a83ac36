// Runs that begin on the thread that starts them: only what is quick may happen there.
#include <gmock/gmock.h>

#include "unit/scenario/host_fixture.hpp"

namespace otklik::scenario {
namespace {

using Kind = core::ScriptEnd::Kind;

class GuestTest : public HostTest {
 protected:
  /// Starts it; whether it ended on this thread.
  bool ends_here(const std::string& name, std::array<std::string, 5> parameters = {}) {
    end_ = start(name, std::move(parameters)).get();
    return journal.asked_by.load() == std::this_thread::get_id();
  }
  bool text_ends_here(std::string_view text, std::array<std::string, 5> parameters = {}) {
    const std::string name = "Text" + std::to_string(++number_);
    write(name, text);
    return ends_here(name, std::move(parameters));
  }

  core::ScriptEnd end_;

 private:
  int number_ = 0;
};

TEST_F(GuestTest, ends_where_it_was_started_when_it_does_nothing_that_takes_long) {
  EXPECT_TRUE(text_ends_here("return param[1]", {"abc", "", "", "", ""}));
  EXPECT_EQ(end_.returns[0], "abc");
  EXPECT_TRUE(text_ends_here("local n = 0 for i = 1, 100 do n = n + i end return tostring(n) .. type(n)"));
  EXPECT_EQ(end_.returns[0], "5050number");
  EXPECT_TRUE(text_ends_here("result[1] = math.floor(2.5) + startparam1", {"1", "", "", "", ""}));
  EXPECT_EQ(end_.returns[0], "3");
  EXPECT_TRUE(text_ends_here("error('no')"));
  EXPECT_EQ(end_.kind, Kind::failed);
}

TEST_F(GuestTest, begins_with_a_worker_when_it_names_or_gets_what_may_take_long) {
  EXPECT_FALSE(text_ends_here("return string.rep('x', 3)"));
  EXPECT_EQ(end_.returns[0], "xxx");
  EXPECT_FALSE(text_ends_here("return ('x'):rep(3)"));
  EXPECT_EQ(end_.returns[0], "xxx");
  EXPECT_FALSE(text_ends_here("return #param[1]", {std::string(100'000, 'x'), "", "", "", ""}));
  EXPECT_EQ(end_.returns[0], "100000");
}

TEST_F(GuestTest, moves_to_a_worker_before_it_does_what_its_code_did_not_show) {
  for (const auto& [text, value] : std::map<std::string, std::string>{
           {"local all = _ENV return all['string'].rep('x', 3)", "xxx"},
           {"local all = _G return all['string'].rep('x', 3)", "xxx"},
           {"local s = 'x' return s.rep(s, 3)", "xxx"},
           {"return {1, {2}}", "[1,[2]]"},
           {"result[1] = {a = 1}", R"({"a":1})"},
           {"local all = _ENV local t = all['setmetatable']({}, {__add = function() return 7 end}) return t + 1", "7"},
           {"local n = 0 for i = 1, 5000 do n = n + i end return n", "12502500"},
           {"local s = '1' for i = 1, 7 do s = s .. s end return (s - 1) > 0", "true"},
           {"local s = 'x' for i = 1, 21 do s = s .. s end return #s", "2097152"}}) {
    EXPECT_FALSE(text_ends_here(text)) << text;
    EXPECT_EQ(end_.returns[0], value) << text;
  }
}

TEST_F(GuestTest, gives_the_thread_back_however_many_loop_for_ever_and_others_still_end) {
  write("Loop", "while true do end");
  write("HiddenLoop",
        "local all = _ENV local t = all['setmetatable']({}, {__index = function() while true do end end}) "
        "return all['table'].concat(t, '', 1, 2)");
  write("Quick", "return 'still here'");
  write("Slow", "return ('still here'):upper()");
  std::vector<Uuid> loops;
  loops.reserve(8);
  for (int i = 0; i < 8; ++i) {
    core::ScriptStart start;
    start.scenario = i % 2 == 0 ? "Loop" : "HiddenLoop";
    const auto id = host().start(std::move(start), {});
    ASSERT_TRUE(id);
    loops.push_back(*id);
  }
  EXPECT_TRUE(ends_here("Quick"));
  EXPECT_EQ(end_.returns[0], "still here");
  EXPECT_EQ(run("Slow").returns[0], "STILL HERE");
  for (const auto& id : loops) EXPECT_TRUE(host().stop_run(id));
}

TEST_F(GuestTest, leaves_nothing_of_itself_to_the_next_run_on_that_thread) {
  EXPECT_TRUE(text_ends_here("kept = 'secret' param[1] = 'secret' result[2] = 'secret'", {"a", "", "", "", ""}));
  EXPECT_TRUE(text_ends_here("return tostring(kept) .. param[1] .. tostring(result[2])", {"b", "", "", "", ""}));
  EXPECT_EQ(end_.returns[0], "nilbnil");
}

TEST_F(GuestTest, starts_from_many_threads_at_once) {
  write("Echo", "return param[1]");
  write("Moves", "local s = 'x' return s.rep(s, 3) .. param[1]");
  host();  // made once, before many ask for it
  std::atomic<int> right = 0;
  std::vector<std::thread> starters;
  starters.reserve(4);
  for (int t = 0; t < 4; ++t) {
    starters.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) {
        const auto text = std::to_string(t) + " " + std::to_string(i);
        const bool moves = i % 3 == 0;
        const auto end = run(moves ? "Moves" : "Echo", {text, "", "", "", ""});
        right += end.returns[0] == (moves ? "xxx" : "") + text ? 1 : 0;
      }
    });
  }
  for (auto& starter : starters) starter.join();
  EXPECT_EQ(right, 800);
}

}  // namespace
}  // namespace otklik::scenario
