#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <string>

#include "core/machine.hpp"

namespace otklik::core {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;

/// A contact centre whose day a test tells, minute by minute.
class ScriptStory : public testing::Test {
 protected:
  void the_server_starts(const std::string& version = "0.1") { happens(ServerStarted{.version = version}); }
  void the_server_is_stopping() { happens(ServerStopping{}); }

  void somebody_calls(const std::string& run, const std::string& scenario, const std::string& login = "api") {
    happens(ScriptStarted{.run = id(run),
                          .scenario = scenario,
                          .code = LaunchCode::http,
                          .user = id(login),
                          .login = login,
                          .parent = {}});
  }
  void a_hook_calls(const std::string& run, const std::string& scenario) {
    happens(ScriptStarted{
        .run = id(run), .scenario = scenario, .code = LaunchCode::http, .user = {}, .login = {}, .parent = {}});
  }
  void a_script_calls(const std::string& run, const std::string& scenario, const std::string& parent) {
    happens(ScriptStarted{.run = id(run),
                          .scenario = scenario,
                          .code = LaunchCode::http,
                          .user = {},
                          .login = "api",
                          .parent = id(parent)});
  }
  void it_answers(const std::string& run) { ends(run, ScriptEnd::Kind::finished); }
  void it_fails(const std::string& run, const std::string& error) { ends(run, ScriptEnd::Kind::failed, error); }
  void it_uses_up_its_time(const std::string& run) { ends(run, ScriptEnd::Kind::budget_time); }
  void it_is_stopped(const std::string& run) { ends(run, ScriptEnd::Kind::stopped); }

  void minutes_pass(int minutes) { now_ += std::chrono::minutes(minutes); }

  Overview what_is_seen() { return machine_.snapshot(); }
  ScenarioFigures figures(const std::string& scenario) {
    const auto overview = machine_.snapshot();
    const auto* found = overview.scripts.scenarios.find(scenario);
    return found == nullptr ? ScenarioFigures{} : *found;
  }

  void happens(EventBody fact) {
    now_ += 1s;
    machine_.turn({now_, std::move(fact)}, follow_);
    ASSERT_THAT(machine_.violations(), IsEmpty());
    ASSERT_THAT(follow_, IsEmpty());
  }
  Uuid id(const std::string& name) {
    auto& known = ids_[name];
    if (known.is_nil()) known.bytes[0] = static_cast<std::uint8_t>(ids_.size());
    return known;
  }

  Machine machine_;
  std::vector<Event> follow_;
  Time now_{std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + 9h};
  std::map<std::string, Uuid> ids_;

 private:
  void ends(const std::string& run, ScriptEnd::Kind kind, const std::string& error = {}) {
    happens(
        ScriptEnded{.run = id(run), .scenario = {}, .kind = kind, .error = error, .took = 10ms, .instructions = 100});
  }
};

TEST_F(ScriptStory, a_crm_asks_and_gets_its_answer) {
  the_server_starts();
  somebody_calls("order", "GetOrder");
  EXPECT_EQ(what_is_seen().scripts.running.find(id("order"))->login, "api");
  it_answers("order");
  EXPECT_TRUE(what_is_seen().scripts.running.empty());
  EXPECT_EQ(figures("GetOrder").finished, 1U);
  EXPECT_EQ(what_is_seen().impossible, 0U);
}

TEST_F(ScriptStory, a_supervisor_sees_since_when_a_slow_script_runs_and_who_called_it) {
  the_server_starts();
  somebody_calls("report", "MonthlyReport", "vera");
  const auto begun = now_;
  minutes_pass(25);
  somebody_calls("echo", "Echo");
  it_answers("echo");
  const auto seen = what_is_seen();
  const auto* report = seen.scripts.running.find(id("report"));
  ASSERT_NE(report, nullptr);
  EXPECT_EQ(report->since, begun);
  EXPECT_EQ(report->login, "vera");
  it_uses_up_its_time("report");
  EXPECT_EQ(figures("MonthlyReport").last_error, "budget_time");
}

TEST_F(ScriptStory, a_broken_script_fails_again_and_again_and_the_others_do_not_notice) {
  the_server_starts();
  for (int i = 0; i < 5; ++i) {
    const auto broken = "broken" + std::to_string(i);
    const auto good = "good" + std::to_string(i);
    somebody_calls(broken, "Broken");
    a_hook_calls(good, "Good");
    it_fails(broken, "Broken.lua:" + std::to_string(i) + ": attempt to index a nil value");
    it_answers(good);
  }
  EXPECT_EQ(figures("Broken").failed, 5U);
  EXPECT_EQ(figures("Broken").last_error, "Broken.lua:4: attempt to index a nil value");
  EXPECT_EQ(figures("Good").finished, 5U);
  EXPECT_TRUE(figures("Good").last_error.empty());
}

TEST_F(ScriptStory, a_script_calls_another_and_both_are_seen) {
  the_server_starts();
  somebody_calls("outer", "Outer");
  a_script_calls("inner", "Inner", "outer");
  EXPECT_EQ(what_is_seen().scripts.running.find(id("inner"))->parent, id("outer"));
  EXPECT_EQ(what_is_seen().scripts.total.running, 2U);
  it_answers("inner");
  it_answers("outer");
  EXPECT_EQ(what_is_seen().scripts.total.running, 0U);
}

TEST_F(ScriptStory, a_stopping_server_stops_what_still_runs) {
  the_server_starts();
  somebody_calls("long", "Long");
  the_server_is_stopping();
  EXPECT_TRUE(what_is_seen().server.stopping);
  it_is_stopped("long");
  EXPECT_EQ(figures("Long").stopped, 1U);
  EXPECT_EQ(figures("Long").failed, 0U);
}

TEST_F(ScriptStory, nothing_stays_stuck_when_a_server_was_killed_and_starts_again) {
  the_server_starts("0.1");
  somebody_calls("lost", "Long");
  the_server_starts("0.2");  // what a reader of the log sees after a kill -9
  EXPECT_TRUE(what_is_seen().scripts.running.empty());
  EXPECT_EQ(what_is_seen().scripts.total.started, 0U);
  EXPECT_EQ(what_is_seen().server.version, "0.2");
}

TEST_F(ScriptStory, a_start_that_could_not_be_recorded_is_told_as_stopped_and_leaves_nothing_behind) {
  the_server_starts();
  somebody_calls("refused", "Echo");
  it_is_stopped("refused");
  EXPECT_TRUE(what_is_seen().scripts.running.empty());
}

TEST_F(ScriptStory, somebody_guesses_passwords_and_then_the_right_one_comes) {
  the_server_starts();
  for (int i = 0; i < 10; ++i) happens(LoginRefused{.login = "admin", .reason = "wrong", .address = "203.0.113.7"});
  happens(LoginSucceeded{.user = id("admin"), .login = "admin", .by = "password", .address = "192.0.2.1"});
  EXPECT_EQ(what_is_seen().logins.refused, 10U);
  EXPECT_EQ(what_is_seen().logins.succeeded, 1U);
}

}  // namespace
}  // namespace otklik::core
