#include "core/calls/cause.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "core/calls/commands.hpp"
#include "core/calls/states.hpp"

namespace otklik::core {
namespace {

TEST(Cause, has_one_name_that_leads_back_to_it) {
  std::set<std::string_view> names;
  for (const auto& row : all_causes()) {
    EXPECT_FALSE(row.name.empty());
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_EQ(cause_named(row.name), row.cause);
    EXPECT_EQ(info(row.cause).name, row.name);
    EXPECT_FALSE(row.text.empty()) << row.name;
  }
  EXPECT_FALSE(cause_named("nothing"));
}

TEST(Cause, is_answered_with_a_final_response_and_a_q850_number) {
  for (const auto& row : all_causes()) {
    EXPECT_GE(row.sip, 400) << row.name;
    EXPECT_LT(row.sip, 700) << row.name;
    EXPECT_GT(row.q850, 0) << row.name;
    EXPECT_LT(row.q850, 128) << row.name;
  }
}

TEST(Cause, is_understood_from_sip) {
  EXPECT_EQ(cause_of_sip(486), Cause::busy);
  EXPECT_EQ(cause_of_sip(600), Cause::busy);
  EXPECT_EQ(cause_of_sip(603), Cause::declined);
  EXPECT_EQ(cause_of_sip(404), Cause::unknown_number);
  EXPECT_EQ(cause_of_sip(408), Cause::not_reachable);
  EXPECT_EQ(cause_of_sip(480), Cause::no_answer);
  EXPECT_EQ(cause_of_sip(487), Cause::abandoned);
  EXPECT_EQ(cause_of_sip(488), Cause::media_refused);
  EXPECT_EQ(cause_of_sip(503), Cause::congestion);
  EXPECT_EQ(cause_of_sip(500), Cause::trunk_failed);
  EXPECT_EQ(cause_of_sip(302), Cause::redirected);
  EXPECT_EQ(cause_of_sip(699), Cause::declined);
}

TEST(Cause, of_an_exchange_that_says_480_is_what_its_reason_says) {
  EXPECT_EQ(cause_of_sip(480, 17), Cause::busy);
  EXPECT_EQ(cause_of_sip(500, 1), Cause::unknown_number);
  EXPECT_EQ(cause_of_sip(486, 1), Cause::busy) << "a status that says enough is believed";
  for (int q850 = 0; q850 < 256; ++q850) {
    for (int status = 300; status < 700; ++status) {
      EXPECT_FALSE(name(cause_of_sip(static_cast<std::uint16_t>(status), static_cast<std::uint8_t>(q850))).empty());
    }
  }
}

TEST(Cause, lets_another_trunk_be_tried_only_where_this_one_was_at_fault) {
  EXPECT_TRUE(may_try_another_way(Cause::congestion));
  EXPECT_TRUE(may_try_another_way(Cause::trunk_failed));
  EXPECT_FALSE(may_try_another_way(Cause::busy));
  EXPECT_FALSE(may_try_another_way(Cause::no_answer));
  EXPECT_FALSE(may_try_another_way(Cause::declined));
}

TEST(Refusal, has_a_name_and_a_text) {
  std::set<std::string_view> names;
  for (const auto refusal : commands::all_refusals) {
    EXPECT_TRUE(names.insert(commands::name(refusal)).second);
    EXPECT_FALSE(commands::text(refusal).empty());
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(commands::Refusal::too_many) + 1) << "all_refusals has them all";
}

template <class Rows>
void expect_named(const Rows& rows) {
  for (const auto& row : rows) {
    EXPECT_FALSE(name(row.from).empty());
    EXPECT_FALSE(name(row.to).empty());
    EXPECT_FALSE(name(row.step).empty());
    EXPECT_EQ(next(row.from, row.step), row.to);
  }
}

TEST(States, are_named_and_found_by_their_steps) {
  expect_named(leg_table());
  expect_named(call_table());
  expect_named(autocall_table());
  expect_named(chain_table());
  expect_named(recording_table());
  EXPECT_FALSE(next(LegState::gone, LegStep::answers));
  EXPECT_FALSE(next(LegState::ringing, LegStep::is_joined));
  EXPECT_FALSE(next(CallState::answered, CallStep::fails));
}

}  // namespace
}  // namespace otklik::core
