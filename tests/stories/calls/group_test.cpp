// Groups, those who wait in line, and picking up what rings elsewhere.
#include "stories/calls/call_story.hpp"

namespace otklik::core::stories {
namespace {

class GroupStory : public CallStory {
 protected:
  void all_of_the_group_are_busy() {
    dials("102", "105");
    rings_and_lifts("105");
    dials("103", "106");
    rings_and_lifts("106");
    dials("104", "107");
    rings_and_lifts("107");
    forget_events();
  }
};

TEST_F(GroupStory, all_ring_at_once_and_the_quickest_takes_it) {
  calls_in("89170001122", "200");
  for (const auto* number : {"102", "103", "104"}) rings(number);
  const auto bob = placed_to("102");
  lifts("103");
  EXPECT_EQ(end_cause(bob), Cause::answered_elsewhere);
  EXPECT_FALSE(is_called("104"));
  EXPECT_TRUE(talks("103", "89170001122"));
  EXPECT_EQ(count<UserMissedCall>(), 0U);
  everybody_hangs_up();
}

TEST_F(GroupStory, the_others_ring_on_when_one_declines) {
  const auto customer = calls_in("89170001122", "200");
  for (const auto* number : {"102", "103", "104"}) rings(number);
  decline("102");
  ends(placed_to("103"), Cause::declined);
  EXPECT_FALSE(has_ended(customer));
  lifts("104");
  EXPECT_TRUE(talks("104", "89170001122"));
  everybody_hangs_up();
}

TEST_F(GroupStory, all_decline) {
  const auto customer = calls_in("89170001122", "200");
  for (const auto* number : {"102", "103", "104"}) decline(number);
  EXPECT_EQ(end_cause(customer), Cause::declined);
  nothing_is_left();
}

TEST_F(GroupStory, nobody_answers_and_all_have_missed_it) {
  const auto customer = calls_in("89170001122", "200");
  for (const auto* number : {"102", "103", "104"}) rings(number);
  time_passes(25s);
  EXPECT_EQ(end_cause(customer), Cause::no_answer);
  EXPECT_EQ(count<UserMissedCall>(), 3U);
  nothing_is_left();
}

TEST_F(GroupStory, one_rings_after_another) {
  calls_in("89170001122", "300");
  EXPECT_TRUE(is_called("102"));
  EXPECT_FALSE(is_called("103"));
  rings("102");
  time_passes(21s);
  EXPECT_FALSE(is_called("102"));
  ends(rings("103"), Cause::busy);
  rings_and_lifts("104");
  EXPECT_TRUE(talks("104", "89170001122"));
  EXPECT_EQ(count<CallBegan>(), 1U);
  everybody_hangs_up();
}

TEST_F(GroupStory, one_after_another_skips_who_is_away_on_a_break_or_without_a_phone) {
  user_becomes("102", Availability::away);
  user_becomes("103", Availability::on_break);
  calls_in("89170001122", "300");
  EXPECT_TRUE(is_called("104"));
  everybody_hangs_up();
  phone_goes_away("104");
  EXPECT_TRUE(has_ended(calls_in("89170001122", "300")));
}

TEST_F(GroupStory, whoever_talks_is_not_rung) {
  dials("102", "105");
  rings_and_lifts("105");
  calls_in("89170001122", "200");
  EXPECT_TRUE(is_called("103"));
  EXPECT_FALSE(is_called("102"));
  everybody_hangs_up();
}

TEST_F(GroupStory, a_customer_waits_in_line_with_music_until_somebody_is_free) {
  all_of_the_group_are_busy();
  const auto customer = calls_in("89170001122", "200");
  EXPECT_EQ(waiting_now(), 1U);
  EXPECT_TRUE(phones.legs.at(customer).answered);
  EXPECT_EQ(hears(customer), telephony::Sound::music);
  const auto view = calls.snapshot();
  view.queue.for_each([&](const Uuid&, const QueueEntryView& entry) {
    EXPECT_EQ(entry.number, "200");
    EXPECT_EQ(entry.number_id, Company::number_id("200"));
    EXPECT_EQ(entry.rule_name, "rule of 200");
    EXPECT_EQ(entry.caller.number, "89170001122");
    EXPECT_EQ(entry.priority, 10U);
    EXPECT_EQ(entry.leg, customer);
    EXPECT_EQ(entry.users.size(), 3U);
    EXPECT_FALSE(entry.served);
  });
  hangs_up(line_now("103").leg);
  EXPECT_TRUE(is_called("103")) << "she has hung up and is rung at once";
  EXPECT_EQ(waiting_now(), 1U);
  rings_and_lifts("103");
  EXPECT_EQ(waiting_now(), 0U);
  EXPECT_TRUE(last<QueueLeft>().answered);
  EXPECT_TRUE(talks("103", "89170001122"));
  everybody_hangs_up();
}

TEST_F(GroupStory, those_who_wait_are_served_in_the_order_in_which_they_came) {
  all_of_the_group_are_busy();
  calls_in("1", "200");
  calls_in("2", "200");
  EXPECT_EQ(waiting_now(), 2U);
  hangs_up(line_now("103").leg);
  rings_and_lifts("103");
  EXPECT_TRUE(talks("103", "1"));
  hangs_up(line_now("102").leg);
  rings_and_lifts("102");
  EXPECT_TRUE(talks("102", "2"));
  everybody_hangs_up();
}

TEST_F(GroupStory, no_more_wait_than_may) {
  all_of_the_group_are_busy();
  calls_in("1", "200");
  calls_in("2", "200");
  EXPECT_EQ(end_cause(calls_in("3", "200")), Cause::queue_full);
  everybody_hangs_up();
}

TEST_F(GroupStory, where_nobody_may_wait_busy_is_said) {
  all_of_the_group_are_busy();
  EXPECT_EQ(end_cause(calls_in("1", "400")), Cause::busy);
  everybody_hangs_up();
}

TEST_F(GroupStory, a_customer_gives_up_waiting) {
  all_of_the_group_are_busy();
  const auto customer = calls_in("89170001122", "200");
  hangs_up(customer);
  EXPECT_EQ(waiting_now(), 0U);
  EXPECT_FALSE(last<QueueLeft>().answered);
  EXPECT_EQ(last<QueueLeft>().cause, Cause::abandoned);
  everybody_hangs_up();
}

TEST_F(GroupStory, a_customer_has_waited_for_as_long_as_he_may) {
  all_of_the_group_are_busy();
  const auto customer = calls_in("89170001122", "200");
  time_passes(121s);
  EXPECT_EQ(end_cause(customer), Cause::queue_timeout);
  EXPECT_EQ(last<QueueLeft>().cause, Cause::queue_timeout);
  everybody_hangs_up();
}

TEST_F(GroupStory, carol_does_not_answer_and_the_customer_waits_on) {
  all_of_the_group_are_busy();
  calls_in("89170001122", "200");
  hangs_up(line_now("103").leg);
  rings("103");
  decline("103");
  EXPECT_EQ(waiting_now(), 1U);
  EXPECT_FALSE(is_called("103")) << "she is left alone for a moment";
  time_passes(6s);
  EXPECT_TRUE(is_called("103"));
  everybody_hangs_up();
}

TEST_F(GroupStory, a_phone_that_comes_back_serves_who_waits) {
  phone_goes_away("103");
  phone_goes_away("104");
  dials("102", "105");
  rings_and_lifts("105");
  calls_in("89170001122", "200");
  EXPECT_EQ(waiting_now(), 1U);
  phone_registers("103");
  EXPECT_TRUE(is_called("103"));
  everybody_hangs_up();
}

TEST_F(GroupStory, a_user_who_becomes_ready_serves_who_waits) {
  for (const auto* number : {"102", "103", "104"}) user_becomes(number, Availability::busy);
  calls_in("89170001122", "200");
  EXPECT_EQ(waiting_now(), 1U);
  user_becomes("104", Availability::ready);
  EXPECT_TRUE(is_called("104"));
  everybody_hangs_up();
}

TEST_F(GroupStory, alice_waits_in_line_for_one_user) {
  dials("105", "106");
  rings_and_lifts("106");
  const auto alice = dials("101", "106");
  EXPECT_EQ(state_of("101"), LineState::waiting);
  EXPECT_EQ(hears(alice), telephony::Sound::music);
  hangs_up(line_now("105").leg);
  rings_and_lifts("106");
  EXPECT_TRUE(talks("101", "106"));
  everybody_hangs_up();
}

TEST_F(GroupStory, a_colleague_picks_up_by_dialling) {
  const auto customer = calls_in("89170001122", "102");
  const auto bob = rings("102");
  const auto eve = dials("105", "*8102");
  EXPECT_EQ(end_cause(bob), Cause::picked_up);
  EXPECT_TRUE(joined(customer, eve));
  EXPECT_EQ(count<UserMissedCall>(), 0U);
  EXPECT_EQ(chains_now(), 1U);
  everybody_hangs_up();
}

TEST_F(GroupStory, a_colleague_of_the_department_picks_up_without_a_number) {
  calls_in("89170001122", "102");
  rings("102");
  const auto eve = dials("105", "*8");
  EXPECT_TRUE(has_ended(eve)) << "she is of another department";
  dials("101", "*8");
  EXPECT_TRUE(talks("101", "89170001122"));
  everybody_hangs_up();
}

TEST_F(GroupStory, there_is_nothing_to_pick_up) {
  EXPECT_TRUE(has_ended(dials("105", "*8102")));
  EXPECT_EQ(pick_up("105", "102").error(), Refusal::nothing_rings);
  nothing_is_left();
}

TEST_F(GroupStory, a_colleague_picks_up_by_command_and_his_phone_rings) {
  calls_in("89170001122", "102");
  rings("102");
  EXPECT_TRUE(pick_up("105", "102"));
  EXPECT_TRUE(phones.legs.at(placed_to("105")).auto_answer);
  rings_and_lifts("105");
  EXPECT_FALSE(is_called("102"));
  EXPECT_TRUE(talks("105", "89170001122"));
  everybody_hangs_up();
}

TEST_F(GroupStory, a_colleague_who_wants_to_pick_up_and_does_not_lift_spoils_nothing) {
  calls_in("89170001122", "102");
  rings("102");
  pick_up("105", "102");
  ends(rings("105"), Cause::declined);
  lifts("102");
  EXPECT_TRUE(talks("102", "89170001122"));
  everybody_hangs_up();
}

TEST_F(GroupStory, one_who_rings_himself_is_asked_to_answer_when_he_picks_up) {
  calls_in("89170001122", "200");
  rings("102");
  const auto carol = rings("103");
  EXPECT_TRUE(pick_up("103", "200"));
  EXPECT_TRUE(phones.legs.at(carol).asked_to_answer);
  everybody_hangs_up();
}

TEST_F(GroupStory, one_who_waits_and_is_served_is_picked_up) {
  all_of_the_group_are_busy();
  calls_in("89170001122", "200");
  hangs_up(line_now("103").leg);
  rings("103");
  dials("101", "*8200");
  EXPECT_TRUE(talks("101", "89170001122"));
  EXPECT_EQ(waiting_now(), 0U);
  everybody_hangs_up();
}

}  // namespace
}  // namespace otklik::core::stories
