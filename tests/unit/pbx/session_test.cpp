#include "pbx/session/session.hpp"

#include <gtest/gtest.h>

#include "base/base64.hpp"
#include "unit/pbx/descriptions.hpp"

namespace otklik::pbx {
namespace {

using testing::Test;

SessionRules rules(const std::vector<std::string>& codecs = {"g722", "pcma", "pcmu", "opus"}) {
  return {.codecs = codecs_named(codecs), .address = *Address::parse("192.0.2.1")};
}

Session placed(SessionRules rules) {
  Session session(std::move(rules));
  session.place({.leg = media::LegId::none, .rtp_port = 9000, .rtcp_port = 9001, .ssrc = 1, .cname = {}});
  return session;
}

bool says(const Session& session, std::string_view what) { return session.said().find(what) != std::string::npos; }

TEST(PbxSession, answers_an_offer_with_one_codec_and_events) {
  auto session = placed(rules());
  ASSERT_TRUE(session.take_offer(plain_phone()));
  EXPECT_TRUE(session.owes_answer());
  ASSERT_TRUE(session.answer({}));
  EXPECT_FALSE(session.owes_answer());
  EXPECT_TRUE(says(session, "m=audio 9000 RTP/AVP 8 101"));
  EXPECT_TRUE(says(session, "c=IN IP4 192.0.2.1"));
  ASSERT_TRUE(session.remote());
  EXPECT_EQ(session.remote()->send.name, "PCMA");
  EXPECT_EQ(session.remote()->rtp.port, 4000);
  ASSERT_TRUE(session.remote()->send_events);
  EXPECT_EQ(session.remote()->send_events->payload_type, 101);
}

TEST(PbxSession, takes_the_codec_of_the_other_leg) {
  auto session = placed(rules());
  ASSERT_TRUE(session.take_offer(plain_phone()));
  ASSERT_TRUE(session.answer({.uses = codecs_named(std::vector<std::string>{"pcmu"}).front()}));
  EXPECT_EQ(session.remote()->send.name, "PCMU");
}

TEST(PbxSession, refuses_what_has_no_codec_in_common) {
  auto session = placed(rules({"pcma"}));
  EXPECT_FALSE(session.take_offer(described("18", "a=rtpmap:18 G729/8000\r\n")));
  EXPECT_FALSE(session.take_offer("nonsense"));
  EXPECT_FALSE(session.take_offer(described("8", "", "RTP/AVP", "0")));
}

TEST(PbxSession, says_of_a_phone_on_hold_that_we_only_receive) {
  auto session = placed(rules());
  ASSERT_TRUE(session.take_offer(phone_on_hold()));
  ASSERT_TRUE(session.answer({}));
  EXPECT_EQ(session.remote()->direction, media::Direction::receive_only);
  EXPECT_TRUE(says(session, "a=recvonly"));
}

TEST(PbxSession, keeps_the_codec_in_use_through_a_new_offer) {
  auto session = placed(rules());
  ASSERT_TRUE(session.take_offer(described("0 8", "")));
  ASSERT_TRUE(session.answer({.uses = codecs_named(std::vector<std::string>{"pcmu"}).front()}));
  ASSERT_TRUE(session.take_offer(described("8 0", "")));
  ASSERT_TRUE(session.answer({}));
  EXPECT_EQ(session.remote()->send.name, "PCMU");
}

TEST(PbxSession, offers_what_the_other_leg_can_use_first) {
  auto session = placed(rules());
  const auto offer = session.offer({.can_use = codecs_named(std::vector<std::string>{"pcmu"})});
  EXPECT_NE(offer.find("RTP/AVP 0 9 8"), std::string::npos) << offer;
}

TEST(PbxSession, understands_the_answer_to_its_offer) {
  auto session = placed(rules());
  session.offer({});
  ASSERT_TRUE(session.take_answer(described("0 101", "a=rtpmap:101 telephone-event/8000\r\n")));
  ASSERT_TRUE(session.remote());
  EXPECT_EQ(session.remote()->send.name, "PCMU");
  EXPECT_FALSE(session.remote()->srtp);
}

TEST(PbxSession, understands_the_answers_of_several_phones_one_after_another) {
  auto session = placed(rules());
  session.offer({});
  ASSERT_TRUE(session.take_answer(described("0", "", "RTP/AVP", "4000")));
  ASSERT_TRUE(session.take_answer(described("8", "", "RTP/AVP", "5000")));
  EXPECT_EQ(session.remote()->rtp.port, 5000);
  EXPECT_EQ(session.remote()->send.name, "PCMA");
}

TEST(PbxSession, takes_no_answer_to_an_offer_it_did_not_make) {
  auto session = placed(rules());
  EXPECT_EQ(session.take_answer(plain_phone()).error().code, ErrorCode::state_not_allowed);
}

TEST(PbxSession, is_as_it_was_after_a_description_that_it_refused) {
  auto session = placed(rules());
  ASSERT_TRUE(session.take_offer(plain_phone()));
  ASSERT_TRUE(session.answer({}));
  const auto before = *session.remote();
  EXPECT_FALSE(session.take_offer(described("18", "a=rtpmap:18 G729/8000\r\n")));
  EXPECT_EQ(session.remote()->rtp, before.rtp);
  EXPECT_EQ(session.remote()->send, before.send);
}

std::string key_line(std::string_view tag) {
  return "a=crypto:" + std::string(tag) +
         " AES_CM_128_HMAC_SHA1_80 inline:" + base64(media::make_srtp_key(media::SrtpSuite::aes_cm_128_hmac_sha1_80)) +
         "\r\n";
}

TEST(PbxSession, agrees_on_srtp_that_is_offered_over_tls) {
  auto over_tls = rules();
  over_tls.protects = true;
  auto session = placed(over_tls);
  ASSERT_TRUE(session.take_offer(described("8", key_line("1"), "RTP/SAVP")));
  ASSERT_TRUE(session.answer({}));
  ASSERT_TRUE(session.remote()->srtp);
  EXPECT_EQ(session.remote()->srtp->suite, media::SrtpSuite::aes_cm_128_hmac_sha1_80);
  EXPECT_NE(session.remote()->srtp->local, session.remote()->srtp->remote);
  EXPECT_TRUE(says(session, "RTP/SAVP"));
  EXPECT_TRUE(says(session, "a=crypto:1 AES_CM_128_HMAC_SHA1_80"));
}

TEST(PbxSession, agrees_on_keys_that_are_offered_beside_plain_rtp) {
  auto over_tls = rules();
  over_tls.protects = true;
  auto session = placed(over_tls);
  ASSERT_TRUE(session.take_offer(described("8", key_line("3"))));
  ASSERT_TRUE(session.answer({}));
  EXPECT_TRUE(session.remote()->srtp);
  EXPECT_TRUE(says(session, "RTP/AVP 8"));
  EXPECT_TRUE(says(session, "a=crypto:3 "));
}

TEST(PbxSession, offers_keys_beside_plain_rtp_over_tls_and_takes_either_answer) {
  auto over_tls = rules();
  over_tls.protects = true;
  auto session = placed(over_tls);
  session.offer({});
  EXPECT_TRUE(says(session, "RTP/AVP "));
  EXPECT_TRUE(says(session, "a=crypto:"));
  ASSERT_TRUE(session.take_answer(described("8", ""))) << "a phone without SRTP";
  EXPECT_FALSE(session.remote()->srtp);
}

TEST(PbxSession, refuses_a_secure_offer_without_a_key_that_can_be_used) {
  auto session = placed(rules());
  EXPECT_FALSE(session.take_offer(described("8", "", "RTP/SAVP")));
  EXPECT_FALSE(session.take_offer(described("8", "a=crypto:1 UNKNOWN_SUITE inline:AAAA\r\n", "RTP/SAVP")));
}

}  // namespace
}  // namespace otklik::pbx
