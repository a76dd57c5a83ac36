#include "sip/sdp/negotiation.hpp"

#include <gtest/gtest.h>

namespace otklik::sip::sdp {
namespace {

constexpr std::string_view key = "NzB4d1BINUAvLEw6UzF3WSJ+PSdFcGdUJShpX1Zj";

Ours ours() {
  Ours all;
  all.address = "192.0.2.1";
  all.port = 30000;
  all.codecs = usual_codecs();
  return all;
}

Session offer(std::string_view media) {
  auto session =
      parse("v=0\r\no=- 5 6 IN IP4 192.0.2.7\r\ns=-\r\nc=IN IP4 192.0.2.7\r\nt=0 0\r\n" + std::string(media));
  EXPECT_TRUE(session) << session.error().message;
  return session.value_or(Session{});
}

TEST(SdpAnswer, takes_the_callers_order_of_codecs_and_his_payload_types) {
  const auto made = make_answer(offer("m=audio 4000 RTP/AVP 0 97 8 100\r\na=rtpmap:97 opus/48000/2\r\n"
                                      "a=rtpmap:100 telephone-event/8000\r\n"),
                                ours(), 1, 1);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->agreed.codec.name, "PCMU");
  EXPECT_EQ(made->agreed.events, 100);
  EXPECT_EQ(made->session.media[0].formats, (std::vector<std::string>{"0", "97", "8", "100"}));
  EXPECT_EQ(made->agreed.address, "192.0.2.7");
  EXPECT_EQ(made->agreed.port, 4000);
}

TEST(SdpAnswer, refuses_each_other_line_in_its_place) {
  const auto made = make_answer(offer("m=video 5000 RTP/AVP 31\r\nm=audio 4000 RTP/AVP 8\r\nm=image 6000 udptl t38\r\n"
                                      "m=audio 4002 RTP/AVP 0\r\n"),
                                ours(), 1, 1);
  ASSERT_TRUE(made);
  ASSERT_EQ(made->session.media.size(), 4U);
  EXPECT_EQ(made->agreed.line, 1U);
  EXPECT_TRUE(made->session.media[0].is_refused());
  EXPECT_EQ(made->session.media[0].kind, "video");
  EXPECT_EQ(made->session.media[1].port, 30000);
  EXPECT_EQ(made->session.media[2].formats, std::vector<std::string>{"t38"});
  EXPECT_TRUE(made->session.media[2].is_refused());
  EXPECT_TRUE(made->session.media[3].is_refused());
}

TEST(SdpAnswer, answers_hold_with_its_counterpart) {
  using enum Direction;
  for (const auto& [asked, given] : {std::pair{"sendonly", receive_only}, std::pair{"recvonly", send_only},
                                     std::pair{"inactive", inactive}, std::pair{"sendrecv", send_receive}}) {
    const auto made = make_answer(offer(std::string("m=audio 4000 RTP/AVP 8\r\na=") + asked + "\r\n"), ours(), 1, 1);
    ASSERT_TRUE(made);
    EXPECT_EQ(made->agreed.direction, given) << asked;
    EXPECT_EQ(made->session.media[0].direction, given) << asked;
  }
}

TEST(SdpAnswer, takes_the_first_key_whose_suite_it_can_do) {
  Ours with_keys = ours();
  with_keys.protection = Protection::sdes;
  with_keys.crypto = {{1, "AES_CM_128_HMAC_SHA1_80", std::string(key), {}, {}, {}}};
  const auto text = std::string(
      "m=audio 4000 RTP/SAVP 8\r\na=crypto:1 AES_256_CM_HMAC_SHA1_80 inline:AAAAAAAAAAAAAAAAAAAAAAAA\r\n"
      "a=crypto:7 AES_CM_128_HMAC_SHA1_80 inline:BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB\r\n");
  const auto made = make_answer(offer(text), with_keys, 1, 1);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->agreed.receive.key, "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB");
  EXPECT_EQ(made->agreed.send.tag, 7U);
  ASSERT_EQ(made->session.media[0].crypto.size(), 1U);
  EXPECT_EQ(made->session.media[0].crypto[0].key, key);
}

TEST(SdpAnswer, does_not_mix_protected_and_plain) {
  EXPECT_FALSE(make_answer(offer("m=audio 4000 RTP/SAVP 8\r\n"), ours(), 1, 1));
  Ours with_keys = ours();
  with_keys.protection = Protection::sdes;
  EXPECT_FALSE(make_answer(offer("m=audio 4000 RTP/AVP 8\r\n"), with_keys, 1, 1));
  EXPECT_FALSE(make_answer(offer("m=audio 4000 RTP/SAVP 8\r\n"), with_keys, 1, 1));
}

TEST(SdpAnswer, fails_when_nothing_fits) {
  EXPECT_FALSE(make_answer(offer("m=audio 4000 RTP/AVP 18\r\n"), ours(), 1, 1));
  EXPECT_FALSE(make_answer(offer("m=video 4000 RTP/AVP 31\r\n"), ours(), 1, 1));
  EXPECT_FALSE(make_answer(offer("m=audio 0 RTP/AVP 8\r\n"), ours(), 1, 1));
  EXPECT_FALSE(make_answer(offer(""), ours(), 1, 1));
}

TEST(SdpAnswer, multiplexes_rtcp_only_where_it_was_offered) {
  EXPECT_FALSE(make_answer(offer("m=audio 4000 RTP/AVP 8\r\n"), ours(), 1, 1)->session.media[0].rtcp_mux);
  EXPECT_TRUE(make_answer(offer("m=audio 4000 RTP/AVP 8\r\na=rtcp-mux\r\n"), ours(), 1, 1)->session.media[0].rtcp_mux);
}

TEST(SdpOffer, agrees_with_the_answer_to_it) {
  Ours caller = ours();
  caller.protection = Protection::sdes;
  caller.crypto = {{0, "AES_CM_128_HMAC_SHA1_80", std::string(key), {}, {}, {}}};
  Ours callee = caller;
  callee.address = "192.0.2.9";
  callee.port = 31000;
  callee.codecs = {{9, "G722", 8000, 1, {}}, {99, "telephone-event", 8000, 1, {}}};
  const auto first = make_offer(caller, 10, 1);
  const auto read = parse(write(first));
  ASSERT_TRUE(read) << read.error().message;
  const auto made = make_answer(*read, callee, 20, 1);
  ASSERT_TRUE(made) << made.error().message;
  const auto agreed = read_answer(first, *parse(write(made->session)), caller);
  ASSERT_TRUE(agreed) << agreed.error().message;
  EXPECT_EQ(agreed->codec.name, "G722");
  EXPECT_EQ(agreed->events, 101);
  EXPECT_EQ(agreed->port, 31000);
  EXPECT_EQ(agreed->receive.key, key);
  EXPECT_TRUE(agreed->rtcp_mux);
}

TEST(SdpOffer, does_not_accept_an_answer_of_another_shape) {
  const auto own = make_offer(ours(), 1, 1);
  EXPECT_FALSE(read_answer(own, offer(""), ours()));
  EXPECT_FALSE(read_answer(own, offer("m=audio 4000 RTP/AVP 18\r\n"), ours()));
  EXPECT_FALSE(read_answer(own, offer("m=audio 0 RTP/AVP 8\r\n"), ours()));
  EXPECT_FALSE(read_answer(own, offer("m=video 4000 RTP/AVP 8\r\n"), ours()));
  EXPECT_FALSE(read_answer(own, offer("m=audio 4000 RTP/SAVP 8\r\n"), ours()));
}

TEST(SdpOffer, numbers_a_new_version_only_when_something_has_changed) {
  const auto before = make_offer(ours(), 5, 7);
  auto same = make_offer(ours(), 0, 0);
  version_after(before, same);
  EXPECT_EQ(same.version, 7U);
  Ours held = ours();
  held.direction = Direction::send_only;
  auto next = make_offer(held, 0, 0);
  version_after(before, next);
  EXPECT_EQ(next.id, 5U);
  EXPECT_EQ(next.version, 8U);
}

}  // namespace
}  // namespace otklik::sip::sdp
