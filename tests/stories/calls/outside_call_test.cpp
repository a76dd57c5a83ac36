// Calls to and from other exchanges.
#include "stories/calls/call_story.hpp"

namespace otklik::core::stories {
namespace {

class OutsideCall : public CallStory {};

TEST_F(OutsideCall, alice_calls_a_number_outside_by_the_first_trunk) {
  const auto alice = dials("101", "84951234567");
  const auto there = rings_outside(1);
  EXPECT_EQ(phones.legs.at(there).number, "+84951234567");
  EXPECT_EQ(phones.legs.at(there).caller.number, "74950000000");
  EXPECT_TRUE(line_now("101").goes_outside);
  EXPECT_EQ(line_now("101").party->number, "84951234567");
  answers(there);
  EXPECT_TRUE(talks("101", "84951234567"));
  EXPECT_EQ(last<CommutationBegan>().type, ConnectionType::inner_outer);
  hangs_up(there);
  EXPECT_TRUE(has_ended(alice));
  nothing_is_left();
}

TEST_F(OutsideCall, the_second_trunk_takes_it_when_the_first_fails) {
  dials("101", "84951234567");
  ends(placed_outside(1), Cause::congestion);
  const auto there = rings_outside(2);
  answers(there);
  EXPECT_TRUE(talks("101", "84951234567"));
  EXPECT_EQ(count<CallBegan>(), 1U);
  everybody_hangs_up();
}

TEST_F(OutsideCall, a_busy_number_is_not_tried_by_another_trunk) {
  const auto alice = dials("101", "84951234567");
  ends(placed_outside(1), Cause::busy);
  EXPECT_EQ(end_cause(alice), Cause::busy);
  EXPECT_TRUE(placed_outside().is_nil());
  nothing_is_left();
}

TEST_F(OutsideCall, no_trunk_works) {
  tell(telephony::TrunkDown{Company::trunk_id(1)});
  tell(telephony::TrunkDown{Company::trunk_id(2)});
  EXPECT_EQ(end_cause(dials("101", "84951234567")), Cause::no_route);
  tell(telephony::TrunkUp{Company::trunk_id(2)});
  dials("101", "84951234567");
  EXPECT_FALSE(placed_outside(2).is_nil());
  everybody_hangs_up();
}

TEST_F(OutsideCall, both_trunks_fail_one_after_the_other) {
  const auto alice = dials("101", "84951234567");
  ends(placed_outside(1), Cause::trunk_failed);
  ends(placed_outside(2), Cause::trunk_failed);
  EXPECT_EQ(end_cause(alice), Cause::trunk_failed);
  nothing_is_left();
}

TEST_F(OutsideCall, alice_may_not_call_outside) {
  company.may_not_call_outside.insert(line("101"));
  EXPECT_EQ(end_cause(dials("101", "84951234567")), Cause::not_permitted);
  EXPECT_EQ(autocall("101", "84951234567").error(), Refusal::not_permitted);
  EXPECT_TRUE(placed_outside().is_nil());
}

TEST_F(OutsideCall, a_line_makes_only_so_many_calls_outside_in_an_hour) {
  company.outside_an_hour = 2;
  for (int i = 0; i < 2; ++i) hangs_up(dials("101", "84951234567"));
  EXPECT_EQ(end_cause(dials("101", "84951234567")), Cause::limit);
  EXPECT_FALSE(has_ended(dials("103", "84951234567"))) << "another line's calls are its own";
  EXPECT_FALSE(has_ended(dials("101", "112"))) << "help is never too much";
  everybody_hangs_up();
  time_passes(61min);
  EXPECT_FALSE(has_ended(dials("101", "84951234567")));
  everybody_hangs_up();
}

TEST_F(OutsideCall, whoever_registers_anew_has_not_forgotten_his_calls_of_the_hour) {
  company.outside_an_hour = 1;
  hangs_up(dials("101", "84951234567"));
  phone_goes_away("101");
  phone_registers("101");
  EXPECT_EQ(end_cause(dials("101", "84951234567")), Cause::limit);
}

TEST_F(OutsideCall, a_line_makes_only_so_many_calls_outside_at_once) {
  CallOptions options;
  for (std::size_t i = 0; i < options.most_outside_of_line; ++i) EXPECT_FALSE(has_ended(dials("101", "84951234567")));
  EXPECT_TRUE(has_ended(dials("101", "84951234567")));
  everybody_hangs_up();
}

TEST_F(OutsideCall, a_trunk_carries_only_so_many_calls_and_the_next_takes_the_rest) {
  company.trunk_calls = 1;
  dials("101", "84951234567");
  dials("102", "84951234567");
  EXPECT_FALSE(placed_outside(1).is_nil());
  EXPECT_FALSE(placed_outside(2).is_nil());
  EXPECT_EQ(end_cause(dials("103", "84951234567")), Cause::congestion);
  everybody_hangs_up();
}

TEST_F(OutsideCall, what_comes_before_the_answer_is_heard) {
  const auto alice = dials("101", "84951234567");
  const auto there = placed_outside(1);
  tell(telephony::LegEarlyMedia{there});
  EXPECT_EQ(phones.legs.at(alice).commutation, phones.legs.at(there).commutation);
  EXPECT_FALSE(phones.legs.at(alice).commutation.is_nil());
  EXPECT_EQ(count<CommutationBegan>(), 0U) << "that is no talk yet";
  answers(there);
  EXPECT_TRUE(joined(alice, there));
  EXPECT_EQ(count<CommutationBegan>(), 1U);
  everybody_hangs_up();
}

TEST_F(OutsideCall, an_announcement_before_a_failure_ends_with_it) {
  const auto alice = dials("101", "84951234567");
  const auto there = placed_outside(1);
  tell(telephony::LegEarlyMedia{there});
  ends(there, Cause::unknown_number);
  EXPECT_EQ(end_cause(alice), Cause::unknown_number);
  nothing_is_left();
}

TEST_F(OutsideCall, alice_gives_up_during_an_announcement) {
  const auto alice = dials("101", "84951234567");
  const auto there = placed_outside(1);
  tell(telephony::LegEarlyMedia{there});
  hangs_up(alice);
  EXPECT_TRUE(has_ended(there));
  nothing_is_left();
}

TEST_F(OutsideCall, a_customer_calls_in_and_bob_answers) {
  const auto customer = calls_in("89170001122", "102");
  rings("102");
  EXPECT_EQ(line_now("102").party->number, "89170001122");
  EXPECT_TRUE(line_now("102").goes_outside);
  EXPECT_TRUE(phones.legs.at(customer).told_ringing);
  lifts("102");
  EXPECT_TRUE(talks("102", "89170001122"));
  EXPECT_EQ(last<CommutationBegan>().type, ConnectionType::outer_inner);
  hangs_up(customer);
  nothing_is_left();
}

TEST_F(OutsideCall, a_call_by_a_trunk_that_nobody_knows_is_turned_away) {
  EXPECT_EQ(end_cause(calls_in("89170001122", "102", 9)), Cause::not_permitted);
  EXPECT_EQ(chains_now(), 0U);
}

TEST_F(OutsideCall, another_exchange_cannot_send_calls_about) {
  const auto customer = calls_in("89170001122", "102");
  rings_and_lifts("102");
  tell(telephony::TransferAsked{.leg = customer, .to = telephony::ToNumber{"84959999999"}});
  EXPECT_EQ(phones.legs.at(customer).transfer, false);
  EXPECT_TRUE(talks("102", "89170001122"));
  everybody_hangs_up();
}

TEST_F(OutsideCall, bob_sends_his_calls_to_his_mobile_and_pays_for_it_himself) {
  company.redirections[user("102")] = "89031112233";
  const auto customer = calls_in("89170001122", "102");
  const auto mobile = rings_outside(1);
  answers(mobile);
  EXPECT_TRUE(joined(customer, mobile));
  EXPECT_EQ(last<CommutationBegan>().type, ConnectionType::outer_outer);
  everybody_hangs_up();
  company.may_not_call_outside.insert(line("102"));
  EXPECT_EQ(end_cause(calls_in("89170001122", "102")), Cause::not_permitted);
}

TEST_F(OutsideCall, redirections_in_a_circle_come_to_an_end) {
  company.redirections[user("102")] = "103";
  company.redirections[user("103")] = "102";
  EXPECT_EQ(end_cause(dials("101", "102")), Cause::too_many_hops);
  nothing_is_left();
}

TEST_F(OutsideCall, bob_sends_his_calls_to_carol) {
  company.redirections[user("102")] = "103";
  dials("101", "102");
  EXPECT_FALSE(is_called("102"));
  rings_and_lifts("103");
  EXPECT_TRUE(talks("101", "103"));
  everybody_hangs_up();
}

TEST_F(OutsideCall, bobs_phone_itself_sends_a_call_on) {
  dials("101", "102");
  ends(rings("102"), Cause::redirected, "103");
  rings_and_lifts("103");
  EXPECT_TRUE(talks("101", "103"));
  everybody_hangs_up();
}

TEST_F(OutsideCall, a_phone_that_sends_a_call_to_itself_ends_it) {
  const auto alice = dials("101", "102");
  for (int i = 0; i < 20 && !has_ended(alice); ++i) ends(rings("102"), Cause::redirected, "102");
  EXPECT_EQ(end_cause(alice), Cause::too_many_hops);
  nothing_is_left();
}

TEST_F(OutsideCall, a_trunk_that_sends_a_call_on_is_not_followed) {
  const auto alice = dials("101", "84951234567");
  ends(placed_outside(1), Cause::redirected, "88005553535");
  EXPECT_TRUE(has_ended(alice));
  EXPECT_TRUE(placed_outside().is_nil());
}

}  // namespace
}  // namespace otklik::core::stories
