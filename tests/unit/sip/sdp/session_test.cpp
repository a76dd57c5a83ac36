#include "sip/sdp/session.hpp"

#include <gtest/gtest.h>

namespace otklik::sip::sdp {
namespace {

constexpr std::string_view phone =
    "v=0\r\no=bob 2890844527 2890844529 IN IP4 192.0.2.7\r\ns=call\r\nc=IN IP4 192.0.2.7\r\nt=0 0\r\na=sendonly\r\n"
    "m=audio 49172 RTP/AVP 8 96 101\r\na=rtpmap:96 opus/48000/2\r\na=fmtp:96 useinbandfec=1\r\n"
    "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:30\r\na=rtcp:49180 IN IP4 192.0.2.8\r\n"
    "m=video 0 RTP/AVP 31\r\n";

TEST(Sdp, reads_what_a_phone_says) {
  const auto session = parse(phone);
  ASSERT_TRUE(session) << session.error().message;
  EXPECT_EQ(session->id, 2890844527U);
  EXPECT_EQ(session->version, 2890844529U);
  ASSERT_EQ(session->media.size(), 2U);
  const Media& audio = session->media[0];
  EXPECT_EQ(audio.port, 49172);
  EXPECT_EQ(audio.address, "192.0.2.7");
  EXPECT_EQ(audio.direction, Direction::send_only);
  EXPECT_EQ(audio.ptime, 30U);
  EXPECT_EQ(audio.rtcp_port, 49180);
  EXPECT_EQ(audio.rtcp_address, "192.0.2.8");
  ASSERT_EQ(audio.codecs.size(), 3U);
  EXPECT_EQ(audio.codecs[0], (Codec{8, "PCMA", 8000, 1, ""}));
  EXPECT_EQ(audio.codecs[1], (Codec{96, "opus", 48000, 2, "useinbandfec=1"}));
  EXPECT_EQ(audio.codecs[2], (Codec{101, "telephone-event", 8000, 1, "0-15"}));
  EXPECT_TRUE(session->media[1].is_refused());
  EXPECT_EQ(session->audio(), &session->media[0]);
}

TEST(Sdp, writes_what_it_reads_back_the_same) {
  auto session = parse(phone);
  ASSERT_TRUE(session);
  session->name = "-";
  const auto again = parse(write(*session));
  ASSERT_TRUE(again) << again.error().message;
  ASSERT_EQ(again->media.size(), 2U);
  EXPECT_EQ(again->media[0], session->media[0]);
  EXPECT_EQ(again->media[1].kind, "video");
  EXPECT_TRUE(again->media[1].is_refused());
}

TEST(Sdp, takes_an_address_of_zeros_for_hold) {
  const auto session = parse("v=0\no=- 1 1 IN IP4 0.0.0.0\nc=IN IP4 0.0.0.0\nm=audio 4000 RTP/AVP 0\n");
  ASSERT_TRUE(session);
  EXPECT_EQ(session->media[0].direction, Direction::send_only);
}

TEST(Sdp, reads_keys) {
  const auto session = parse(
      "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\nc=IN IP4 192.0.2.1\r\nm=audio 4000 RTP/SAVP 0\r\n"
      "a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:NzB4d1BINUAvLEw6UzF3WSJ+PSdFcGdUJShpX1Zj|2^20|1:4 "
      "FEC_ORDER=FEC_SRTP\r\n");
  ASSERT_TRUE(session) << session.error().message;
  const Crypto& key = session->media[0].crypto.at(0);
  EXPECT_EQ(key.tag, 2U);
  EXPECT_EQ(key.suite, "AES_CM_128_HMAC_SHA1_80");
  EXPECT_EQ(key.key, "NzB4d1BINUAvLEw6UzF3WSJ+PSdFcGdUJShpX1Zj");
  EXPECT_EQ(key.lifetime, "2^20");
  EXPECT_EQ(key.mki, "1:4");
  EXPECT_EQ(key.parameters, "FEC_ORDER=FEC_SRTP");
}

TEST(Sdp, reads_what_a_browser_says) {
  const auto session = parse(
      "v=0\r\no=- 46 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111 0\r\n"
      "c=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\na=ice-ufrag:F7gI\r\na=ice-pwd:x9cml/YzichV2+XlhiMu8g\r\n"
      "a=fingerprint:sha-256 d2:fa:0e\r\na=setup:actpass\r\na=mid:0\r\na=sendrecv\r\na=rtcp-mux\r\n"
      "a=rtpmap:111 opus/48000/2\r\na=candidate:1 1 udp 2113937151 192.0.2.9 50000 typ host\r\n");
  ASSERT_TRUE(session) << session.error().message;
  const Media& audio = session->media[0];
  EXPECT_EQ(session->bundle, "0");
  EXPECT_EQ(audio.ice_user, "F7gI");
  EXPECT_EQ(audio.setup, Setup::actpass);
  EXPECT_TRUE(audio.rtcp_mux);
  ASSERT_EQ(audio.fingerprints.size(), 1U);
  EXPECT_EQ(audio.fingerprints[0], (Fingerprint{"sha-256", "D2:FA:0E"}));
  EXPECT_EQ(audio.candidates.size(), 1U);
}

TEST(Sdp, does_not_take_a_browsers_placeholder_address_for_hold) {
  const auto session = parse(
      "v=0\r\no=- 46 2 IN IP4 127.0.0.1\r\ns=-\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\nc=IN IP4 0.0.0.0\r\na=sendrecv\r\n"
      "a=ice-ufrag:F7gI\r\na=ice-pwd:x9cml/YzichV2+XlhiMu8g\r\n");
  ASSERT_TRUE(session);
  EXPECT_EQ(session->media[0].direction, Direction::send_receive);
}

TEST(Sdp, refuses_what_is_none) {
  const auto head = std::string("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\n");
  for (const auto& text :
       {std::string(), std::string("hello"), std::string("o=- 1 1 IN IP4 192.0.2.1\r\n"), std::string("v=0\r\n"),
        std::string("v=1\r\no=- 1 1 IN IP4 192.0.2.1\r\n"), head + "m=audio\r\n", head + "m=audio x RTP/AVP 0\r\n",
        head + "m=audio 70000 RTP/AVP 0\r\n", head + "m=audio 5 RTP/AVP\r\n", head + "c=IN IP4\r\n",
        head + "m=audio 5 RTP/AVP 0\r\na=rtpmap:200 x/8000\r\n", head + "m=audio 5 RTP/AVP 0\r\na=rtpmap:9 x\r\n",
        head + "m=audio 5 RTP/AVP 0\r\na=rtpmap:9 x/0\r\n", head + "m=audio 5 RTP/SAVP 0\r\na=crypto:1 X inline:\r\n",
        head + "m=audio 5 RTP/SAVP 0\r\na=crypto:1 X other:abcdefghijklmnopqrst\r\n", head + std::string("s=\x01\r\n"),
        head + std::string(70'000, 'x')}) {
    EXPECT_FALSE(parse(text)) << text.substr(0, 200);
  }
}

TEST(Sdp, bounds_what_it_reads) {
  std::string many = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\n";
  for (int i = 0; i < 17; ++i) many += "m=audio 5 RTP/AVP 0\r\n";
  EXPECT_FALSE(parse(many));
  std::string formats = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\nm=audio 5 RTP/AVP";
  for (int i = 0; i < 65; ++i) formats += " 1";
  EXPECT_FALSE(parse(formats + "\r\n"));
}

TEST(Sdp, narrows_and_reverses_directions) {
  using enum Direction;
  EXPECT_EQ(reversed(send_only), receive_only);
  EXPECT_EQ(reversed(inactive), inactive);
  EXPECT_EQ(narrowed(send_receive, receive_only), receive_only);
  EXPECT_EQ(narrowed(send_only, receive_only), inactive);
  EXPECT_EQ(narrowed(send_receive, send_receive), send_receive);
}

}  // namespace
}  // namespace otklik::sip::sdp
