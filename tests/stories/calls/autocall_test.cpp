// Calls that the server makes on behalf of a line: wp_autocallstart and its like.
#include "stories/calls/call_story.hpp"

namespace otklik::core::stories {
namespace {

class AutocallStory : public CallStory {};

TEST_F(AutocallStory, direct_calls_the_party_first_and_then_the_line_back) {
  forget_events();
  const auto chain = autocall("101", "102")->chain;
  EXPECT_EQ(state_of("101"), LineState::reserved);
  EXPECT_TRUE(line_now("101").is_autocall);
  EXPECT_EQ(line_now("101").party->number, "102");
  EXPECT_EQ(line_now("101").chain, chain);
  EXPECT_FALSE(is_called("101"));
  EXPECT_EQ(last<AutocallStarted>().sequence, "direct");
  const auto bob = rings_and_lifts("102");
  EXPECT_TRUE(last<AutocallEnded>().connected);
  EXPECT_EQ(hears(bob), telephony::Sound::ringback);
  rings("101");
  EXPECT_TRUE(line_now("101").is_ringing);
  EXPECT_TRUE(line_now("101").is_callback);
  EXPECT_EQ(line_now("101").party->number, "102");
  lifts("101");
  EXPECT_TRUE(talks("101", "102"));
  EXPECT_EQ(line_now("101").chain, chain);
  EXPECT_EQ(chains_now(), 1U);
  everybody_hangs_up();
}

TEST_F(AutocallStory, back_rings_the_own_phone_first_and_then_calls_the_number) {
  const auto chain = autocall("101", "102", Sequence::line_first)->chain;
  EXPECT_FALSE(is_called("102"));
  rings("101");
  EXPECT_TRUE(line_now("101").is_callback);
  EXPECT_EQ(line_now("101").party->number, "102");
  EXPECT_EQ(line_now("101").chain, chain);
  const auto alice = lifts("101");
  EXPECT_TRUE(line_now("101").is_waiting_for_answer);
  EXPECT_EQ(state_of("101"), LineState::hook_up);
  EXPECT_EQ(hears(alice), telephony::Sound::ringback);
  rings_and_lifts("102");
  EXPECT_TRUE(talks("101", "102"));
  EXPECT_EQ(last<CallBegan>().caller.number, "101");
  everybody_hangs_up();
}

TEST_F(AutocallStory, the_party_does_not_answer_and_the_line_never_rings) {
  autocall("101", "102");
  rings("102");
  time_passes(25s);
  EXPECT_FALSE(last<AutocallEnded>().connected);
  EXPECT_EQ(last<AutocallEnded>().cause, Cause::no_answer);
  EXPECT_TRUE(is_idle("101"));
  nothing_is_left();
}

TEST_F(AutocallStory, the_line_does_not_lift_when_it_is_called_back_and_the_party_is_let_go) {
  autocall("101", "102");
  const auto bob = rings_and_lifts("102");
  rings("101");
  time_passes(45s);
  EXPECT_EQ(end_cause(bob), Cause::no_answer);
  EXPECT_EQ(count<UserMissedCall>(), 0U) << "nobody misses his own call";
  nothing_is_left();
}

TEST_F(AutocallStory, the_line_does_not_lift_at_all) {
  autocall("101", "102", Sequence::line_first);
  rings("101");
  time_passes(45s);
  EXPECT_FALSE(is_called("102"));
  EXPECT_FALSE(last<AutocallEnded>().connected);
  nothing_is_left();
}

TEST_F(AutocallStory, the_number_is_busy_after_the_line_has_lifted_and_it_hears_so) {
  autocall("101", "102", Sequence::line_first);
  const auto alice = rings_and_lifts("101");
  ends(rings("102"), Cause::busy);
  EXPECT_EQ(hears(alice), telephony::Sound::busy);
  EXPECT_EQ(state_of("101"), LineState::hook_up);
  EXPECT_TRUE(line_now("101").chain.is_nil());
  time_passes(21s);
  EXPECT_TRUE(has_ended(alice));
  nothing_is_left();
}

TEST_F(AutocallStory, the_party_hangs_up_while_the_line_is_called_back) {
  autocall("101", "102");
  const auto bob = rings_and_lifts("102");
  const auto alice = rings("101");
  hangs_up(bob);
  EXPECT_TRUE(has_ended(alice));
  nothing_is_left();
}

TEST_F(AutocallStory, it_is_stopped_while_the_party_is_called) {
  autocall("101", "102");
  const auto bob = rings("102");
  EXPECT_TRUE(stop_autocall("101"));
  EXPECT_TRUE(has_ended(bob));
  EXPECT_TRUE(is_idle("101"));
  nothing_is_left();
}

TEST_F(AutocallStory, it_is_stopped_while_the_own_phone_rings) {
  autocall("101", "102", Sequence::line_first);
  const auto alice = rings("101");
  EXPECT_TRUE(stop_autocall("101"));
  EXPECT_TRUE(has_ended(alice));
  nothing_is_left();
}

TEST_F(AutocallStory, the_own_phone_declines) {
  autocall("101", "102", Sequence::line_first);
  ends(rings("101"), Cause::declined);
  EXPECT_EQ(last<AutocallEnded>().cause, Cause::declined);
  nothing_is_left();
}

TEST_F(AutocallStory, nobody_calls_a_line_that_is_reserved) {
  autocall("101", "102");
  rings("102");
  EXPECT_EQ(end_cause(dials("103", "101")), Cause::busy);
  everybody_hangs_up();
}

TEST_F(AutocallStory, an_autocall_goes_outside_by_the_second_trunk) {
  autocall("101", "84951234567");
  ends(placed_outside(1), Cause::congestion);
  answers(rings_outside(2));
  rings_and_lifts("101");
  EXPECT_TRUE(talks("101", "84951234567"));
  everybody_hangs_up();
}

TEST_F(AutocallStory, an_autocall_to_a_group_connects_whoever_lifts) {
  autocall("101", "200");
  rings("102");
  rings("103");
  lifts("103");
  EXPECT_FALSE(is_called("102"));
  rings_and_lifts("101");
  EXPECT_TRUE(talks("101", "103"));
  everybody_hangs_up();
}

TEST_F(AutocallStory, an_intercom_makes_the_called_phone_answer_by_itself) {
  ask(commands::Autocall{.line = line("101"), .number = "102", .intercom = true});
  rings_and_lifts("101");
  EXPECT_TRUE(phones.legs.at(placed_to("102")).auto_answer);
  rings_and_lifts("102");
  EXPECT_TRUE(talks("101", "102"));
  everybody_hangs_up();
}

TEST_F(AutocallStory, the_own_phone_is_made_to_answer_its_call_back) {
  autocall("101", "102", Sequence::line_first);
  const auto alice = rings("101");
  EXPECT_TRUE(answer_by_command("101"));
  EXPECT_TRUE(phones.legs.at(alice).asked_to_answer);
  tell(telephony::AnswerNotSupported{alice});
  EXPECT_EQ(answer_by_command("101").error(), Refusal::answer_not_supported);
  everybody_hangs_up();
}

TEST_F(AutocallStory, a_phone_that_cannot_be_asked_is_not) {
  dials("101", "104");
  rings("104");
  EXPECT_EQ(answer_by_command("104").error(), Refusal::answer_not_supported);
  everybody_hangs_up();
}

TEST_F(AutocallStory, the_party_hangs_up_in_the_middle_of_every_stage) {
  autocall("101", "102");
  const auto ringing = rings("102");
  ends(ringing, Cause::declined);
  EXPECT_TRUE(is_idle("101"));
  autocall("101", "102");
  rings_and_lifts("102");
  hangs_up(rings_and_lifts("101"));
  nothing_is_left();
}

TEST_F(AutocallStory, the_users_state_is_told_from_the_beginning_to_the_end) {
  autocall("101", "102");
  EXPECT_TRUE(company.in_call.contains(user("101")));
  EXPECT_TRUE(company.in_call.contains(user("102")));
  rings_and_lifts("102");
  EXPECT_TRUE(company.in_call.contains(user("101")));
  rings_and_lifts("101");
  everybody_hangs_up();
  EXPECT_TRUE(company.in_call.empty());
}

TEST_F(AutocallStory, a_server_that_stops_ends_it) {
  autocall("101", "102");
  rings("102");
  turn([&](CallTurn t) { calls.stop(t); });
  EXPECT_FALSE(last<AutocallEnded>().connected);
  nothing_is_left();
}

}  // namespace
}  // namespace otklik::core::stories
