/// The invariants see what they are there for: one planted fault each, and the sentence that it must bring out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <string>

#include "core/machine.hpp"

namespace otklik::core {

// An explicit instantiation may name private members: a way into a state that no fact leads to.
template <class Tag, auto Member>
struct Reach {
  friend auto reach(Tag) { return Member; }
};

struct CountOfRuns {
  friend auto reach(CountOfRuns);
};
template struct Reach<CountOfRuns, &SharedMap<Uuid, ScriptRun>::size_>;

struct CountOfImpossible {
  friend auto reach(CountOfImpossible);
};
template struct Reach<CountOfImpossible, &Machine::impossible_>;

namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

Uuid id(std::uint8_t number) {
  Uuid out;
  out.bytes[15] = number;
  return out;
}

/// A sound state with two runs of A, one ended run of each kind of A, and an ended one of B; to be spoilt.
class Invariants : public testing::Test {
 protected:
  Invariants() {
    const ScenarioFigures a{.started = 5, .finished = 1, .failed = 1, .stopped = 1, .running = 2, .last_error = "boom"};
    const ScenarioFigures b{.started = 1, .finished = 1, .last_error = {}};
    running_.put(id(1), {.run = id(1), .scenario = "A", .user = {}, .login = {}, .parent = {}});
    running_.put(id(2), {.run = id(2), .scenario = "A", .user = {}, .login = {}, .parent = {}});
    scenarios_.put("A", a);
    scenarios_.put("B", b);
    total_ = {.started = 6, .finished = 2, .failed = 1, .stopped = 1, .running = 2, .last_error = {}};
  }
  std::vector<std::string> violations() {
    std::vector<std::string> out;
    Scripts::check({running_.now(), scenarios_.now(), total_}, out);
    return out;
  }
  ScenarioFigures& a() { return *scenarios_.change("A"); }
  /// The same fault in the sum, so that only the scenario's own invariant speaks.
  void in_both(const std::function<void(ScenarioFigures&)>& spoil) {
    spoil(a());
    spoil(total_);
  }

  SharedMapWriter<Uuid, ScriptRun> running_;
  SharedMapWriter<std::string, ScenarioFigures> scenarios_;
  ScenarioFigures total_;
};

TEST_F(Invariants, hold_in_a_sound_state) { EXPECT_THAT(violations(), IsEmpty()); }

TEST_F(Invariants, see_a_run_kept_under_another_id) {
  running_.change(id(1))->run = id(9);
  EXPECT_THAT(violations(), Contains("run " + id(9).text() + " is kept under " + id(1).text()));
}

TEST_F(Invariants, see_a_map_that_counts_wrong) {
  auto spoilt = running_.snapshot();
  ++(spoilt.*reach(CountOfRuns{}));
  std::vector<std::string> out;
  Scripts::check({spoilt, scenarios_.now(), total_}, out);
  EXPECT_THAT(out, Contains("2 runs are found, 3 are counted"));
}

TEST_F(Invariants, see_an_end_that_was_counted_twice) {
  in_both([](ScenarioFigures& f) { ++f.finished; });
  EXPECT_THAT(violations(), Contains("A: started 5 is not finished 2 + failed 1 + stopped 1 + running 2"));
  EXPECT_THAT(violations(), Contains(HasSubstr("all scenarios: started 6 is not finished 3")));
}

TEST_F(Invariants, see_a_start_that_was_not_counted) {
  in_both([](ScenarioFigures& f) { --f.started; });
  EXPECT_THAT(violations(), Contains(HasSubstr("A: started 4 is not")));
}

TEST_F(Invariants, see_a_run_that_was_forgotten) {
  running_.erase(id(2));
  EXPECT_THAT(violations(), Contains("A: 2 runs are counted, 1 run"));
}

TEST_F(Invariants, see_a_run_of_another_scenario) {
  running_.change(id(2))->scenario = "B";
  EXPECT_THAT(violations(), Contains("A: 2 runs are counted, 1 run"));
  EXPECT_THAT(violations(), Contains("B: 0 runs are counted, 1 run"));
}

TEST_F(Invariants, see_a_run_without_figures) {
  running_.change(id(2))->scenario = "C";
  EXPECT_THAT(violations(), Contains("*: runs, but has no figures"));
}

TEST_F(Invariants, see_a_failure_without_an_error) {
  a().last_error.clear();
  EXPECT_THAT(violations(), Contains("A: failed without an error"));
}

TEST_F(Invariants, see_sums_that_are_none) {
  const std::string sentence = "the figures of all scenarios are not the sum of each one's";
  for (const auto field : {&ScenarioFigures::started, &ScenarioFigures::finished, &ScenarioFigures::failed,
                           &ScenarioFigures::stopped, &ScenarioFigures::running}) {
    ++(total_.*field);
    EXPECT_THAT(violations(), Contains(sentence));
    --(total_.*field);
  }
  EXPECT_THAT(violations(), IsEmpty());
}

TEST_F(Invariants, see_more_names_than_may_be) {
  for (std::size_t i = 0; i < Scripts::max_names; ++i) scenarios_.put("s" + std::to_string(i), {});
  EXPECT_THAT(violations(), Contains("more scenarios have figures than may"));
}

TEST_F(Invariants, are_all_asked_by_the_machine) {
  Machine machine;
  std::vector<Event> follow;
  machine.turn(
      {.at = Time{}, .body = ScriptStarted{.run = id(1), .scenario = "A", .user = {}, .login = {}, .parent = {}}},
      follow);
  EXPECT_THAT(machine.violations(), IsEmpty());
  // Nothing from outside can spoil the parts of a machine, so reach in as a stray write would.
  const_cast<ScenarioFigures&>(machine.scripts().total()).started = 7;
  EXPECT_THAT(machine.violations(), SizeIs(2));
}

TEST_F(Invariants, see_more_impossible_facts_than_facts) {
  Machine machine;
  ++(machine.*reach(CountOfImpossible{}));
  EXPECT_THAT(machine.violations(), Contains("more facts were impossible than were told"));
}

}  // namespace
}  // namespace otklik::core
