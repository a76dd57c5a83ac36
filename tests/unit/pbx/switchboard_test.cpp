#include "pbx/switchboard.hpp"

#include <gtest/gtest.h>

#include "unit/pbx/descriptions.hpp"
#include "unit/pbx/stand_ins.hpp"

namespace otklik::pbx {
namespace {

namespace telephony = core::telephony;
using core::Cause;

const Uuid ivan = id(1);
const Uuid maria = id(2);
const Uuid provider = id(3);

class SwitchboardTest : public testing::Test {
 protected:
  SwitchboardTest() {
    core::Plan::Content content;
    for (const auto& [line, number] : {std::pair(ivan, "16001"), std::pair(maria, "16002")}) {
      core::Line one;
      one.id = line;
      one.number = number;
      one.sip_user = number;
      content.lines.push_back(one);
    }
    core::Trunk trunk;
    trunk.id = provider;
    trunk.name = "provider";
    trunk.number = "13001";
    trunk.server = "192.0.2.50";
    content.trunks.push_back(trunk);
    board_.use(std::make_shared<core::Plan>(std::move(content)));
    registered(ivan);
    registered(maria);
    told_.clear();
  }

  void registered(const Uuid& line) {
    sip::Registered fact;
    fact.line = line;
    fact.contact = "sip:" + line.text();
    fact.received.address = *Address::parse("192.0.2.7");
    board_.heard(sip::Fact(fact));
  }

  void invited(const Uuid& dialog, std::string sdp = plain_phone(), const Uuid& line = ivan) {
    sip::Invited call;
    call.dialog = dialog;
    call.line = line;
    call.called.number = "102";
    call.sdp = std::move(sdp);
    call.peer.address = *Address::parse("192.0.2.7");
    board_.heard(sip::Fact(std::move(call)));
  }

  template <class... Order>
  void orders(Order... order) {
    const std::vector<telephony::Order> all{telephony::Order(std::move(order))...};
    board_.carry_out(all);
  }

  static telephony::PlaceLeg place(const Uuid& leg, const Uuid& line) {
    telephony::PlaceLeg order;
    order.leg = leg;
    order.to = telephony::ToLine{line};
    order.caller = {.number = "101", .name = "Иван"};
    return order;
  }

  void answered(const Uuid& dialog, std::string sdp = plain_phone()) {
    sip::Answered fact;
    fact.dialog = dialog;
    fact.sdp = std::move(sdp);
    board_.heard(sip::Fact(std::move(fact)));
  }
  void ended(const Uuid& dialog, sip::Ended::By by = sip::Ended::By::peer, int status = 0) {
    sip::Ended fact;
    fact.dialog = dialog;
    fact.by = by;
    fact.status = status;
    board_.heard(sip::Fact(std::move(fact)));
  }

  /// The only fact of this kind since the last look.
  template <class Fact>
  std::optional<Fact> told() {
    std::optional<Fact> found;
    for (const auto& fact : told_) {
      if (const auto* one = std::get_if<Fact>(&fact)) {
        if (found) return std::nullopt;
        found = *one;
      }
    }
    told_.clear();
    return found;
  }

  /// Two phones in a talk: leg 10 came, leg 11 was placed.
  void talk() {
    invited(id(10));
    orders(place(id(11), maria));
    answered(id(11));
    orders(telephony::AnswerLeg{id(10)}, telephony::Join{id(20), id(10), id(11)});
    told_.clear();
    signalling_.commands.clear();
  }

  NotedSignalling signalling_;
  NotedAudio audio_;
  NotedRecorder recorder_;
  CountedLicence licence_;
  Live<AudioOptions> options_{AudioOptions{}};
  std::vector<telephony::Fact> told_;
  std::vector<std::string> lines_;
  Switchboard board_{{.signalling = signalling_,
                      .audio = audio_,
                      .recorder = recorder_,
                      .licensing = licence_,
                      .options = options_,
                      .tell = [this](telephony::Fact fact) { told_.push_back(std::move(fact)); },
                      .tell_line =
                          [this](const Switchboard::Parts::LineNews& news) {
                            lines_.push_back(news.connected != nullptr ? "connected" : std::string(news.reason));
                          },
                      .towards = [](const Address&) -> std::optional<Address> { return Address::parse("192.0.2.1"); }},
                     100};
};

TEST_F(SwitchboardTest, tells_the_core_of_a_call_that_comes) {
  invited(id(10));
  const auto offered = told<telephony::LegOffered>();
  ASSERT_TRUE(offered);
  EXPECT_EQ(offered->leg, id(10));
  EXPECT_EQ(std::get<telephony::FromLine>(offered->from).line, ivan);
  EXPECT_EQ(offered->dialled, "102");
}

TEST_F(SwitchboardTest, refuses_by_488_what_has_no_codec_in_common_and_tells_nobody) {
  invited(id(10), described("18", "a=rtpmap:18 G729/8000\r\n"));
  EXPECT_FALSE(told<telephony::LegOffered>());
  EXPECT_EQ(signalling_.take<sip::Refuse>()->status, 488);
  EXPECT_EQ(board_.legs(), 0U);
}

TEST_F(SwitchboardTest, calls_the_phones_of_a_line_with_an_offer) {
  orders(place(id(11), maria));
  const auto invite = signalling_.take<sip::Invite>();
  ASSERT_TRUE(invite);
  EXPECT_EQ(std::get<sip::ToLine>(invite->to).aor, "16002");
  EXPECT_EQ(invite->from.number, "101");
  EXPECT_NE(invite->sdp.find("m=audio"), std::string::npos);
}

TEST_F(SwitchboardTest, says_that_a_line_without_a_phone_is_not_reachable) {
  board_.heard(sip::Fact(sip::Unregistered{.line = maria, .aor = {}, .contact = "sip:" + maria.text()}));
  orders(place(id(11), maria));
  EXPECT_EQ(told<telephony::LegEnded>()->cause, Cause::not_reachable);
  EXPECT_EQ(board_.legs(), 0U);
}

TEST_F(SwitchboardTest, tells_ringing_once_and_the_answer) {
  orders(place(id(11), maria));
  board_.heard(sip::Fact(sip::Ringing{.dialog = id(11)}));
  board_.heard(sip::Fact(sip::Ringing{.dialog = id(11), .branch = 1}));
  EXPECT_TRUE(told<telephony::LegRinging>());
  answered(id(11));
  EXPECT_TRUE(told<telephony::LegAnswered>());
}

TEST_F(SwitchboardTest, gives_both_parties_of_a_talk_one_codec_and_joins_them) {
  invited(id(10), described("0 8", ""));
  orders(place(id(11), maria));
  answered(id(11), described("8", ""));
  orders(telephony::AnswerLeg{id(10)}, telephony::Join{id(20), id(10), id(11)});
  EXPECT_EQ(audio_.joined.size(), 2U);
  ASSERT_EQ(audio_.remotes.size(), 2U);
  for (const auto& [leg, remote] : audio_.remotes) EXPECT_EQ(remote.send.name, "PCMA");
}

TEST_F(SwitchboardTest, lets_a_caller_hear_ringback_before_the_answer_and_repeats_the_answer) {
  invited(id(10));
  orders(telephony::PlaySound{id(10), telephony::Sound::ringback});
  const auto early = signalling_.take<sip::Ring>();
  ASSERT_TRUE(early);
  EXPECT_FALSE(early->ringing);
  EXPECT_EQ(audio_.playing.size(), 1U);
  orders(telephony::AnswerLeg{id(10)});
  EXPECT_EQ(signalling_.take<sip::Answer>()->sdp, early->sdp);
}

TEST_F(SwitchboardTest, passes_early_media_of_the_called_side_on) {
  auto order = place(id(11), maria);
  order.early_media = true;
  invited(id(10));
  orders(order);
  board_.heard(sip::Fact(sip::EarlyMedia{.dialog = id(11), .sdp = plain_phone()}));
  EXPECT_TRUE(told<telephony::LegEarlyMedia>());
  signalling_.commands.clear();
  orders(telephony::Join{id(20), id(10), id(11)});
  EXPECT_FALSE(signalling_.take<sip::Ring>()->sdp.empty());
  EXPECT_EQ(audio_.joined.size(), 2U);
}

TEST_F(SwitchboardTest, answers_a_call_without_an_offer_by_one_and_takes_the_answer_of_the_ack) {
  invited(id(10), "");
  orders(telephony::AnswerLeg{id(10)});
  EXPECT_FALSE(signalling_.take<sip::Answer>()->sdp.empty());
  EXPECT_TRUE(audio_.remotes.empty());
  board_.heard(sip::Fact(sip::Confirmed{.dialog = id(10), .sdp = plain_phone()}));
  EXPECT_EQ(audio_.remotes.size(), 1U);
}

TEST_F(SwitchboardTest, ends_a_leg_that_has_no_common_codec_in_its_answer) {
  orders(place(id(11), maria));
  answered(id(11), described("18", "a=rtpmap:18 G729/8000\r\n"));
  EXPECT_EQ(told<telephony::LegEnded>()->cause, Cause::media_refused);
  EXPECT_EQ(board_.legs(), 0U);
  EXPECT_TRUE(audio_.open.empty());
}

TEST_F(SwitchboardTest, ends_in_every_state_and_closes_the_audio) {
  invited(id(10));
  orders(telephony::EndLeg{id(10), Cause::busy});
  EXPECT_EQ(signalling_.take<sip::Refuse>()->status, 486);

  orders(place(id(11), maria));
  signalling_.commands.clear();
  orders(telephony::EndLeg{id(11), Cause::answered_elsewhere});
  EXPECT_EQ(signalling_.take<sip::End>()->cause, sip::Cause::answered_elsewhere);

  talk();
  orders(telephony::EndLeg{id(10)});
  EXPECT_TRUE(signalling_.take<sip::End>());
  EXPECT_EQ(board_.legs(), 1U);
  orders(telephony::EndLeg{id(11)});
  EXPECT_TRUE(audio_.open.empty());
  EXPECT_FALSE(told<telephony::LegEnded>()) << "the core ended them itself";
}

TEST_F(SwitchboardTest, passes_over_what_crosses_with_an_end) {
  talk();
  ended(id(11));
  EXPECT_EQ(told<telephony::LegEnded>()->cause, Cause::hung_up);
  orders(telephony::AnswerLeg{id(11)}, telephony::PlaySound{id(11)}, telephony::SendDigits{id(11), "1"},
         telephony::EndLeg{id(11)}, telephony::AskToAnswer{id(11)}, telephony::FinishTransfer{id(11), {}});
  answered(id(11));
  ended(id(11));
  board_.heard(sip::Fact(sip::Held{id(11)}));
  EXPECT_TRUE(told_.empty());
  EXPECT_TRUE(signalling_.commands.empty());
}

TEST_F(SwitchboardTest, tells_hold_and_resume_of_a_phone_once_each) {
  talk();
  board_.heard(sip::Fact(sip::Held{id(10)}));
  board_.heard(sip::Fact(sip::Held{id(10)}));
  EXPECT_TRUE(told<telephony::LegHeldByPhone>());
  board_.heard(sip::Fact(sip::Reoffered{.dialog = id(10), .sdp = phone_on_hold()}));
  EXPECT_NE(signalling_.take<sip::AnswerReoffer>()->sdp.find("a=recvonly"), std::string::npos);
  board_.heard(sip::Fact(sip::Resumed{id(10)}));
  EXPECT_TRUE(told<telephony::LegResumedByPhone>());
}

TEST_F(SwitchboardTest, follows_a_phone_to_another_address_within_a_call) {
  talk();
  const auto before = audio_.remotes_set;
  board_.heard(sip::Fact(sip::Reoffered{.dialog = id(10), .sdp = described("8 0", "", "RTP/AVP", "6000")}));
  EXPECT_EQ(audio_.remotes_set, before + 1);
  EXPECT_TRUE(signalling_.take<sip::AnswerReoffer>());
  board_.heard(sip::Fact(sip::Reoffered{.dialog = id(10), .sdp = described("8 0", "", "RTP/AVP", "6000")}));
  EXPECT_EQ(audio_.remotes_set, before + 1) << "nothing has changed";
}

TEST_F(SwitchboardTest, refuses_a_new_offer_that_it_cannot_take_and_goes_on) {
  talk();
  board_.heard(sip::Fact(sip::Reoffered{.dialog = id(10), .sdp = described("18", "a=rtpmap:18 G729/8000\r\n")}));
  EXPECT_EQ(signalling_.take<sip::RefuseReoffer>()->status, 488);
  EXPECT_EQ(board_.legs(), 2U);
}

TEST_F(SwitchboardTest, asks_a_ringing_phone_to_answer_and_says_when_it_cannot) {
  orders(place(id(11), maria));
  signalling_.commands.clear();
  orders(telephony::AskToAnswer{id(11)});
  EXPECT_TRUE(signalling_.take<sip::PressKey>()->talk);
  board_.heard(sip::Fact(sip::Refused{.dialog = id(11), .command = "press_key", .status = 489, .reason = {}}));
  EXPECT_TRUE(told<telephony::AnswerNotSupported>());
}

TEST_F(SwitchboardTest, carries_a_blind_transfer_from_the_request_to_its_end) {
  talk();
  sip::TransferAsked asked;
  asked.dialog = id(10);
  asked.transfer = 5;
  asked.target.number = "103";
  board_.heard(sip::Fact(asked));
  const auto told_of = told<telephony::TransferAsked>();
  ASSERT_TRUE(told_of);
  EXPECT_EQ(std::get<telephony::ToNumber>(told_of->to).number, "103");
  orders(telephony::AcceptTransfer{id(10)});
  EXPECT_EQ(signalling_.take<sip::AcceptTransfer>()->transfer, 5U);
  orders(telephony::FinishTransfer{id(10), Cause::busy});
  EXPECT_EQ(signalling_.take<sip::TellTransfer>()->status, 486);
}

TEST_F(SwitchboardTest, finds_the_leg_that_an_attended_transfer_names) {
  talk();
  invited(id(12), plain_phone(), maria);
  told_.clear();
  sip::TransferAsked asked;
  asked.dialog = id(10);
  asked.replaces = id(12);
  board_.heard(sip::Fact(asked));
  EXPECT_EQ(std::get<telephony::ToPartyOf>(told<telephony::TransferAsked>()->to).leg, id(12));
  signalling_.commands.clear();
  asked.replaces = id(99);
  orders(telephony::RefuseTransfer{id(10)});
  signalling_.commands.clear();
  board_.heard(sip::Fact(asked));
  EXPECT_EQ(signalling_.take<sip::RefuseTransfer>()->status, 481);
}

TEST_F(SwitchboardTest, brings_digits_of_either_kind_and_leaves_out_what_is_none) {
  talk();
  board_.heard(sip::Fact(sip::DigitsCame{.dialog = id(10), .digits = "1x2"}));
  EXPECT_EQ(told<telephony::DigitsCame>()->digits, "12");
  board_.heard(media::Fact(media::DigitCame{.leg = audio_.joined.begin()->first, .digit = '5'}));
  EXPECT_EQ(told<telephony::DigitsCame>()->digits, "5");
  board_.heard(media::Fact(media::DigitCame{.leg = audio_.joined.begin()->first, .digit = '!'}));
  EXPECT_TRUE(told_.empty());
}

TEST_F(SwitchboardTest, tells_silence_and_its_end_of_an_answered_leg) {
  talk();
  const auto leg = audio_.joined.begin()->first;
  board_.heard(media::Fact(media::MediaLost{.leg = leg}));
  EXPECT_TRUE(told<telephony::MediaLost>());
  board_.heard(media::Fact(media::MediaBack{.leg = leg}));
  EXPECT_TRUE(told<telephony::MediaBack>());
}

TEST_F(SwitchboardTest, plays_the_made_tune_where_there_is_no_music) {
  talk();
  options_.publish([] {
    AudioOptions options;
    options.music = "/nowhere";
    return options;
  }());
  orders(telephony::Part{id(20)}, telephony::PlaySound{id(10), telephony::Sound::music});
  ASSERT_EQ(audio_.playing.size(), 1U);
  const auto leg = audio_.playing.begin()->first;
  EXPECT_TRUE(std::holds_alternative<media::PlayMusic>(audio_.playing[leg].what));
  board_.heard(media::Fact(media::PlayEnded{.leg = leg,
                                            .play = static_cast<media::PlayId>(audio_.last_play),
                                            .end = media::PlayEnd::failed,
                                            .error = Error(ErrorCode::not_found)}));
  EXPECT_TRUE(std::holds_alternative<media::PlayCadence>(audio_.playing[leg].what));
}

TEST_F(SwitchboardTest, stops_a_recording_with_the_first_of_its_legs) {
  talk();
  telephony::StartRecording start;
  start.recording = id(30);
  start.a = id(10);
  start.b = id(11);
  orders(start);
  EXPECT_EQ(recorder_.started, std::vector{id(30)});
  ended(id(11));
  EXPECT_EQ(recorder_.stopped, std::vector{id(30)});
  orders(telephony::StopRecording{id(30)});
  EXPECT_EQ(recorder_.stopped.size(), 1U);
}

TEST_F(SwitchboardTest, says_that_a_recording_of_a_leg_that_is_gone_did_not_begin) {
  telephony::StartRecording start;
  start.recording = id(30);
  orders(start);
  EXPECT_EQ(recorder_.refused, std::vector{id(30)});
}

TEST_F(SwitchboardTest, ends_a_call_for_which_no_port_is_left) {
  audio_.no_ports = true;
  orders(place(id(11), maria));
  EXPECT_EQ(told<telephony::LegEnded>()->cause, Cause::congestion);
  invited(id(10));
  told_.clear();
  orders(telephony::AnswerLeg{id(10)});
  EXPECT_EQ(told<telephony::LegEnded>()->cause, Cause::congestion);
  EXPECT_EQ(board_.legs(), 0U);
}

TEST_F(SwitchboardTest, ends_a_call_that_signalling_takes_no_command_for) {
  signalling_.is_full = true;
  orders(place(id(11), maria));
  EXPECT_EQ(told<telephony::LegEnded>()->cause, Cause::congestion);
  EXPECT_TRUE(audio_.open.empty());
}

TEST_F(SwitchboardTest, refuses_calls_once_it_is_closed_and_while_it_is_overloaded) {
  board_.set_overloaded(true);
  invited(id(10));
  EXPECT_EQ(signalling_.take<sip::Refuse>()->status, 503);
  board_.set_overloaded(false);
  board_.close();
  invited(id(10));
  EXPECT_EQ(signalling_.take<sip::Refuse>()->status, 503);
  EXPECT_TRUE(told_.empty());
}

TEST_F(SwitchboardTest, counts_channels_of_trunks_against_the_licence) {
  licence_.allowed = 2;
  telephony::PlaceLeg order;
  order.to = telephony::ToTrunk{provider, "84951234567"};
  for (const std::uint8_t leg : std::initializer_list<std::uint8_t>{11, 12, 13}) {
    order.leg = id(leg);
    orders(order);
  }
  EXPECT_EQ(told<telephony::LegEnded>()->leg, id(13));
  orders(telephony::EndLeg{id(11)});
  order.leg = id(14);
  orders(order);
  EXPECT_FALSE(told<telephony::LegEnded>());
}

TEST_F(SwitchboardTest, brings_the_number_that_a_phone_redirects_to) {
  orders(place(id(11), maria));
  board_.heard(sip::Fact(sip::Redirected{.dialog = id(11), .to = {{.number = "105", .display = {}, .host = {}}}}));
  ended(id(11), sip::Ended::By::peer, 302);
  const auto fact = told<telephony::LegEnded>();
  ASSERT_TRUE(fact);
  EXPECT_EQ(fact->cause, Cause::redirected);
  EXPECT_EQ(fact->redirected_to, "105");
}

TEST_F(SwitchboardTest, tells_trunks_up_and_down_on_change) {
  board_.heard(sip::Fact(sip::TrunkFailed{.trunk = provider, .status = 403, .reason = {}}));
  EXPECT_TRUE(told<telephony::TrunkDown>());
  board_.heard(sip::Fact(sip::TrunkRegistered{.trunk = provider}));
  EXPECT_TRUE(told<telephony::TrunkUp>());
}

TEST_F(SwitchboardTest, drops_a_phone_that_the_licence_has_no_seat_for) {
  licence_.allowed = 2;
  sip::Registered fact;
  fact.line = id(50);
  fact.aor = "16050";
  fact.contact = "sip:x";
  board_.heard(sip::Fact(fact));
  EXPECT_EQ(signalling_.take<sip::DropContact>()->contact, "sip:x");
  EXPECT_EQ(lines_.size(), 2U);
}

TEST_F(SwitchboardTest, plays_back_to_a_leg_what_it_says) {
  invited(id(10));
  orders(telephony::AnswerLeg{id(10)}, telephony::EchoLeg{id(10)});
  EXPECT_EQ(audio_.echoed.size(), 1U);
}

TEST_F(SwitchboardTest, ends_by_its_watchdog_what_was_never_answered) {
  orders(place(id(11), maria));
  board_.tick(std::chrono::hours(1));
  EXPECT_EQ(told<telephony::LegEnded>()->cause, Cause::lost);
  EXPECT_EQ(board_.figures().watchdog, 1U);
  EXPECT_TRUE(audio_.open.empty());
}

}  // namespace
}  // namespace otklik::pbx
