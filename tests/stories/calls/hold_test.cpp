// Hold, swap, consultation, transfers: by command, by the phone, by REFER.
#include "stories/calls/call_story.hpp"

namespace otklik::core::stories {
namespace {

class HoldStory : public CallStory {
 protected:
  HoldStory() {
    alice = dials("101", "102");
    bob = rings_and_lifts("102");
  }
  Uuid consults_carol() {
    EXPECT_TRUE(consult("101", "103"));
    return rings("103");
  }
  void talks_to_carol() {
    consults_carol();
    carol = lifts("103");
    EXPECT_TRUE(talks("101", "103"));
  }
  Uuid alice, bob, carol;
};

TEST_F(HoldStory, alice_puts_bob_on_hold_and_takes_him_back) {
  EXPECT_TRUE(flash("101"));
  EXPECT_TRUE(holds("101", "102"));
  EXPECT_EQ(state_of("101"), LineState::flash);
  EXPECT_TRUE(line_now("101").chain.is_nil());
  EXPECT_FALSE(line_now("101").party);
  EXPECT_EQ(hears(bob), telephony::Sound::music);
  EXPECT_TRUE(line_now("102").is_waiting_in_flash);
  EXPECT_EQ(line_now("102").party->number, "101");
  EXPECT_TRUE(flash("101"));
  EXPECT_TRUE(talks("101", "102"));
  EXPECT_EQ(last<HoldEnded>().how, HoldEnd::returned);
  EXPECT_EQ(chains_now(), 1U);
  everybody_hangs_up();
}

TEST_F(HoldStory, bob_leaves_while_he_is_held_and_alice_hears_so) {
  flash("101");
  hangs_up(bob);
  EXPECT_EQ(last<HoldEnded>().how, HoldEnd::left);
  EXPECT_FALSE(line_now("101").held);
  EXPECT_EQ(hears(alice), telephony::Sound::busy);
  time_passes(21s);
  EXPECT_TRUE(has_ended(alice));
  nothing_is_left();
}

TEST_F(HoldStory, alice_hangs_up_with_bob_on_hold_and_he_is_let_go) {
  flash("101");
  hangs_up(alice);
  EXPECT_EQ(last<HoldEnded>().how, HoldEnd::broken);
  EXPECT_TRUE(has_ended(bob));
  nothing_is_left();
}

TEST_F(HoldStory, nobody_is_held_for_ever) {
  flash("101");
  time_passes(2h);
  nothing_is_left();
}

TEST_F(HoldStory, her_phone_puts_bob_on_hold_and_takes_him_back) {
  phone_holds(alice);
  EXPECT_TRUE(holds("101", "102"));
  EXPECT_TRUE(line_now("101").held_by_phone);
  EXPECT_EQ(hears(bob), telephony::Sound::music);
  EXPECT_EQ(flash("101").error(), Refusal::held_by_phone);
  phone_resumes(alice);
  EXPECT_TRUE(talks("101", "102"));
  everybody_hangs_up();
}

TEST_F(HoldStory, bob_leaves_while_her_phone_holds_him_and_her_phone_is_told) {
  phone_holds(alice);
  hangs_up(bob);
  EXPECT_TRUE(has_ended(alice));
  nothing_is_left();
}

TEST_F(HoldStory, both_phones_hold_each_other) {
  phone_holds(alice);
  phone_holds(bob);
  phone_resumes(alice);
  phone_resumes(bob);
  EXPECT_TRUE(talks("101", "102"));
  everybody_hangs_up();
}

TEST_F(HoldStory, a_phone_on_hold_may_be_silent) {
  phone_holds(alice);
  tell(telephony::MediaLost{alice});
  time_passes(2min);
  EXPECT_FALSE(has_ended(alice));
  everybody_hangs_up();
}

TEST_F(HoldStory, alice_consults_carol_on_her_open_line) {
  const auto first = line_now("101").chain;
  consults_carol();
  EXPECT_TRUE(holds("101", "102"));
  EXPECT_EQ(line_now("101").held_chain, first);
  EXPECT_NE(line_now("101").chain, first);
  EXPECT_TRUE(line_now("101").is_waiting_for_answer);
  EXPECT_EQ(last<AutocallStarted>().sequence, "consult");
  lifts("103");
  EXPECT_TRUE(talks("101", "103"));
  EXPECT_TRUE(holds("101", "102"));
  EXPECT_TRUE(last<AutocallEnded>().connected);
  EXPECT_EQ(chains_now(), 2U);
  everybody_hangs_up();
}

TEST_F(HoldStory, carol_refuses_and_alice_still_holds_bob) {
  ends(consults_carol(), Cause::declined);
  EXPECT_TRUE(holds("101", "102"));
  EXPECT_TRUE(line_now("101").chain.is_nil());
  EXPECT_EQ(state_of("101"), LineState::flash);
  EXPECT_TRUE(flash("101"));
  EXPECT_TRUE(talks("101", "102"));
  EXPECT_EQ(chains_now(), 1U);
  everybody_hangs_up();
}

TEST_F(HoldStory, alice_swaps_between_the_two) {
  talks_to_carol();
  EXPECT_TRUE(flash("101"));
  EXPECT_TRUE(talks("101", "102"));
  EXPECT_TRUE(holds("101", "103"));
  EXPECT_EQ(hears(carol), telephony::Sound::music);
  EXPECT_TRUE(flash("101"));
  EXPECT_TRUE(talks("101", "103"));
  EXPECT_TRUE(holds("101", "102"));
  everybody_hangs_up();
}

TEST_F(HoldStory, abort_drops_carol_and_returns_to_bob) {
  talks_to_carol();
  EXPECT_TRUE(flash("101", FlashMode::abort));
  EXPECT_TRUE(has_ended(carol));
  EXPECT_TRUE(talks("101", "102"));
  EXPECT_FALSE(line_now("101").held);
  everybody_hangs_up();
}

TEST_F(HoldStory, abort_stops_calling_carol_and_returns_to_bob) {
  const auto ringing = consults_carol();
  EXPECT_TRUE(flash("101", FlashMode::abort));
  EXPECT_TRUE(has_ended(ringing));
  EXPECT_TRUE(talks("101", "102"));
  everybody_hangs_up();
}

TEST_F(HoldStory, next_drops_carol_and_leaves_the_line_open_for_dave) {
  talks_to_carol();
  EXPECT_TRUE(flash("101", FlashMode::next));
  EXPECT_TRUE(has_ended(carol));
  EXPECT_TRUE(holds("101", "102"));
  EXPECT_TRUE(consult("101", "104"));
  rings_and_lifts("104");
  EXPECT_TRUE(talks("101", "104"));
  EXPECT_TRUE(holds("101", "102"));
  everybody_hangs_up();
}

TEST_F(HoldStory, carol_hangs_up_and_alice_still_holds_bob) {
  talks_to_carol();
  hangs_up(carol);
  EXPECT_TRUE(holds("101", "102"));
  EXPECT_EQ(state_of("101"), LineState::flash);
  everybody_hangs_up();
}

TEST_F(HoldStory, bob_gives_up_waiting_while_alice_talks_to_carol) {
  talks_to_carol();
  hangs_up(bob);
  EXPECT_TRUE(talks("101", "103"));
  EXPECT_FALSE(line_now("101").held);
  everybody_hangs_up();
}

TEST_F(HoldStory, wp_abortcall_joins_bob_and_carol) {
  talks_to_carol();
  const auto kept = line_now("101").held_chain;
  EXPECT_TRUE(abort_call("101"));
  EXPECT_TRUE(has_ended(alice));
  EXPECT_TRUE(joined(bob, carol));
  EXPECT_TRUE(talks("102", "103"));
  EXPECT_TRUE(is_idle("101"));
  EXPECT_EQ(line_now("102").chain, kept);
  EXPECT_EQ(chains_now(), 1U);
  EXPECT_TRUE(last<CallTransferred>().attended);
  EXPECT_EQ(last<HoldEnded>().how, HoldEnd::handed_over);
  everybody_hangs_up();
}

TEST_F(HoldStory, alice_hangs_up_and_bob_and_carol_are_joined) {
  talks_to_carol();
  hangs_up(alice);
  EXPECT_TRUE(talks("102", "103"));
  EXPECT_EQ(last<ChainEnded>().into, line_now("102").chain);
  everybody_hangs_up();
}

TEST_F(HoldStory, an_empty_transfer_joins_them_too) {
  talks_to_carol();
  EXPECT_TRUE(transfer("101", ""));
  EXPECT_TRUE(talks("102", "103"));
  everybody_hangs_up();
}

TEST_F(HoldStory, alice_whose_phone_is_lost_joins_nobody) {
  talks_to_carol();
  tell(telephony::MediaLost{alice});
  time_passes(31s);
  nothing_is_left();
}

TEST_F(HoldStory, alice_hangs_up_while_carol_rings_and_bob_waits_for_her_instead) {
  const auto ringing = consults_carol();
  hangs_up(alice);
  EXPECT_EQ(hears(bob), telephony::Sound::ringback);
  EXPECT_TRUE(is_idle("101"));
  answers(ringing);
  EXPECT_TRUE(talks("102", "103"));
  EXPECT_EQ(chains_now(), 1U);
  everybody_hangs_up();
}

TEST_F(HoldStory, carol_does_not_answer_whom_she_was_left_and_alice_is_called_back) {
  consults_carol();
  hangs_up(alice);
  time_passes(25s);
  EXPECT_TRUE(is_called("101"));
  rings_and_lifts("101");
  EXPECT_TRUE(talks("102", "101"));
  everybody_hangs_up();
}

TEST_F(HoldStory, blind_transfer_frees_alice_at_once) {
  EXPECT_TRUE(switch_call("101", "103"));
  EXPECT_TRUE(has_ended(alice));
  EXPECT_EQ(end_cause(alice), Cause::transferred);
  EXPECT_TRUE(is_idle("101"));
  EXPECT_EQ(hears(bob), telephony::Sound::ringback);
  rings_and_lifts("103");
  EXPECT_TRUE(talks("102", "103"));
  EXPECT_EQ(last<CallTransferred>().number, "103");
  everybody_hangs_up();
}

TEST_F(HoldStory, blind_transfer_outside) {
  EXPECT_TRUE(transfer("101", "84951234567"));
  answers(rings_outside());
  EXPECT_TRUE(talks("102", "84951234567"));
  everybody_hangs_up();
}

TEST_F(HoldStory, blind_transfer_comes_back_to_alice_when_carol_does_not_answer) {
  switch_call("101", "103");
  rings("103");
  time_passes(25s);
  rings("101");
  lifts("101");
  EXPECT_TRUE(talks("101", "102"));
  everybody_hangs_up();
}

TEST_F(HoldStory, blind_transfer_comes_back_and_alice_does_not_answer_either) {
  switch_call("101", "103");
  rings("103");
  time_passes(25s);
  rings("101");
  time_passes(45s);
  EXPECT_TRUE(has_ended(bob));
  nothing_is_left();
}

TEST_F(HoldStory, bob_hangs_up_while_he_is_transferred) {
  switch_call("101", "103");
  const auto ringing = rings("103");
  hangs_up(bob);
  EXPECT_TRUE(has_ended(ringing));
  nothing_is_left();
}

TEST_F(HoldStory, with_bob_on_hold_carol_is_transferred_and_alice_returns_to_bob) {
  talks_to_carol();
  EXPECT_TRUE(transfer("101", "104"));
  EXPECT_TRUE(talks("101", "102"));
  rings_and_lifts("104");
  EXPECT_TRUE(talks("103", "104"));
  EXPECT_EQ(chains_now(), 2U);
  everybody_hangs_up();
}

TEST_F(HoldStory, her_phone_asks_for_a_blind_transfer) {
  phone_holds(alice);
  tell(telephony::TransferAsked{.leg = alice, .to = telephony::ToNumber{"103"}});
  EXPECT_EQ(phones.legs.at(alice).transfer, true);
  EXPECT_TRUE(phones.legs.at(alice).transfer_finished);
  EXPECT_TRUE(has_ended(alice));
  rings_and_lifts("103");
  EXPECT_TRUE(talks("102", "103"));
  everybody_hangs_up();
}

TEST_F(HoldStory, her_phone_asks_for_a_transfer_to_nobody) {
  tell(telephony::TransferAsked{.leg = alice, .to = telephony::ToNumber{"777"}});
  EXPECT_EQ(phones.legs.at(alice).transfer, false);
  EXPECT_TRUE(talks("101", "102"));
  everybody_hangs_up();
}

TEST_F(HoldStory, her_phone_joins_bob_and_carol_by_two_calls_of_its_own) {
  phone_holds(alice);
  const auto second = dials("101", "103");
  carol = rings_and_lifts("103");
  EXPECT_TRUE(talks("101", "103"));
  EXPECT_TRUE(holds("101", "102"));
  tell(telephony::TransferAsked{.leg = alice, .to = telephony::ToPartyOf{second}});
  EXPECT_TRUE(has_ended(alice));
  EXPECT_TRUE(has_ended(second));
  EXPECT_TRUE(joined(bob, carol));
  EXPECT_EQ(chains_now(), 1U);
  everybody_hangs_up();
}

TEST_F(HoldStory, her_phone_joins_bob_with_carol_who_still_rings) {
  phone_holds(alice);
  const auto second = dials("101", "103");
  const auto ringing = rings("103");
  tell(telephony::TransferAsked{.leg = alice, .to = telephony::ToPartyOf{second}});
  EXPECT_TRUE(has_ended(alice));
  answers(ringing);
  EXPECT_TRUE(talks("102", "103"));
  everybody_hangs_up();
}

TEST_F(HoldStory, a_transfer_to_a_leg_of_somebody_else_is_refused) {
  const auto dave = dials("104", "105");
  rings_and_lifts("105");
  tell(telephony::TransferAsked{.leg = alice, .to = telephony::ToPartyOf{dave}});
  EXPECT_EQ(phones.legs.at(alice).transfer, false);
  tell(telephony::TransferAsked{.leg = alice, .to = telephony::ToPartyOf{new_id()}});
  tell(telephony::TransferAsked{.leg = alice, .to = telephony::ToPartyOf{alice}});
  EXPECT_TRUE(talks("101", "102"));
  EXPECT_TRUE(talks("104", "105"));
  everybody_hangs_up();
}

TEST_F(HoldStory, another_phone_of_hers_takes_her_place) {
  const Uuid newcomer = new_id();
  phones.offered(newcomer, line("101"), {});
  tell(telephony::LegOffered{
      .leg = newcomer, .from = telephony::FromLine{line("101")}, .dialled = "102", .replaces = alice});
  EXPECT_EQ(end_cause(alice), Cause::replaced);
  EXPECT_TRUE(joined(newcomer, bob));
  EXPECT_EQ(chains_now(), 1U);
  everybody_hangs_up();
}

TEST_F(HoldStory, whoever_wants_to_replace_a_leg_that_is_gone_is_refused) {
  const Uuid newcomer = new_id();
  phones.offered(newcomer, line("101"), {});
  tell(telephony::LegOffered{
      .leg = newcomer, .from = telephony::FromLine{line("101")}, .dialled = "102", .replaces = new_id()});
  EXPECT_TRUE(has_ended(newcomer));
  everybody_hangs_up();
}

TEST_F(HoldStory, bob_holds_alice_while_she_consults_carol) {
  talks_to_carol();
  phone_holds(carol);
  EXPECT_TRUE(line_now("101").is_waiting_in_flash);
  EXPECT_EQ(flash("101").error(), Refusal::not_talking);
  hangs_up(alice);
  everybody_hangs_up();
}

}  // namespace
}  // namespace otklik::core::stories
