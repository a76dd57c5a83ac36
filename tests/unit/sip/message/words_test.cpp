#include "sip/message/words.hpp"

#include <gtest/gtest.h>

namespace otklik::sip {
namespace {

TEST(SipWords, split_lists_outside_quotes_and_brackets) {
  const auto parts = split_list("\"a, b\" <sip:x,y@z>;q=1, <sip:b@c> ,, d");
  ASSERT_TRUE(parts);
  EXPECT_EQ(*parts, (std::vector<std::string_view>{"\"a, b\" <sip:x,y@z>;q=1", "<sip:b@c>", "d"}));
  EXPECT_FALSE(split_list("\"open"));
  EXPECT_FALSE(split_list("<sip:a"));
  EXPECT_FALSE(split_list("a>"));
}

TEST(SipWords, read_uris_in_all_their_parts) {
  const auto uri = Uri::parse("sips:al%20ice:secret@[2001:DB8::1]:5071;transport=tcp;lr?Subject=x");
  ASSERT_TRUE(uri);
  EXPECT_EQ(uri->scheme, "sips");
  EXPECT_EQ(uri->user, "al%20ice");
  EXPECT_EQ(uri->password, "secret");
  EXPECT_EQ(uri->host, "[2001:db8::1]");
  EXPECT_EQ(uri->port, 5071);
  EXPECT_EQ(uri->parameters.get("Transport"), "tcp");
  EXPECT_TRUE(uri->parameters.has("lr"));
  EXPECT_EQ(uri->headers, "Subject=x");
  EXPECT_EQ(uri->text(), "sips:al%20ice:secret@[2001:db8::1]:5071;transport=tcp;lr?Subject=x");
  EXPECT_EQ(Uri::parse("sip:user;par=u%40example.net@example.com")->user, "user;par=u%40example.net");
  EXPECT_EQ(Uri::parse("tel:+7495")->user, "+7495");
}

TEST(SipWords, refuse_what_is_no_uri) {
  for (const std::string_view text :
       {"", "sip", "sip:", ":x", "sip:a b@c", "<sip:a@b>", "sip:a@b@c", "sip:@b", "sip:a@", "sip:a@b:0",
        "sip:a@b:99999", "sip:a@b:x", "sip:%4@b", "sip:a@[::1", "sip:a@b;\"x"}) {
    EXPECT_FALSE(Uri::parse(text)) << text;
  }
}

TEST(SipWords, read_addresses_with_and_without_brackets) {
  const auto quoted_name = NameAddress::parse("\"A \\\"B\\\" C\" <sip:a@b;x=1>;tag=5");
  ASSERT_TRUE(quoted_name);
  EXPECT_EQ(quoted_name->display, "A \"B\" C");
  EXPECT_EQ(quoted_name->uri.parameters.get("x"), "1");
  EXPECT_EQ(quoted_name->parameters.get("tag"), "5");
  EXPECT_EQ(quoted_name->text(), "\"A \\\"B\\\" C\" <sip:a@b;x=1>;tag=5");
  const auto bare = NameAddress::parse("sip:a@b ;  tag   = 7");
  ASSERT_TRUE(bare);
  EXPECT_TRUE(bare->uri.parameters.empty());
  EXPECT_EQ(bare->parameters.get("tag"), "7");
  EXPECT_EQ(NameAddress::parse("caller<sip:caller@example.com>;tag=323")->display, "caller");
  for (const std::string_view text :
       {"", "\"Mr. J. User <sip:j.user@example.com>", "<sip:a@b", "Bell, Alexander <sip:a@b>", "sip:a@b?Route=c",
        "<sip:a@b> junk", "\"Joe\" <sip:joe@example.org>;;;;"}) {
    EXPECT_FALSE(NameAddress::parse(text)) << text;
  }
}

TEST(SipWords, read_via_with_blanks_in_every_place) {
  const auto via = Via::parse("SIP  / 2.0  / TCP     Spindle.example.com : 5070  ; branch  =   z9hG4bK9ikj8 ;; rport");
  ASSERT_TRUE(via);
  EXPECT_EQ(via->transport, "TCP");
  EXPECT_EQ(via->host, "spindle.example.com");
  EXPECT_EQ(via->port, 5070);
  EXPECT_EQ(via->parameters.get("branch"), "z9hG4bK9ikj8");
  EXPECT_EQ(via->text(), "SIP/2.0/TCP spindle.example.com:5070;branch=z9hG4bK9ikj8;rport");
  for (const std::string_view text :
       {"", "SIP/2.0/UDP", "SIP/3.0/UDP a", "SIP/2.0 a", "HTTP/2.0/UDP a", "SIP/2.0/UDP a b"}) {
    EXPECT_FALSE(Via::parse(text)) << text;
  }
}

TEST(SipWords, escape_and_unescape) {
  EXPECT_EQ(unescaped("a%20b"), "a b");
  EXPECT_FALSE(unescaped("a%2"));
  EXPECT_FALSE(unescaped("%zz"));
  EXPECT_EQ(escaped_user("a b#1"), "a%20b%231");
  EXPECT_EQ(quoted("a\"b\r\nc"), "\"a\\\"bc\"");
}

}  // namespace
}  // namespace otklik::sip
