#include "sip/trace.hpp"

#include <gtest/gtest.h>

namespace otklik::sip {
namespace {

TEST(SipTrace, leaves_out_what_is_secret) {
  const auto text = without_secrets(
      "INVITE sip:a:hidden@b SIP/2.0\r\nAuthorization: Digest response=\"hidden\"\r\nproxy-authorization: hidden\r\n"
      "X-Otklik-Edge: hidden\r\nSubject: seen\r\n\r\na=crypto:1 AES inline:hidden\r\na=ice-pwd:hidden\r\nc=IN IP4 "
      "1.2.3.4\r\n");
  EXPECT_EQ(text.find("hidden"), std::string::npos) << text;
  EXPECT_NE(text.find("Subject: seen\r\n"), std::string::npos);
  EXPECT_NE(text.find("a=crypto:1 AES inline:"), std::string::npos);
  EXPECT_NE(text.find("c=IN IP4 1.2.3.4\r\n"), std::string::npos);
}

TEST(SipTrace, keeps_what_is_wanted_in_a_bounded_ring) {
  Trace trace(1000);
  trace.note("a", true, {}, "before");
  trace.want("a");
  trace.note("b", true, {}, "other");
  for (int i = 0; i < 50; ++i) trace.note("a", i % 2 == 0, {}, std::string(100, 'x'));
  const auto kept = trace.of({"a"});
  EXPECT_EQ(kept.size(), 10U);
  EXPECT_TRUE(trace.of({"b"}).empty());
}

}  // namespace
}  // namespace otklik::sip
