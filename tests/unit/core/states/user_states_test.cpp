#include "core/states/user_states.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../plan/company.hpp"
#include "core/machine.hpp"

namespace otklik::core {
namespace {

using namespace company;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class UserStatesTest : public testing::Test {
 protected:
  UserStatesTest() {
    states_.use(std::make_shared<const Directory>(company::directory()), now_, follow_);
    states_.use(std::make_shared<const Plan>(company::plan()), now_, follow_);
    follow_.clear();
  }

  /// Runs one turn and gives what followed: `ivan 0>1 phone`.
  template <class Turn>
  std::vector<std::string> turn(Turn what) {
    now_ += 10s;
    follow_.clear();
    what();
    std::vector<std::string> violations;
    states_.check(violations);
    EXPECT_THAT(violations, IsEmpty());
    std::vector<std::string> out;
    for (const auto& event : follow_) {
      EXPECT_EQ(event.at, now_);
      const auto& changed = std::get<UserStateChanged>(event.body);
      out.push_back(changed.login + " " + std::to_string(static_cast<int>(changed.from)) + ">" +
                    std::to_string(static_cast<int>(changed.to)) + " " + std::string(name(changed.cause)));
      last_ = changed;
    }
    return out;
  }
  auto connect(std::uint8_t one) {
    return turn([&] {
      states_.apply(LineConnected{.line = line(one), .number = {}, .address = {}, .user_agent = {}}, now_, follow_);
    });
  }
  auto disconnect(std::uint8_t one) {
    return turn(
        [&] { states_.apply(LineDisconnected{.line = line(one), .number = {}, .reason = "expired"}, now_, follow_); });
  }
  auto request(std::uint8_t whose, StateRequest wanted) {
    return turn([&] {
      outcome_ = std::make_shared<StateOutcome>();
      states_.apply(
          UserStateRequested{.user = user(whose), .login = {}, .wanted = wanted, .by = "vera", .outcome = outcome_},
          now_, follow_);
    });
  }
  auto begin_talk(std::uint8_t whose) {
    return turn([&] { states_.talk_began(user(whose), now_, follow_); });
  }
  auto end_talk(std::uint8_t whose) {
    return turn([&] { EXPECT_TRUE(states_.talk_ended(user(whose), now_, follow_)); });
  }
  UserState state(std::uint8_t whose) { return states_.standing(user(whose)).state; }

  UserStates states_;
  std::vector<Event> follow_;
  Time now_{std::chrono::sys_days(std::chrono::year(2026) / 11 / 22)};
  std::shared_ptr<StateOutcome> outcome_;
  UserStateChanged last_;
};

TEST_F(UserStatesTest, follow_the_phone) {
  EXPECT_THAT(connect(1), ElementsAre("ivan 0>1 phone"));
  EXPECT_TRUE(states_.is_ready(user(1)));
  EXPECT_THAT(connect(3), IsEmpty());
  EXPECT_THAT(disconnect(1), ElementsAre("ivan 1>0 phone"));
  EXPECT_EQ(last_.lasted, 20s);
  EXPECT_FALSE(states_.is_ready(user(1)));
  EXPECT_EQ(states_.users().size(), 0U);
}

TEST_F(UserStatesTest, tell_a_session_without_a_phone_from_nobody) {
  EXPECT_THAT(turn([&] { states_.session_opened(user(1), now_, follow_); }), ElementsAre("ivan 0>7 session"));
  EXPECT_THAT(connect(1), ElementsAre("ivan 7>1 phone"));
  EXPECT_THAT(turn([&] { EXPECT_TRUE(states_.session_closed(user(1), now_, follow_)); }), IsEmpty());
  EXPECT_EQ(state(1), UserState::ready);
  EXPECT_FALSE(states_.session_closed(user(1), now_, follow_));
}

TEST_F(UserStatesTest, are_busy_while_there_is_a_talk) {
  connect(1);
  EXPECT_THAT(begin_talk(1), ElementsAre("ivan 1>5 talk"));
  EXPECT_THAT(begin_talk(1), IsEmpty());
  EXPECT_THAT(end_talk(1), IsEmpty());
  EXPECT_THAT(end_talk(1), ElementsAre("ivan 5>1 talk"));
  EXPECT_FALSE(states_.talk_ended(user(1), now_, follow_));
}

TEST_F(UserStatesTest, take_a_break_that_waits_when_the_talk_ends) {
  connect(1);
  request(1, {.on_callcenter = true});
  begin_talk(1);
  EXPECT_THAT(request(1, {.state = 2, .reason_id = 4}), ElementsAre("ivan 5>5 request"));
  EXPECT_THAT(outcome_->refusals, IsEmpty());
  EXPECT_THAT(end_talk(1), ElementsAre("ivan 5>2 talk"));
  EXPECT_EQ(last_.reason.id, 4);
  EXPECT_TRUE(last_.modes.on_lunch);
}

TEST_F(UserStatesTest, reserve_who_is_ready_and_nobody_else) {
  EXPECT_FALSE(states_.reserve(user(1), now_, follow_));
  connect(1);
  EXPECT_THAT(turn([&] { EXPECT_TRUE(states_.reserve(user(1), now_, follow_)); }), ElementsAre("ivan 1>6 reservation"));
  EXPECT_FALSE(states_.reserve(user(1), now_, follow_));
  EXPECT_THAT(turn([&] { EXPECT_TRUE(states_.release(user(1), now_, follow_)); }), ElementsAre("ivan 6>1 reservation"));
  EXPECT_FALSE(states_.release(user(1), now_, follow_));
  turn([&] { states_.reserve(user(1), now_, follow_); });
  EXPECT_THAT(begin_talk(1), ElementsAre("ivan 6>5 talk"));
  EXPECT_FALSE(states_.standing(user(1)).reserved);
}

TEST_F(UserStatesTest, do_not_give_distributed_calls_to_who_works_by_hand) {
  connect(1);
  request(1, {.on_callcenter = true, .on_cc_manual = true});
  EXPECT_TRUE(states_.is_ready(user(1)));
  EXPECT_FALSE(states_.takes_distributed(user(1)));
}

TEST_F(UserStatesTest, keep_modes_while_the_phone_is_away) {
  connect(1);
  request(1, {.on_callcenter = true});
  disconnect(1);
  EXPECT_TRUE(states_.standing(user(1)).modes.on_callcenter);
  EXPECT_THAT(request(1, {.state = 3}), ElementsAre("ivan 0>0 request"));
  EXPECT_THAT(connect(1), ElementsAre("ivan 0>3 phone"));
}

TEST_F(UserStatesTest, say_what_came_of_a_request) {
  connect(1);
  EXPECT_THAT(request(1, {.state = 2}), IsEmpty());
  EXPECT_THAT(outcome_->refusals, ElementsAre(StateRefusal::not_in_callcenter));
  EXPECT_EQ(outcome_->after.state, UserState::ready);
  EXPECT_THAT(request(9, {.state = 5}), IsEmpty());
  EXPECT_THAT(outcome_->refusals, ElementsAre(StateRefusal::unknown_user));
  EXPECT_THAT(request(1, {.state = 5}), ElementsAre("ivan 1>5 request"));
  EXPECT_EQ(last_.by, "vera");
  EXPECT_EQ(outcome_->after.state, UserState::busy);
}

TEST_F(UserStatesTest, are_busy_with_a_task) {
  connect(1);
  EXPECT_THAT(turn([&] { states_.task_began(user(1), now_, follow_); }), ElementsAre("ivan 1>5 task"));
  EXPECT_THAT(request(1, {.state = 1}), IsEmpty());
  EXPECT_THAT(outcome_->refusals, ElementsAre(StateRefusal::talking));
  EXPECT_THAT(turn([&] { states_.task_ended(user(1), now_, follow_); }), ElementsAre("ivan 5>1 task"));
}

TEST_F(UserStatesTest, follow_a_line_to_another_user) {
  connect(1);
  auto content = company::plan();
  content.lines[0].user = user(2);
  EXPECT_THAT(turn([&] { states_.use(std::make_shared<const Plan>(content), now_, follow_); }),
              ElementsAre("ivan 1>0 plan", "maria 0>1 plan"));
  content.lines[0].enabled = false;
  EXPECT_THAT(turn([&] { states_.use(std::make_shared<const Plan>(content), now_, follow_); }),
              ElementsAre("maria 1>0 plan"));
}

TEST_F(UserStatesTest, forget_who_is_removed) {
  connect(1);
  auto content = company::directory().content();
  content.users.erase(content.users.begin());
  EXPECT_THAT(turn([&] { states_.use(std::make_shared<const Directory>(content), now_, follow_); }),
              ElementsAre("ivan 1>0 directory"));
  EXPECT_THAT(disconnect(1), IsEmpty());
  EXPECT_THAT(connect(1), IsEmpty());
  EXPECT_THAT(begin_talk(1), IsEmpty());
}

TEST_F(UserStatesTest, hold_again_after_a_restart_what_was_chosen) {
  EXPECT_THAT(
      turn([&] {
        EXPECT_TRUE(states_.apply(UserStateRestored{.user = user(1),
                                                    .login = "ivan",
                                                    .modes = {.on_callcenter = true, .on_lunch = true, .on_task = true},
                                                    .reason = {.id = 2, .text = {}}},
                                  now_, follow_));
      }),
      ElementsAre("ivan 0>0 restart"));
  EXPECT_FALSE(last_.modes.on_task);
  EXPECT_FALSE(
      states_.apply(UserStateRestored{.user = user(1), .login = {}, .modes = {}, .reason = {}}, now_, follow_));
  EXPECT_THAT(connect(1), ElementsAre("ivan 0>2 phone"));
  EXPECT_EQ(last_.reason.id, 2);
}

TEST_F(UserStatesTest, restore_nothing_that_no_request_leads_to) {
  turn([&] {
    states_.apply(UserStateRestored{.user = user(1),
                                    .login = "ivan",
                                    .modes = {.on_cc_manual = true, .on_lunch = true, .on_redirect = true},
                                    .reason = {.id = 2, .text = {}}},
                  now_, follow_);
  });
  EXPECT_EQ(states_.standing(user(1)).modes, UserModes{.on_redirect = true});
}

TEST_F(UserStatesTest, take_a_line_that_is_told_twice_once) {
  connect(1);
  const LineConnected again{.line = line(1), .number = "16001", .address = "192.0.2.1", .user_agent = "phone"};
  EXPECT_FALSE(states_.apply(again, now_, follow_));
  EXPECT_EQ(states_.connected().find(line(1))->address, "192.0.2.1");
  EXPECT_EQ(states_.standing(user(1)).phones, 1U);
  EXPECT_FALSE(states_.apply(LineDisconnected{.line = line(2), .number = {}, .reason = {}}, now_, follow_));
}

TEST(UserStatesOfTheMachine, begin_anew_with_the_server_and_show_in_its_snapshot) {
  Machine machine;
  std::vector<Event> follow;
  const Time now{std::chrono::sys_days(std::chrono::year(2026) / 11 / 22)};
  const auto tell = [&](EventBody body) {
    follow.clear();
    EXPECT_TRUE(machine.turn({now, std::move(body)}, follow));
    EXPECT_THAT(machine.violations(), IsEmpty());
  };
  tell(ServerStarted{.version = "1"});
  tell(DirectoryChanged{
      .what = "load", .key = {}, .by = {}, .directory = std::make_shared<const Directory>(company::directory())});
  tell(PlanChanged{.what = "load", .key = {}, .by = {}, .plan = std::make_shared<const Plan>(company::plan())});
  tell(LineConnected{.line = line(1), .number = "16001", .address = {}, .user_agent = {}});
  ASSERT_FALSE(follow.empty());  // what follows for calls comes behind it
  EXPECT_EQ(name(follow[0].body), "user_state_changed");
  const Overview overview = machine.snapshot();
  EXPECT_EQ(overview.states.of(user(1)).state, UserState::ready);
  EXPECT_EQ(overview.states.of(user(9)).state, UserState::disconnected);
  EXPECT_NE(overview.states.connected.find(line(1)), nullptr);
  EXPECT_EQ(overview.plan_changes, 1U);
  EXPECT_EQ(machine.plan()->line(line(1))->number, "16001");
  tell(ServerStarted{.version = "1"});
  EXPECT_EQ(machine.snapshot().states.of(user(1)).state, UserState::disconnected);
  EXPECT_EQ(overview.states.of(user(1)).state, UserState::ready);
}

}  // namespace
}  // namespace otklik::core
