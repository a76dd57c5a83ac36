// Calls as they mostly go: somebody dials, somebody answers, somebody hangs up; and all the ways in which it does not.
#include "stories/calls/call_story.hpp"

namespace otklik::core::stories {
namespace {

class BasicCall : public CallStory {};

TEST_F(BasicCall, alice_calls_bob_they_talk_and_alice_hangs_up) {
  const auto alice = dials("101", "102");
  EXPECT_TRUE(company.in_call.contains(user("101")));
  EXPECT_EQ(state_of("101"), LineState::hook_up);
  EXPECT_TRUE(line_now("101").is_waiting_for_answer);
  const auto bob = rings("102");
  EXPECT_TRUE(phones.legs.at(alice).told_ringing);
  EXPECT_EQ(state_of("102"), LineState::ringing);
  EXPECT_EQ(line_now("102").party->number, "101");
  EXPECT_TRUE(line_now("102").is_ringing);
  EXPECT_FALSE(line_now("102").is_callback);
  lifts("102");
  EXPECT_TRUE(talks("101", "102"));
  EXPECT_TRUE(talks("102", "101"));
  EXPECT_TRUE(joined(alice, bob));
  hangs_up(alice);
  EXPECT_TRUE(has_ended(bob));
  EXPECT_TRUE(is_idle("101"));
  EXPECT_TRUE(is_idle("102"));
  nothing_is_left();
}

TEST_F(BasicCall, tells_of_it_in_the_order_in_which_it_happens) {
  forget_events();
  const auto alice = dials("101", "102");
  rings_and_lifts("102");
  hangs_up(alice);
  EXPECT_THAT(event_names(),
              testing::ElementsAre("chain_began", "leg_began", "call_began", "leg_began", "ring_started",
                                   "ring_stopped", "leg_answered", "call_ended", "leg_answered", "commutation_began",
                                   "commutation_ended", "leg_ended", "leg_ended", "chain_ended"));
  EXPECT_EQ(last<CommutationBegan>().type, ConnectionType::inner_inner);
  EXPECT_EQ(last<CommutationBegan>().dialled, "102");
  EXPECT_EQ(last<ChainEnded>().cause, Cause::hung_up);
}

TEST_F(BasicCall, bob_hangs_up_first) {
  const auto alice = dials("101", "102");
  const auto bob = rings_and_lifts("102");
  hangs_up(bob);
  EXPECT_TRUE(has_ended(alice));
  nothing_is_left();
}

TEST_F(BasicCall, alice_gives_up_while_it_rings_and_bob_has_missed_it) {
  const auto alice = dials("101", "102");
  const auto bob = rings("102");
  hangs_up(alice);
  EXPECT_TRUE(has_ended(bob));
  EXPECT_EQ(last<UserMissedCall>().user, user("102"));
  EXPECT_EQ(last<UserMissedCall>().caller.number, "101");
  EXPECT_EQ(last<CallEnded>().cause, Cause::abandoned);
  nothing_is_left();
}

TEST_F(BasicCall, alice_gives_up_before_it_rings_and_nobody_has_missed_anything) {
  hangs_up(dials("101", "102"));
  EXPECT_EQ(count<UserMissedCall>(), 0U);
  nothing_is_left();
}

TEST_F(BasicCall, bob_declines) {
  const auto alice = dials("101", "102");
  ends(rings("102"), Cause::declined);
  EXPECT_EQ(end_cause(alice), Cause::declined);
  EXPECT_EQ(count<UserMissedCall>(), 0U);
  nothing_is_left();
}

TEST_F(BasicCall, bob_does_not_answer_in_time) {
  const auto alice = dials("101", "102");
  rings("102");
  time_passes(25s);
  EXPECT_EQ(end_cause(alice), Cause::no_answer);
  EXPECT_EQ(last<UserMissedCall>().user, user("102"));
  nothing_is_left();
}

TEST_F(BasicCall, bobs_phone_gives_no_sign_of_life_and_the_call_ends_in_time) {
  const auto alice = dials("101", "102");
  time_passes(25s);
  EXPECT_TRUE(has_ended(alice));
  nothing_is_left();
}

TEST_F(BasicCall, bob_talks_already_and_alice_hears_that_he_is_busy) {
  dials("103", "102");
  rings_and_lifts("102");
  const auto alice = dials("101", "102");
  EXPECT_EQ(end_cause(alice), Cause::busy);
  EXPECT_TRUE(talks("103", "102"));
  everybody_hangs_up();
}

TEST_F(BasicCall, bobs_phone_is_not_there) {
  phone_goes_away("102");
  EXPECT_EQ(end_cause(dials("101", "102")), Cause::not_reachable);
  nothing_is_left();
}

TEST_F(BasicCall, bob_is_away) {
  user_becomes("102", Availability::away);
  EXPECT_EQ(end_cause(dials("101", "102")), Cause::away);
  nothing_is_left();
}

TEST_F(BasicCall, bob_is_busy_by_his_own_word) {
  user_becomes("102", Availability::busy);
  EXPECT_EQ(end_cause(dials("101", "102")), Cause::busy);
}

TEST_F(BasicCall, bob_on_a_break_is_rung_by_his_own_number) {
  user_becomes("102", Availability::on_break);
  dials("101", "102");
  EXPECT_TRUE(is_called("102"));
  everybody_hangs_up();
}

TEST_F(BasicCall, nobody_has_such_a_number) {
  EXPECT_EQ(end_cause(dials("101", "777")), Cause::unknown_number);
  EXPECT_EQ(end_cause(dials("101", "")), Cause::unknown_number);
  nothing_is_left();
}

TEST_F(BasicCall, alice_calls_herself_and_is_busy) {
  EXPECT_EQ(end_cause(dials("101", "101")), Cause::busy);
  nothing_is_left();
}

TEST_F(BasicCall, a_line_that_is_nobodys_is_called_and_answers) {
  dials("101", "107");
  rings_and_lifts("107");
  EXPECT_TRUE(talks("101", "107"));
  everybody_hangs_up();
}

TEST_F(BasicCall, an_unknown_line_is_turned_away) {
  const Uuid leg = new_id();
  phones.offered(leg, Company::line_id("999"), {});
  tell(telephony::LegOffered{.leg = leg, .from = telephony::FromLine{Company::line_id("999")}, .dialled = "102"});
  EXPECT_EQ(end_cause(leg), Cause::not_permitted);
  EXPECT_EQ(chains_now(), 0U);
}

TEST_F(BasicCall, the_echo_plays_back_until_alice_hangs_up) {
  const auto alice = dials("101", "199");
  EXPECT_TRUE(phones.legs.at(alice).echoes);
  time_passes(60s);
  EXPECT_FALSE(has_ended(alice));
  hangs_up(alice);
  nothing_is_left();
}

TEST_F(BasicCall, the_echo_does_not_last_for_ever) {
  const auto alice = dials("101", "199");
  time_passes(11min);
  EXPECT_TRUE(has_ended(alice));
  nothing_is_left();
}

TEST_F(BasicCall, an_ivr_that_is_not_there_yet_ends_the_call_at_once) {
  EXPECT_EQ(end_cause(dials("101", "500")), Cause::no_route);
  nothing_is_left();
}

TEST_F(BasicCall, the_phone_that_sends_no_180_answers_at_once) {
  dials("101", "102");
  lifts("102");
  EXPECT_TRUE(talks("101", "102"));
  EXPECT_EQ(count<RingStarted>(), 0U);
  everybody_hangs_up();
}

TEST_F(BasicCall, what_comes_late_or_twice_changes_nothing) {
  const auto alice = dials("101", "102");
  const auto bob = rings("102");
  rings_leg(bob);
  lifts("102");
  answers(bob);
  rings_leg(bob);
  EXPECT_EQ(count<RingStarted>(), 1U);
  EXPECT_EQ(count<CommutationBegan>(), 1U);
  hangs_up(alice);
  tell(telephony::LegAnswered{bob});
  tell(telephony::LegEnded{.leg = bob});
  tell(telephony::LegHeldByPhone{alice});
  tell(telephony::MediaLost{alice});
  EXPECT_GE(calls.figures().late, 4U);
  nothing_is_left();
}

TEST_F(BasicCall, digits_go_to_the_other_party) {
  const auto alice = dials("101", "102");
  const auto bob = rings_and_lifts("102");
  tell(telephony::DigitsCame{.leg = alice, .digits = "12#"});
  EXPECT_EQ(phones.legs.at(bob).digits, "12#");
  everybody_hangs_up();
}

TEST_F(BasicCall, a_phone_that_is_heard_no_more_is_given_up_in_the_end) {
  const auto alice = dials("101", "102");
  const auto bob = rings_and_lifts("102");
  tell(telephony::MediaLost{bob});
  time_passes(31s);
  EXPECT_EQ(end_cause(bob), Cause::media_lost);
  EXPECT_TRUE(has_ended(alice));
  nothing_is_left();
}

TEST_F(BasicCall, a_phone_that_is_heard_again_talks_on) {
  dials("101", "102");
  const auto bob = rings_and_lifts("102");
  tell(telephony::MediaLost{bob});
  time_passes(20s);
  tell(telephony::MediaBack{bob});
  time_passes(5min);
  EXPECT_TRUE(talks("101", "102"));
  everybody_hangs_up();
}

TEST_F(BasicCall, a_phone_that_loses_its_registration_talks_on) {
  dials("101", "102");
  rings_and_lifts("102");
  phone_goes_away("102");
  EXPECT_TRUE(talks("102", "101"));
  everybody_hangs_up();
  EXPECT_EQ(state_of("102"), LineState::disconnected);
}

TEST_F(BasicCall, no_call_lasts_for_ever) {
  const auto alice = dials("101", "102");
  rings_and_lifts("102");
  time_passes(13h);
  EXPECT_EQ(end_cause(alice), Cause::time_limit);
  nothing_is_left();
}

TEST_F(BasicCall, a_clock_that_is_set_back_keeps_nobody_ringing) {
  const auto alice = dials("101", "102");
  rings("102");
  now -= 1h;
  time_passes(0s);  // the core's timer sees it within a second
  time_passes(25s);
  EXPECT_EQ(end_cause(alice), Cause::no_answer);
  nothing_is_left();
}

TEST_F(BasicCall, a_line_makes_four_calls_at_once_and_no_fifth) {
  for (int i = 0; i < 4; ++i) EXPECT_FALSE(has_ended(dials("101", "10" + std::to_string(2 + i))));
  EXPECT_EQ(end_cause(dials("101", "106")), Cause::congestion);
  everybody_hangs_up();
}

TEST_F(BasicCall, nothing_new_begins_while_nothing_can_be_recorded_but_a_call_for_help) {
  recordable = false;
  EXPECT_EQ(end_cause(dials("101", "102")), Cause::storage_full);
  EXPECT_EQ(end_cause(calls_in("89170001122", "200")), Cause::storage_full);
  EXPECT_EQ(autocall("101", "102").error(), Refusal::storage_full);
  const auto help = dials("101", "112");
  EXPECT_FALSE(has_ended(help));
  everybody_hangs_up();
}

TEST_F(BasicCall, a_stopping_server_ends_every_call_and_begins_none) {
  const auto alice = dials("101", "102");
  const auto bob = rings_and_lifts("102");
  dials("103", "104");
  turn([&](CallTurn t) { calls.stop(t); });
  EXPECT_EQ(end_cause(alice), Cause::server_stopping);
  EXPECT_EQ(end_cause(bob), Cause::server_stopping);
  nothing_is_left();
  EXPECT_EQ(end_cause(dials("101", "102")), Cause::server_stopping);
  EXPECT_EQ(autocall("101", "102").error(), Refusal::stopping);
}

TEST_F(BasicCall, the_administrator_ends_a_chain) {
  const auto alice = dials("101", "102");
  rings_and_lifts("102");
  const auto chain = line_now("101").chain;
  EXPECT_TRUE(ask(commands::EndChain{chain}));
  EXPECT_TRUE(has_ended(alice));
  nothing_is_left();
  EXPECT_EQ(ask(commands::EndChain{chain}).error(), Refusal::unknown_chain);
}

TEST_F(BasicCall, the_chain_shows_what_wp_getchaincontent_needs) {
  company.records = true;
  dials("101", "102");
  rings_and_lifts("102");
  EXPECT_TRUE(ask(commands::SetCustomField{.line = line("101"), .text = "order 17"}));
  const auto view = calls.snapshot();
  const auto* chain = view.chains.find(line_now("101").chain);
  ASSERT_NE(chain, nullptr);
  EXPECT_EQ(chain->custom_field, "order 17");
  EXPECT_EQ(chain->dialled, "102");
  ASSERT_EQ(chain->trace.size(), 2U);
  EXPECT_EQ(chain->trace[0]->kind, TraceElement::Kind::call);
  EXPECT_EQ(chain->trace[0]->a.name, "Alice");
  EXPECT_EQ(chain->trace[0]->b.name, "Bob");
  EXPECT_EQ(chain->trace[0]->number, "102");
  EXPECT_FALSE(chain->trace[0]->outside);
  EXPECT_EQ(chain->trace[1]->kind, TraceElement::Kind::commutation);
  EXPECT_EQ(chain->trace[1]->connection, ConnectionType::inner_inner);
  EXPECT_TRUE(chain->trace[1]->recorded);
  EXPECT_FALSE(chain->trace[1]->ended);
  everybody_hangs_up();
}

TEST_F(BasicCall, a_snapshot_stays_as_it_was) {
  const auto alice = dials("101", "102");
  rings_and_lifts("102");
  const auto then = calls.snapshot();
  hangs_up(alice);
  EXPECT_EQ(then.chains.size(), 1U);
  EXPECT_EQ(then.lines.find(line("101"))->state, LineState::commutated);
  EXPECT_EQ(chains_now(), 0U);
}

TEST_F(BasicCall, a_talk_is_recorded_and_its_recording_told_when_it_is_finished) {
  company.records = true;
  const auto alice = dials("101", "102");
  rings_and_lifts("102");
  const auto recording = last<RecordingStarted>().recording;
  EXPECT_TRUE(phones.recordings.contains(recording));
  hangs_up(alice);
  EXPECT_EQ(count<RecordingFinished>(), 0U);
  tell(telephony::RecordingFinished{
      .recording = recording, .file = recording, .path = "20261130/0900/mix.wav", .size = 17, .length = 3s});
  EXPECT_EQ(last<RecordingFinished>().path, "20261130/0900/mix.wav");
  EXPECT_EQ(last<RecordingFinished>().commutation, last<CommutationEnded>().commutation);
  nothing_is_left();
}

TEST_F(BasicCall, a_recording_of_which_nothing_is_heard_is_given_up) {
  company.records = true;
  const auto alice = dials("101", "102");
  rings_and_lifts("102");
  hangs_up(alice);
  time_passes(11min);
  EXPECT_EQ(last<RecordingFinished>().trouble, "never_came");
  nothing_is_left();
}

TEST_F(BasicCall, a_recording_that_fails_at_once_leaves_the_talk_alone) {
  company.records = true;
  dials("101", "102");
  rings_and_lifts("102");
  const auto recording = last<RecordingStarted>().recording;
  tell(telephony::RecordingFinished{.recording = recording, .trouble = "storage_full"});
  phones.recordings.erase(recording);
  EXPECT_TRUE(talks("101", "102"));
  everybody_hangs_up();
}

TEST_F(BasicCall, the_same_facts_make_the_same_ids) {
  dials("101", "102");
  const auto first = line_now("101").chain;
  Calls other;
  std::vector<Event> its_events;
  std::vector<telephony::Order> its_orders;
  Company its_company;
  Uuid ids;
  ids.bytes[3] = 7;
  const auto once = [&](Calls& machine) {
    its_events.clear();
    machine.line_connected(line("102"),
                           {.at = now, .ids = ids, .around = its_company, .events = its_events, .orders = its_orders});
    machine.happened(telephony::LegOffered{.leg = ids, .from = telephony::FromLine{line("101")}, .dialled = "102"},
                     {.at = now, .ids = ids, .around = its_company, .events = its_events, .orders = its_orders});
    return std::get<ChainBegan>(its_events.at(1).body).chain;
  };
  Calls another;
  EXPECT_EQ(once(other), once(another));
  EXPECT_NE(first, once(*std::make_unique<Calls>()));
  everybody_hangs_up();
}

}  // namespace
}  // namespace otklik::core::stories
