#include "sip/edge/relay.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace otklik::sip {
namespace {

class RelayTest : public testing::Test {
 protected:
  RelayTest() { relay.use({5000, 5001, 5002}); }

  static Message read(const std::string& text) {
    const auto message = Message::parse(text);
    EXPECT_TRUE(message) << (message ? "" : message.error().reason) << text;
    return message.value_or(Message{});
  }
  static Message invite(std::string_view more = {}) {
    return read(
        fmt::format("INVITE sip:2000@pbx.example SIP/2.0\r\nVia: SIP/2.0/TLS "
                    "10.0.0.5:1234;branch=z9hG4bKabc;rport\r\nFrom: <sip:a@b>;tag=1\r\n"
                    "To: <sip:c@d>\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\nContact: "
                    "<sips:a@10.0.0.5:1234>\r\nAuthorization: Digest secret\r\n{}\r\n",
                    more));
  }

  Relay relay{"secret"};
  Flow phone{{*Address::parse("192.0.2.9"), 1234, Transport::tls}, 7};
  Flow datagrams{{*Address::parse("192.0.2.9"), 1234, Transport::udp}, 1};
};

TEST_F(RelayTest, shows_the_library_one_proxy_and_finds_the_way_back) {
  auto request = invite("X-Otklik-Edge: secret forged\r\nX-Own: 1\r\nSome-Header: 2\r\n");
  Relay::note_source(request, phone.peer);
  EXPECT_EQ(request.fields[0].value, "SIP/2.0/TLS 10.0.0.5:1234;branch=z9hG4bKabc;rport=1234;received=192.0.2.9");
  Source source{Uuid::random(), {}, "10 01", phone.peer};
  relay.inwards(request, phone, source, true);
  const auto inner = read(request.write());
  EXPECT_EQ(inner.via.transport, "TCP");
  EXPECT_EQ(inner.via.host, "127.0.0.1");
  EXPECT_EQ(inner.via.port, 5002);
  EXPECT_EQ(inner.find("Authorization"), nullptr) << "no credentials go inwards";
  EXPECT_EQ(inner.find("Some-Header"), nullptr);
  EXPECT_NE(inner.find("X-Own"), nullptr);
  EXPECT_EQ(inner.count(source_header), 1U) << "what came from outside under that name is gone";
  EXPECT_EQ(relay.source(*inner.find(source_header)), source);
  EXPECT_EQ(*inner.find("Contact"), "<sip:a@10.0.0.5:1234;x-sips>");
  EXPECT_EQ(*inner.find("Record-Route"), relay.route(phone));

  auto answer = reply_to(inner, 200, {}, "t");
  answer.add("Record-Route", *inner.find("Record-Route"));
  answer.add("Contact", "<sip:otklik@127.0.0.1:5000>");
  auto outer = read(answer.write());
  const auto flow = relay.way_back(outer);
  ASSERT_TRUE(flow);
  EXPECT_EQ(*flow, phone);
  relay.answer_outwards(outer, *flow, "203.0.113.1", 5061);
  EXPECT_EQ(outer.count("Via"), 1U);
  EXPECT_EQ(*outer.find("Contact"), "<sip:otklik@203.0.113.1:5061;transport=tls>");
  EXPECT_EQ(NameAddress::parse(*outer.find("Record-Route"))->uri.host, "203.0.113.1");
}

TEST_F(RelayTest, gives_the_same_request_the_same_branch_and_another_another) {
  auto first = invite();
  auto again = invite();
  auto other = invite();
  other.via.parameters.set("branch", "z9hG4bKother");
  relay.inwards(first, phone, {}, false);
  relay.inwards(again, phone, {}, false);
  relay.inwards(other, phone, {}, false);
  EXPECT_EQ(first.fields[0].value, again.fields[0].value);
  EXPECT_NE(first.fields[0].value, other.fields[0].value);
}

TEST_F(RelayTest, leads_requests_of_the_library_out_and_their_answers_in) {
  auto request =
      read(fmt::format("INVITE sip:a@10.0.0.5:1234;x-sips SIP/2.0\r\nVia: SIP/2.0/TCP "
                       "127.0.0.1:5000;branch=z9hG4bKlib;rport\r\nRoute: {},<sip:p;lr>\r\n"
                       "From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\nContact: "
                       "<sip:otklik@127.0.0.1:5000>\r\n\r\n",
                       relay.route(phone)));
  const auto flow = relay.way_out(request);
  ASSERT_TRUE(flow);
  EXPECT_EQ(*flow, phone);
  relay.outwards(request, *flow, "203.0.113.1", 5061);
  const auto outer = read(request.write());
  EXPECT_EQ(outer.uri, "sips:a@10.0.0.5:1234");
  EXPECT_EQ(outer.fields[0].value, "SIP/2.0/TLS 203.0.113.1:5061;branch=z9hG4bKlib;rport");
  EXPECT_EQ(*outer.find("Route"), "<sip:p;lr>");
  EXPECT_EQ(outer.write().find("127.0.0.1"), std::string::npos) << "nothing of the inside is shown";

  auto answer = reply_to(outer, 200, {}, "t");
  answer.add("Record-Route", *outer.find("Record-Route"));
  auto inner = read(answer.write());
  ASSERT_TRUE(relay.answer_inwards(inner, phone));
  EXPECT_EQ(inner.fields[0].value, "SIP/2.0/TCP 127.0.0.1:5000;branch=z9hG4bKlib;rport=5000;received=127.0.0.1");
  EXPECT_EQ(*inner.find("Record-Route"), relay.route(phone));
}

TEST_F(RelayTest, follows_no_route_that_it_has_not_made) {
  auto forged = relay.route(phone);
  forged[10] = forged[10] == 'A' ? 'B' : 'A';
  auto request = read("BYE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5000;branch=z9hG4bKlib\r\nRoute: " + forged +
                      "\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\nCall-ID: x\r\nCSeq: 1 BYE\r\n\r\n");
  EXPECT_FALSE(relay.way_out(request));
  EXPECT_FALSE(Relay("secret").way_out(request));
  auto answer = reply_to(request, 200, {}, "t");
  EXPECT_FALSE(relay.way_back(answer));
}

TEST_F(RelayTest, believes_no_source_without_the_secret) {
  EXPECT_FALSE(relay.source(""));
  EXPECT_FALSE(
      relay.source("guess 00000000-0000-0000-0000-000000000000 00000000-0000-0000-0000-000000000000 udp 1.2.3.4:5 x"));
  EXPECT_FALSE(relay.source("secret x y"));
}

TEST_F(RelayTest, tells_datagrams_from_streams) {
  EXPECT_NE(relay.route(datagrams).find("127.0.0.1:5001;transport=udp"), std::string::npos);
  EXPECT_NE(relay.route(phone).find("127.0.0.1:5002;transport=tcp"), std::string::npos);
}

TEST_F(RelayTest, notes_where_a_request_without_rport_was_heard_from) {
  auto request = read(
      "BYE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.5;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: "
      "<sip:c@d>;tag=2\r\n"
      "Call-ID: x\r\nCSeq: 1 BYE\r\n\r\n");
  Relay::note_source(request, datagrams.peer);
  EXPECT_EQ(request.fields[0].value, "SIP/2.0/UDP 10.0.0.5;branch=z9hG4bK1;received=192.0.2.9");
}

}  // namespace
}  // namespace otklik::sip
