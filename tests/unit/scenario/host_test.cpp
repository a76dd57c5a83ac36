// How many runs, from whom, and how the host ends.
#include <gmock/gmock.h>

#include "unit/scenario/host_fixture.hpp"

namespace otklik::scenario {
namespace {

using core::StartRefusal;
using Kind = core::ScriptEnd::Kind;
using namespace std::chrono_literals;

class HostLimitsTest : public HostTest {
 protected:
  HostLimitsTest() {
    write("Sleep", "sleep(3600)");
    write("Echo", "return param[1]");
  }
  StartRefusal refusal(core::ScriptStart start) {
    const auto started = host().start(std::move(start), {});
    return started ? StartRefusal{} : started.error();
  }
  static core::ScriptStart named(const char* name) {
    core::ScriptStart start;
    start.scenario = name;
    return start;
  }
  static core::ScriptStart anonymous(const char* caller) {
    auto start = named("Sleep");
    start.anonymous = true;
    start.caller_key = caller;
    return start;
  }
};

TEST_F(HostLimitsTest, refuses_by_name_what_it_does_not_start) {
  write("Off", "--!disabled");
  write("Bad", "x x");
  EXPECT_EQ(refusal(named("Nobody")), StartRefusal::not_found);
  EXPECT_EQ(refusal(named("Off")), StartRefusal::disabled);
  EXPECT_EQ(refusal(named("Bad")), StartRefusal::broken);
  EXPECT_EQ(refusal(named("../Echo")), StartRefusal::bad_parameter);
  auto long_parameter = named("Echo");
  long_parameter.parameters[4] = std::string(options.parameter_bytes + 1, 'x');
  EXPECT_EQ(refusal(std::move(long_parameter)), StartRefusal::bad_parameter);
  journal.accepting = false;
  EXPECT_EQ(refusal(named("Echo")), StartRefusal::storage_full);
  EXPECT_TRUE(journal.facts().empty());
  EXPECT_EQ(host().figures().refused[static_cast<std::size_t>(StartRefusal::not_found)], 1U);
}

TEST_F(HostLimitsTest, bounds_the_runs_in_all) {
  options.most_runs = 2;
  EXPECT_TRUE(host().start(named("Sleep"), {}));
  const auto second = host().start(named("Sleep"), {});
  ASSERT_TRUE(second);
  EXPECT_EQ(refusal(named("Echo")), StartRefusal::too_many);
  EXPECT_TRUE(host().stop_run(*second));
  ASSERT_TRUE(eventually([&] { return host().figures().running == 1; }));
  EXPECT_EQ(run(named("Echo")).kind, Kind::finished);
}

TEST_F(HostLimitsTest, bounds_the_runs_without_authorization_in_all_and_for_each_caller) {
  options.most_anonymous = 3;
  options.most_for_caller = 2;
  const auto first = host().start(anonymous("a"), {});
  ASSERT_TRUE(first);
  EXPECT_TRUE(host().start(anonymous("a"), {}));
  EXPECT_EQ(refusal(anonymous("a")), StartRefusal::too_many);
  EXPECT_TRUE(host().start(anonymous("b"), {}));
  EXPECT_EQ(refusal(anonymous("c")), StartRefusal::too_many);
  EXPECT_EQ(run(named("Echo")).kind, Kind::finished);
  EXPECT_TRUE(host().stop_run(*first));
  ASSERT_TRUE(eventually([&] { return host().figures().anonymous == 2; }));
  EXPECT_TRUE(host().start(anonymous("a"), {}));
}

TEST_F(HostLimitsTest, goes_on_with_a_run_that_nobody_waits_for) {
  EXPECT_TRUE(host().start(named("Echo"), {}));
  EXPECT_TRUE(eventually([&] { return journal.all<core::ScriptEnded>().size() == 1; }));
}

TEST_F(HostLimitsTest, ends_every_run_exactly_once_when_it_stops) {
  std::vector<std::future<core::ScriptEnd>> ends;
  for (int i = 0; i < 200; ++i) ends.push_back(start(named(i % 2 == 0 ? "Sleep" : "Echo")));
  write("Loop", "while true do pcall(sleep, 0) end");
  ends.push_back(start(named("Loop")));
  host().stop(0ms);
  for (auto& end : ends) {
    const auto kind = end.get().kind;
    EXPECT_TRUE(kind == Kind::stopped || kind == Kind::finished);
  }
  EXPECT_EQ(refusal(named("Echo")), StartRefusal::stopping);
  const auto figures = host().figures();
  EXPECT_EQ(figures.running, 0U);
  EXPECT_EQ(figures.memory, 0U);
  EXPECT_EQ(figures.started, 201U);
  EXPECT_EQ(journal.all<core::ScriptEnded>().size(), 201U);
}

TEST_F(HostLimitsTest, lets_runs_go_on_while_it_stops_with_grace) {
  write("Short", "sleep(0.05) return 'done'");
  auto end = start(named("Short"));
  host().stop(1h);
  EXPECT_EQ(end.get().returns[0], "done");
}

TEST_F(HostLimitsTest, stops_one_run_by_its_id) {
  EXPECT_FALSE(host().stop_run(Uuid::random()));
  std::promise<core::ScriptEnd> ended;
  const auto id = host().start(named("Sleep"), [&](core::ScriptEnd end) { ended.set_value(std::move(end)); });
  ASSERT_TRUE(id);
  EXPECT_TRUE(host().stop_run(*id));
  EXPECT_EQ(ended.get_future().get().kind, Kind::stopped);
}

TEST_F(HostLimitsTest, needs_the_folder_of_its_scenarios) {
  Options none;
  none.folder = folder.path() + "/none";
  EXPECT_EQ(Host::open(none, journal, files, plugins, {}).error().code, ErrorCode::not_found);
}

TEST_F(HostLimitsTest, counts_what_it_does) {
  run(named("Echo"));
  write("Bad", "error('x')");
  run(named("Bad"));
  ASSERT_TRUE(eventually([&] { return host().figures().running == 0; }));
  const auto figures = host().figures();
  EXPECT_EQ(figures.started, 2U);
  EXPECT_EQ(figures.ended[static_cast<std::size_t>(Kind::finished)], 1U);
  EXPECT_EQ(figures.ended[static_cast<std::size_t>(Kind::failed)], 1U);
  EXPECT_EQ(figures.memory, 0U);
}

}  // namespace
}  // namespace otklik::scenario
