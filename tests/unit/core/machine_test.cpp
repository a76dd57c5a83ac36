#include "core/machine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace otklik::core {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;
using Kind = ScriptEnd::Kind;

Uuid id(std::uint8_t number) {
  Uuid out;
  out.bytes[15] = number;
  return out;
}

class MachineTest : public testing::Test {
 protected:
  bool tell(EventBody body) {
    now_ += 1s;
    const bool possible = machine_.turn({now_, std::move(body)}, follow_);
    EXPECT_THAT(machine_.violations(), IsEmpty());
    return possible;
  }
  bool start(std::uint8_t run, std::string scenario = "Echo") {
    return tell(ScriptStarted{.run = id(run),
                              .scenario = std::move(scenario),
                              .code = LaunchCode::http,
                              .user = {},
                              .login = "api",
                              .parent = {}});
  }
  bool end(std::uint8_t run, Kind kind = Kind::finished, std::string error = {}) {
    return tell(ScriptEnded{
        .run = id(run), .scenario = "Echo", .kind = kind, .error = std::move(error), .took = 5us, .instructions = 7});
  }
  ScenarioFigures figures(const std::string& scenario) {
    const auto* found = machine_.scripts().scenarios().find(scenario);
    return found == nullptr ? ScenarioFigures{} : *found;
  }

  Machine machine_;
  std::vector<Event> follow_;
  Time now_{std::chrono::sys_days(std::chrono::year(2026) / 11 / 22)};
};

TEST_F(MachineTest, shows_a_run_from_its_start_to_its_end) {
  EXPECT_TRUE(start(1));
  const auto* run = machine_.scripts().running().find(id(1));
  ASSERT_NE(run, nullptr);
  EXPECT_EQ(run->scenario, "Echo");
  EXPECT_EQ(run->login, "api");
  EXPECT_EQ(run->since, now_);
  EXPECT_TRUE(end(1));
  EXPECT_TRUE(machine_.scripts().running().empty());
  EXPECT_EQ(figures("Echo").finished, 1U);
  EXPECT_EQ(figures("Echo").took, 5us);
  EXPECT_EQ(figures("Echo").instructions, 7U);
}

TEST_F(MachineTest, counts_every_kind_of_end_by_scenario_and_together) {
  for (std::uint8_t run = 1; run <= 6; ++run) start(run, run <= 3 ? "A" : "B");
  end(1, Kind::finished);
  end(2, Kind::failed, "A.lua:3: boom");
  end(3, Kind::stopped);
  end(4, Kind::budget_memory);
  end(5, Kind::budget_time, "");
  EXPECT_EQ(figures("A").finished, 1U);
  EXPECT_EQ(figures("A").failed, 1U);
  EXPECT_EQ(figures("A").stopped, 1U);
  EXPECT_EQ(figures("A").last_error, "A.lua:3: boom");
  EXPECT_EQ(figures("B").failed, 2U);
  EXPECT_EQ(figures("B").last_error, "budget_time");
  EXPECT_EQ(figures("B").running, 1U);
  EXPECT_EQ(machine_.scripts().total().started, 6U);
  EXPECT_EQ(machine_.scripts().total().failed, 3U);
}

TEST_F(MachineTest, counts_facts_that_cannot_have_happened_and_lets_them_change_nothing) {
  EXPECT_FALSE(end(1));
  start(1);
  EXPECT_FALSE(start(1));
  EXPECT_FALSE(end(2));
  EXPECT_EQ(machine_.impossible(), 3U);
  EXPECT_EQ(figures("Echo").started, 1U);
  EXPECT_EQ(figures("Echo").running, 1U);
}

TEST_F(MachineTest, begins_anew_when_the_server_starts) {
  start(1);
  tell(LoginRefused{.login = "x", .reason = "unknown", .address = "::1"});
  tell(ServerStarted{.version = "0.2"});
  const auto overview = machine_.snapshot();
  EXPECT_TRUE(overview.scripts.running.empty());
  EXPECT_EQ(overview.scripts.total.started, 0U);
  EXPECT_EQ(overview.logins.refused, 0U);
  EXPECT_EQ(overview.server.version, "0.2");
  EXPECT_EQ(overview.server.started_at, now_);
  EXPECT_FALSE(overview.server.stopping);
  EXPECT_FALSE(end(1));
}

TEST_F(MachineTest, knows_when_somebody_last_logged_in_and_was_last_refused) {
  tell(LoginSucceeded{.user = id(9), .login = "api", .by = "password", .address = "::1"});
  const auto succeeded = now_;
  tell(LoginRefused{.login = "api", .reason = "wrong", .address = "::1"});
  EXPECT_EQ(machine_.logins().succeeded, 1U);
  EXPECT_EQ(machine_.logins().refused, 1U);
  EXPECT_EQ(machine_.logins().last_succeeded_at, succeeded);
  EXPECT_EQ(machine_.logins().last_refused_at, now_);
}

TEST_F(MachineTest, hands_out_snapshots_that_later_turns_do_not_touch) {
  start(1);
  const auto before = machine_.snapshot();
  start(2);
  end(1, Kind::failed, "boom");
  EXPECT_EQ(before.turns, 1U);
  EXPECT_EQ(before.scripts.running.size(), 1U);
  ASSERT_NE(before.scripts.running.find(id(1)), nullptr);
  EXPECT_EQ(before.scripts.scenarios.find("Echo")->failed, 0U);
  const auto after = machine_.snapshot();
  EXPECT_EQ(after.turns, 3U);
  EXPECT_EQ(after.scripts.running.find(id(1)), nullptr);
}

TEST_F(MachineTest, cuts_a_long_error_short_without_cutting_a_letter_in_two) {
  start(1);
  std::string error = "x";
  for (int i = 0; i < 2000; ++i) error += "ж";
  end(1, Kind::failed, error);
  EXPECT_EQ(figures("Echo").last_error.size(), 999U);
  EXPECT_TRUE(error.starts_with(figures("Echo").last_error));
}

TEST(Scripts, counts_past_the_bound_of_names_as_the_rest) {
  Scripts scripts;
  const auto run = [](std::size_t number) {
    Uuid out;
    for (std::size_t i = 0; i < 4; ++i) out.bytes[12 + i] = static_cast<std::uint8_t>(number >> (8 * i));
    return out;
  };
  const std::size_t many = Scripts::max_names + 500;
  for (std::size_t i = 0; i < many; ++i) {
    scripts.apply(ScriptStarted{.run = run(i),
                                .scenario = "s" + std::to_string(i),
                                .code = LaunchCode::http,
                                .user = {},
                                .login = {},
                                .parent = {}},
                  Time{});
  }
  EXPECT_EQ(scripts.scenarios().size(), Scripts::max_names + 1);
  EXPECT_EQ(scripts.scenarios().find("*")->running, 500U);
  for (std::size_t i = 0; i < many; ++i) {
    EXPECT_TRUE(scripts.apply(
        ScriptEnded{.run = run(i), .scenario = {}, .kind = Kind::finished, .error = {}, .took = {}, .instructions = 0},
        Time{}));
  }
  std::vector<std::string> violations;
  scripts.check(violations);
  EXPECT_THAT(violations, IsEmpty());
  EXPECT_EQ(scripts.scenarios().find("*")->finished, 500U);
}

}  // namespace
}  // namespace otklik::core
