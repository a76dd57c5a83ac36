#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/http/cors.hpp"
#include "net/http/forwarded.hpp"

namespace otklik::net {
namespace {

using testing::HasSubstr;
using testing::Not;

/// The caller that a request through 10.0.0.1 shows; 10.0.0.0/8 is trusted.
std::string caller(std::vector<HeaderField> headers) {
  const auto trusted = *Network::parse("10.0.0.0/8");
  RequestHead head;
  head.peer = *Address::parse("10.0.0.1");
  head.headers = headers;
  apply_forwarded(head, [&](const Address& a) { return trusted.contains(a); });
  return head.peer.text();
}

TEST(Forwarded, shows_the_rightmost_address_that_is_no_proxy) {
  EXPECT_EQ(caller({}), "10.0.0.1");
  EXPECT_EQ(caller({{"X-Forwarded-For", "192.0.2.1"}}), "192.0.2.1");
  EXPECT_EQ(caller({{"x-forwarded-for", "1.1.1.1, 192.0.2.1 , 10.0.0.2"}}), "192.0.2.1");
  EXPECT_EQ(caller({{"X-Forwarded-For", "1.1.1.1"}, {"X-Forwarded-For", "192.0.2.1"}}), "192.0.2.1");
  EXPECT_EQ(caller({{"X-Forwarded-For", "192.0.2.1"}, {"X-Forwarded-For", "10.0.0.2"}}), "192.0.2.1");
  EXPECT_EQ(caller({{"X-Forwarded-For", "10.0.0.3, 10.0.0.2"}}), "10.0.0.3");
  EXPECT_EQ(caller({{"X-Forwarded-For", "[2001:db8::1]:4711"}}), "2001:db8::1");
  EXPECT_EQ(caller({{"X-Forwarded-For", "192.0.2.1:4711"}}), "192.0.2.1");
}

TEST(Forwarded, looks_no_further_than_what_it_can_read) {
  EXPECT_EQ(caller({{"X-Forwarded-For", "192.0.2.1, unknown, 10.0.0.2"}}), "10.0.0.2");
  EXPECT_EQ(caller({{"X-Forwarded-For", "192.0.2.1, "}}), "10.0.0.1");
  EXPECT_EQ(caller({{"X-Forwarded-For", ""}}), "10.0.0.1");
}

TEST(Forwarded, tells_whether_the_caller_used_tls) {
  const auto secure = [](std::string_view value, bool before) {
    RequestHead head;
    head.secure = before;
    const std::vector<HeaderField> headers{{"X-Forwarded-Proto", value}};
    head.headers = headers;
    apply_forwarded(head, [](const Address&) { return false; });
    return head.secure;
  };
  EXPECT_TRUE(secure("https", false));
  EXPECT_TRUE(secure("http, HTTPS", false));
  EXPECT_FALSE(secure("http", true));
  EXPECT_TRUE(secure("junk", true));
}

RequestHead request(Method method, std::span<const HeaderField> headers) {
  RequestHead head;
  head.method = method;
  head.headers = headers;
  return head;
}

TEST(Cors, answers_a_preflight_of_an_allowed_origin) {
  ServerOptions options;
  options.cors_origins = {"https://crm.example"};
  const std::vector<HeaderField> headers{{"Origin", "https://crm.example"},
                                         {"Access-Control-Request-Method", "POST"},
                                         {"Access-Control-Request-Headers", "authorization, x-a"}};
  const auto head = request(Method::options, headers);
  EXPECT_TRUE(is_preflight(head));
  const auto answer = preflight_answer(head, options);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 204);
  EXPECT_THAT(answer->headers, HasSubstr("Access-Control-Allow-Methods: POST\r\n"));
  EXPECT_THAT(answer->headers, HasSubstr("Access-Control-Allow-Headers: authorization, x-a\r\n"));
}

TEST(Cors, leaves_the_options_of_others_to_the_application) {
  ServerOptions options;
  options.cors_origins = {"https://crm.example"};
  const std::vector<HeaderField> other{{"Origin", "https://evil.example"}, {"Access-Control-Request-Method", "POST"}};
  EXPECT_FALSE(preflight_answer(request(Method::options, other), options));
  const std::vector<HeaderField> plain{{"Origin", "https://crm.example"}};
  EXPECT_FALSE(is_preflight(request(Method::options, plain)));
  const std::vector<HeaderField> bad{{"Origin", "https://crm.example"},
                                     {"Access-Control-Request-Method", "POST"},
                                     {"Access-Control-Request-Headers", "a b"}};
  EXPECT_FALSE(preflight_answer(request(Method::options, bad), options));
}

TEST(Cors, lets_named_origins_send_credentials_and_the_star_not) {
  ServerOptions options;
  options.cors_origins = {"*", "https://crm.example"};
  options.cors_exposed = {"X-Request-Id", "X-Script-Status"};
  const auto lines = [&](std::string_view origin) {
    const std::vector<HeaderField> headers{{"Origin", origin}};
    std::string out;
    append_cors_lines(out, request(Method::get, headers), options);
    return out;
  };
  EXPECT_THAT(lines("https://crm.example"), HasSubstr("Access-Control-Allow-Origin: https://crm.example\r\n"));
  EXPECT_THAT(lines("https://crm.example"), HasSubstr("Access-Control-Allow-Credentials: true\r\n"));
  EXPECT_THAT(lines("https://crm.example"),
              HasSubstr("Access-Control-Expose-Headers: X-Request-Id, X-Script-Status\r\n"));
  EXPECT_THAT(lines("https://a.example"), HasSubstr("Access-Control-Allow-Origin: *\r\n"));
  EXPECT_THAT(lines("https://a.example"), Not(HasSubstr("Credentials")));
  options.cors_origins = {"https://crm.example"};
  EXPECT_EQ(lines("https://a.example"), "Vary: Origin\r\n");
  EXPECT_EQ(lines(""), "Vary: Origin\r\n");
}

}  // namespace
}  // namespace otklik::net
