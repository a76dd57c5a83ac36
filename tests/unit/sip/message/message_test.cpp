#include "sip/message/message.hpp"

#include <gtest/gtest.h>

namespace otklik::sip {
namespace {

const std::string invite =
    "INVITE sip:bob@biloxi.example SIP/2.0\r\nv: SIP/2.0/UDP a.example;branch=z9hG4bK1, SIP/2.0/TCP "
    "b.example;branch=z9hG4bK2\r\n"
    "Max-Forwards: 70\r\nf: Alice <sip:alice@a.example>;tag=9\r\nTo: Bob\r\n <sip:bob@biloxi.example>\r\ni: "
    "1@a.example\r\n"
    "CSeq: 5 INVITE\r\nm: <sip:alice@192.0.2.1>\r\nl: 3\r\n\r\nabcdef";

TEST(SipMessage, reads_compact_folded_and_listed_headers) {
  const auto message = Message::parse(invite);
  ASSERT_TRUE(message) << message.error().reason;
  EXPECT_EQ(message->method, "INVITE");
  EXPECT_EQ(message->uri, "sip:bob@biloxi.example");
  EXPECT_EQ(message->via.host, "a.example");
  EXPECT_EQ(message->count("Via"), 2U);
  EXPECT_EQ(message->to.display, "Bob");
  EXPECT_EQ(message->from.parameters.get("tag"), "9");
  EXPECT_EQ(message->sequence, 5U);
  EXPECT_EQ(message->body, "abc");
  const auto again = Message::parse(message->write());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->write(), message->write());
}

TEST(SipMessage, copies_into_an_answer_what_belongs_there) {
  const auto request = Message::parse(invite);
  ASSERT_TRUE(request);
  const auto reply = reply_to(*request, 404, {}, "x1");
  EXPECT_EQ(reply.write(),
            "SIP/2.0 404 Not Found\r\nVia: SIP/2.0/UDP a.example;branch=z9hG4bK1\r\nVia: SIP/2.0/TCP "
            "b.example;branch=z9hG4bK2\r\n"
            "From: Alice <sip:alice@a.example>;tag=9\r\nTo: \"Bob\" <sip:bob@biloxi.example>;tag=x1\r\nCall-ID: "
            "1@a.example\r\n"
            "CSeq: 5 INVITE\r\nContent-Length: 0\r\n\r\n");
}

struct Wrong {
  std::string from;
  std::string into;
  int status;
};

TEST(SipMessage, names_the_fault_and_keeps_enough_for_an_answer) {
  for (const auto& [from, into, status] :
       {Wrong{"SIP/2.0\r\nv", "SIP/7.0\r\nv", 505}, Wrong{"5 INVITE", "5 REGISTER", 400},
        Wrong{"5 INVITE", "2147483648 INVITE", 400}, Wrong{"5 INVITE", "x INVITE", 400}, Wrong{"l: 3", "l: 9999", 400},
        Wrong{"l: 3", "l: -3", 400}, Wrong{"l: 3", "l: 3\r\nl: 3", 400},
        Wrong{"Max-Forwards: 70", "Max-Forwards: 300", 400}, Wrong{"i: 1@a.example", "i: 1@a.example\r\ni: 2", 400},
        Wrong{"<sip:alice@192.0.2.1>", "<sip:alice@192.0.2.1", 400},
        Wrong{"sip:bob@biloxi.example SIP", "<sip:bob@biloxi.example> SIP", 400},
        Wrong{"INVITE sip:", "INVITE  sip:", 400}, Wrong{"f: Alice", "f: Bell, Alice", 400},
        Wrong{"Max-Forwards: 70", "Max Forwards: 70", 400}, Wrong{"Max-Forwards: 70", "Subject: a\x01", 400}}) {
    auto text = invite;
    text.replace(text.find(from), from.size(), into);
    Message partly;
    const auto message = Message::parse(text, 128, &partly);
    ASSERT_FALSE(message) << into;
    EXPECT_EQ(message.error().status, status) << into;
    EXPECT_TRUE(partly.has_reply_fields()) << into;
  }
}

TEST(SipMessage, cannot_answer_what_has_no_via) {
  auto text = invite;
  text.replace(text.find("v: "), 3, "x: ");
  Message partly;
  EXPECT_FALSE(Message::parse(text, 128, &partly));
  EXPECT_FALSE(partly.has_reply_fields());
}

TEST(SipMessage, reads_answers) {
  const std::string tail =
      "Via: SIP/2.0/UDP a;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>;tag=2\r\nCall-ID: x\r\nCSeq: 1 "
      "BYE\r\n\r\n";
  const auto answer = Message::parse("SIP/2.0 200 = 2**3 * 5**2 \xD0\xBD\r\n" + tail);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->method, "BYE");
  EXPECT_TRUE(Message::parse("SIP/2.0 100 \r\n" + tail));
  EXPECT_FALSE(Message::parse("SIP/2.0 4294967301 better not break\r\n" + tail));
  EXPECT_FALSE(Message::parse("SIP/2.0 99 low\r\n" + tail));
  EXPECT_FALSE(Message::parse("SIP/3.0 200 OK\r\n" + tail));
}

TEST(SipMessage, bounds_the_number_of_headers) {
  auto text = invite;
  std::string many;
  for (int i = 0; i < 130; ++i) many += "X-A: 1\r\n";
  text.insert(text.find("Max-"), many);
  EXPECT_FALSE(Message::parse(text));
}

}  // namespace
}  // namespace otklik::sip
