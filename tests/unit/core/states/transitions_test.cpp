#include "core/states/transitions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace otklik::core {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Refusal = StateRefusal;

/// A user with a phone, ready, in no mode.
UserStanding here() { return {.state = UserState::ready, .phones = 1}; }
UserStanding in_callcenter() {
  auto out = here();
  out.modes.on_callcenter = true;
  return out;
}
UserStanding talking(UserStanding who) {
  who.talks = 1;
  who.state = UserState::busy;
  return who;
}

TEST(UserStateTables, have_a_row_for_every_state) {
  ASSERT_EQ(state_rows().size(), all_user_states.size());
  for (std::size_t i = 0; i < all_user_states.size(); ++i) EXPECT_EQ(state_rows()[i].state, all_user_states[i]);
  for (const auto& row : state_rows()) {
    auto who = in_callcenter();
    const auto refusals = apply_request({.state = static_cast<int>(row.state)}, who);
    EXPECT_EQ(refusals.empty(), row.can_be_asked_for) << name(row.state);
    if (row.can_be_asked_for) EXPECT_EQ(who.state, row.state);
  }
}

TEST(UserStateTables, never_lead_to_a_standing_that_breaks_a_rule) {
  // Every request there is, on every standing that can be: 2^6 standings times 3^4 flags times 9 states.
  const std::optional<bool> flags[] = {std::nullopt, false, true};
  const std::optional<std::int32_t> wanted[] = {std::nullopt, 0, 1, 2, 3, 4, 5, 6, 7};
  for (int bits = 0; bits < 64; ++bits) {
    UserStanding before;
    before.phones = (bits & 1) != 0;
    before.sessions = (bits & 2) != 0;
    before.talks = (bits & 4) != 0;
    before.modes.on_callcenter = (bits & 8) != 0;
    (before.modes.on_callcenter ? before.modes.on_lunch : before.modes.on_redirect) = (bits & 16) != 0;
    before.chosen = (bits & 32) != 0 ? ChosenState::away : ChosenState::ready;
    before.state = derived_state(before);
    for (const auto& state : wanted) {
      for (const auto& callcenter : flags) {
        for (const auto& lunch : flags) {
          for (const auto& redirect : flags) {
            for (const auto& manual : flags) {
              UserStanding after = before;
              const StateRequest request{.state = state,
                                         .on_redirect = redirect,
                                         .on_callcenter = callcenter,
                                         .on_cc_manual = manual,
                                         .on_lunch = lunch,
                                         .reason_id = 7};
              apply_request(request, after);
              std::vector<std::string> violations;
              check_standing(after, violations);
              ASSERT_THAT(violations, IsEmpty());
              ASSERT_EQ(after.talks, before.talks);
              ASSERT_EQ(after.phones, before.phones);
              if (before.talks > 0) {
                ASSERT_EQ(after.state, UserState::busy);
              }
            }
          }
        }
      }
    }
  }
}

TEST(UserState, is_derived_from_phones_sessions_and_talks) {
  EXPECT_EQ(derived_state({}), UserState::disconnected);
  EXPECT_EQ(derived_state({.sessions = 1}), UserState::no_phone);
  EXPECT_EQ(derived_state({.phones = 1}), UserState::ready);
  EXPECT_EQ(derived_state({.phones = 1, .talks = 1}), UserState::busy);
  EXPECT_EQ(derived_state({.phones = 1, .reserved = true}), UserState::reserved);
  EXPECT_EQ(derived_state({.modes = {.on_task = true}, .phones = 1}), UserState::busy);
  EXPECT_EQ(derived_state({.chosen = ChosenState::away, .phones = 1}), UserState::away);
  EXPECT_EQ(derived_state({.chosen = ChosenState::away, .sessions = 1}), UserState::no_phone);
}

TEST(UserStateRequest, for_ready_is_passed_over_while_talking) {
  auto who = talking(here());
  EXPECT_THAT(apply_request({.state = 1}, who), ElementsAre(Refusal::talking));
  EXPECT_EQ(who.state, UserState::busy);
}

TEST(UserStateRequest, for_ready_takes_back_a_break_that_waits_for_the_end_of_a_talk) {
  auto who = talking(in_callcenter());
  who.modes.on_lunch = true;
  EXPECT_THAT(apply_request({.state = 1}, who), IsEmpty());
  EXPECT_EQ(who.state, UserState::busy);
  EXPECT_FALSE(who.modes.on_lunch);
}

TEST(UserStateRequest, for_a_break_needs_the_call_centre) {
  auto who = here();
  EXPECT_THAT(apply_request({.state = 2}, who), ElementsAre(Refusal::not_in_callcenter));
  EXPECT_EQ(who.state, UserState::ready);
  EXPECT_THAT(apply_request({.state = 2, .on_callcenter = true}, who), IsEmpty());
  EXPECT_EQ(who.state, UserState::on_break);
  EXPECT_TRUE(who.modes.on_lunch);
}

TEST(UserStateRequest, for_a_break_waits_for_the_end_of_a_talk) {
  auto who = talking(in_callcenter());
  EXPECT_THAT(apply_request({.state = 2, .reason_id = 3}, who), IsEmpty());
  EXPECT_EQ(who.state, UserState::busy);
  EXPECT_TRUE(who.modes.on_lunch);
  EXPECT_EQ(who.reason.id, 3);
  who.talks = 0;
  EXPECT_EQ(derived_state(who), UserState::on_break);
}

TEST(UserStateRequest, for_away_is_passed_over_while_talking) {
  auto who = talking(here());
  EXPECT_THAT(apply_request({.state = 3}, who), ElementsAre(Refusal::talking));
  who = here();
  EXPECT_THAT(apply_request({.state = 3}, who), IsEmpty());
  EXPECT_EQ(who.state, UserState::away);
}

TEST(UserStateRequest, for_busy_holds_until_another_state_is_asked_for) {
  auto who = here();
  EXPECT_THAT(apply_request({.state = 5}, who), IsEmpty());
  EXPECT_EQ(who.state, UserState::busy);
  EXPECT_THAT(apply_request({.state = 1}, who), IsEmpty());
  EXPECT_EQ(who.state, UserState::ready);
}

TEST(UserStateRequest, for_service_states_and_for_none_is_passed_over) {
  for (const int state : {0, 4, 6, 7, 8, -1, 1000}) {
    auto who = here();
    EXPECT_THAT(apply_request({.state = state}, who), ElementsAre(Refusal::not_settable)) << state;
    EXPECT_EQ(who, here());
  }
}

TEST(UserStateRequest, enters_the_call_centre_out_of_redirection_and_leaves_it_out_of_a_break) {
  auto who = here();
  EXPECT_THAT(apply_request({.on_redirect = true}, who), IsEmpty());
  EXPECT_TRUE(who.modes.on_redirect);
  EXPECT_THAT(apply_request({.on_callcenter = true}, who), IsEmpty());
  EXPECT_FALSE(who.modes.on_redirect);
  EXPECT_THAT(apply_request({.on_redirect = true}, who), ElementsAre(Refusal::in_callcenter));
  EXPECT_THAT(apply_request({.on_cc_manual = true, .on_lunch = true, .reason_text = "обед"}, who), IsEmpty());
  EXPECT_EQ(who.state, UserState::on_break);
  EXPECT_EQ(who.reason.text, "обед");
  EXPECT_THAT(apply_request({.on_callcenter = false}, who), IsEmpty());
  EXPECT_EQ(who.modes, UserModes{});
  EXPECT_EQ(who.state, UserState::ready);
  EXPECT_TRUE(who.reason.empty());
}

TEST(UserStateRequest, changes_manual_mode_and_a_break_inside_the_call_centre_only) {
  auto who = here();
  EXPECT_THAT(apply_request({.on_cc_manual = true}, who), ElementsAre(Refusal::not_in_callcenter));
  EXPECT_THAT(apply_request({.on_lunch = true, .reason_id = 1}, who),
              ElementsAre(Refusal::not_in_callcenter, Refusal::no_break));
  EXPECT_THAT(apply_request({.on_cc_manual = false, .on_lunch = false}, who), IsEmpty());
  EXPECT_EQ(who, here());
}

TEST(UserStateRequest, for_ready_ends_a_break_unless_one_is_wanted_with_it) {
  auto who = in_callcenter();
  apply_request({.on_lunch = true, .reason_id = 1}, who);
  EXPECT_EQ(who.state, UserState::on_break);
  apply_request({.state = 1}, who);
  EXPECT_EQ(who.state, UserState::ready);
  EXPECT_TRUE(who.reason.empty());
  apply_request({.state = 5}, who);
  apply_request({.on_lunch = true}, who);
  EXPECT_EQ(who.state, UserState::busy);
  apply_request({.state = 1, .on_lunch = true}, who);
  EXPECT_EQ(who.state, UserState::on_break);
}

TEST(UserStateRequest, for_ready_switches_redirection_off_unless_it_says_otherwise) {
  auto who = here();
  apply_request({.on_redirect = true}, who);
  apply_request({.state = 1, .on_redirect = true}, who);
  EXPECT_TRUE(who.modes.on_redirect);
  apply_request({.state = 1}, who);
  EXPECT_FALSE(who.modes.on_redirect);
}

TEST(UserStateRequest, applies_what_is_possible_and_passes_over_the_rest) {
  auto who = talking(here());
  EXPECT_THAT(apply_request({.state = 1, .on_callcenter = true}, who), ElementsAre(Refusal::talking));
  EXPECT_TRUE(who.modes.on_callcenter);
}

TEST(UserStateRequest, keeps_one_reason_at_a_time_and_cuts_a_long_one_between_characters) {
  auto who = in_callcenter();
  apply_request({.on_lunch = true, .reason_id = 1001}, who);
  apply_request({.reason_text = "врач"}, who);
  EXPECT_EQ(who.reason, (BreakReason{.id = {}, .text = "врач"}));
  std::string text;
  for (int i = 0; i < 600; ++i) text += "я";
  apply_request({.reason_text = "a" + text}, who);
  EXPECT_EQ(who.reason.text.size(), 999U);
  EXPECT_THAT(apply_request({.state = 3, .reason_id = 1}, who), ElementsAre(Refusal::no_break));
}

TEST(UserStateChecks, see_what_is_planted) {
  const auto seen = [](const UserStanding& who) {
    std::vector<std::string> out;
    check_standing(who, out);
    return out.size();
  };
  EXPECT_EQ(seen(in_callcenter()), 0U);
  auto who = here();
  who.state = UserState::away;
  EXPECT_EQ(seen(who), 1U);
  who = in_callcenter();
  who.modes.on_redirect = true;
  EXPECT_EQ(seen(who), 1U);
  who = here();
  who.modes.on_cc_manual = true;
  EXPECT_EQ(seen(who), 1U);
  who = here();
  who.reason.text = "x";
  EXPECT_EQ(seen(who), 1U);
  who = here();
  who.modes.on_lunch = true;
  EXPECT_EQ(seen(who), 2U);
}

}  // namespace
}  // namespace otklik::core
