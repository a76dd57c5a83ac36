#include "net/http/head_parser.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace otklik::net {
namespace {

struct Parsed {
  std::unique_ptr<std::string> text;
  HeadParser parser;
  HeadParser::State state = HeadParser::State::more;
  RequestHead head;
  std::vector<HeaderField> fields;
};

Parsed parse(std::string_view text, const Limits& limits = {}) {
  Parsed p;
  p.text = std::make_unique<std::string>(text);
  p.state = p.parser.parse(*p.text, limits, p.head, p.fields);
  return p;
}

/// The status that the head is refused with; 0 when it is taken, -1 when more is wanted. The same for every way of
/// cutting it in two, and byte by byte, each time from other memory: checked here.
int status_of(const std::string& text, const Limits& limits = {}) {
  const auto outcome = [](const HeadParser& parser, HeadParser::State state) {
    return state == HeadParser::State::failed ? parser.status() : state == HeadParser::State::done ? 0 : -1;
  };
  const auto whole = parse(text, limits);
  const int expected = outcome(whole.parser, whole.state);
  const auto in_steps = [&](const std::vector<std::size_t>& ends) {
    Parsed p;
    for (const std::size_t end : ends) {
      const std::string moved = text.substr(0, end);
      p.state = p.parser.parse(moved, limits, p.head, p.fields);
      if (p.state != HeadParser::State::more) break;
    }
    return outcome(p.parser, p.state);
  };
  std::vector<std::size_t> bytes;
  for (std::size_t cut = 1; cut <= text.size(); ++cut) {
    bytes.push_back(cut);
    EXPECT_EQ(in_steps({cut, text.size()}), expected) << "cut at " << cut << " of: " << text;
  }
  EXPECT_EQ(in_steps(bytes), expected) << "byte by byte: " << text;
  return expected;
}

std::string with(const std::string& line) { return "GET / HTTP/1.1\r\nHost: a\r\n" + line + "\r\n\r\n"; }

TEST(HeadParser, takes_a_request_apart) {
  const std::string text =
      "POST /a/b?x=1&y=%20 HTTP/1.1\r\nHost: example.org:4055\r\nContent-Length: 12\r\nX-Empty:\r\nX-Odd: \t a b "
      "\t\r\n\r\n";
  const auto p = parse(text + "hello");
  ASSERT_EQ(p.state, HeadParser::State::done);
  EXPECT_EQ(p.head.method, Method::post);
  EXPECT_EQ(p.head.method_text, "POST");
  EXPECT_EQ(p.head.target, "/a/b?x=1&y=%20");
  EXPECT_EQ(p.head.path, "/a/b");
  EXPECT_TRUE(p.head.has_query);
  EXPECT_EQ(p.head.query, "x=1&y=%20");
  EXPECT_EQ(p.head.host, "example.org:4055");
  EXPECT_EQ(p.head.request_line, "POST /a/b?x=1&y=%20 HTTP/1.1");
  EXPECT_EQ(p.head.text, text);
  EXPECT_EQ(p.head.content_length, 12);
  EXPECT_FALSE(p.head.chunked);
  EXPECT_TRUE(p.head.has_body());
  EXPECT_EQ(p.head.headers.size(), 4);
  EXPECT_EQ(p.head.header("x-odd"), "a b");
  EXPECT_EQ(p.head.header("x-empty"), "");
  EXPECT_TRUE(p.head.has_header("X-EMPTY"));
  EXPECT_FALSE(p.head.has_header("X-None"));
  EXPECT_EQ(p.parser.size(), text.size());
  EXPECT_TRUE(p.parser.keeps_alive());
}

TEST(HeadParser, takes_raw_cyrillic_and_json_in_the_target) {
  const auto p = parse("GET /execsvcscript?name=Размещение&inputparams={\"a\":[1|2]} HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_EQ(p.state, HeadParser::State::done);
  EXPECT_EQ(p.head.query, "name=Размещение&inputparams={\"a\":[1|2]}");
  EXPECT_EQ(status_of("GET /?name=\xD0\xE0\xE7 HTTP/1.1\r\nHost: a\r\n\r\n"), 0);
}

TEST(HeadParser, knows_an_empty_query_from_none) {
  EXPECT_TRUE(parse("GET /? HTTP/1.0\r\n\r\n").head.has_query);
  EXPECT_FALSE(parse("GET / HTTP/1.0\r\n\r\n").head.has_query);
}

TEST(HeadParser, takes_the_four_forms_of_a_target) {
  const auto absolute = parse("GET HTTP://b.example:80/x?y HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_EQ(absolute.state, HeadParser::State::done);
  EXPECT_EQ(absolute.head.path, "/x");
  EXPECT_EQ(absolute.head.query, "y");
  EXPECT_EQ(absolute.head.host, "b.example:80");
  EXPECT_EQ(parse("GET http://b HTTP/1.1\r\nHost: a\r\n\r\n").head.path, "/");
  EXPECT_EQ(parse("GET http://b?q HTTP/1.1\r\nHost: a\r\n\r\n").head.query, "q");
  EXPECT_EQ(parse("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").head.path, "*");
  const auto connect = parse("CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_EQ(connect.state, HeadParser::State::done);
  EXPECT_EQ(connect.head.path, "");
  for (const char* bad : {"GET *", "GET a", "GET ftp://a/", "GET http://", "GET http:///x", "GET http://u:p@a/",
                          "GET http:/a", "CONNECT /", "CONNECT a b", "GET ://a", "GET http://a[/"}) {
    EXPECT_EQ(status_of(std::string(bad) + " HTTP/1.1\r\nHost: a\r\n\r\n"), 400) << bad;
  }
}

TEST(HeadParser, lets_one_empty_line_precede_a_request) {
  EXPECT_EQ(status_of("\r\nGET / HTTP/1.0\r\n\r\n"), 0);
  EXPECT_EQ(status_of("\r\n\r\nGET / HTTP/1.0\r\n\r\n"), 400);
  EXPECT_EQ(status_of("\nGET / HTTP/1.0\r\n\r\n"), 400);
  EXPECT_EQ(status_of("\rGET / HTTP/1.0\r\n\r\n"), 400);
  const std::string text = "GET / HTTP/1.0\r\n\r\n";
  const auto p = parse("\r\n" + text);
  EXPECT_EQ(p.head.text, text);
  EXPECT_EQ(p.parser.size(), text.size() + 2);
}

TEST(HeadParser, wants_more_until_the_empty_line_has_come) {
  const std::string text = "GET / HTTP/1.1\r\nHost: a\r\nA: b\r\n\r\n";
  for (std::size_t n = 0; n < text.size(); ++n) EXPECT_EQ(parse(text.substr(0, n)).state, HeadParser::State::more);
}

TEST(HeadParser, knows_whether_the_connection_stands) {
  const auto stands = [](const std::string& text) { return parse(text).parser.keeps_alive(); };
  EXPECT_TRUE(stands("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
  EXPECT_FALSE(stands("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
  EXPECT_FALSE(stands("GET / HTTP/1.1\r\nHost: a\r\nConnection: foo , CLOSE\r\n\r\n"));
  EXPECT_FALSE(stands("GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n"));
  EXPECT_FALSE(stands("GET / HTTP/1.0\r\n\r\n"));
  EXPECT_TRUE(stands("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"));
}

TEST(HeadParser, knows_what_is_expected) {
  using Expectation = HeadParser::Expectation;
  EXPECT_EQ(parse(with("A: b")).parser.expectation(), Expectation::none);
  EXPECT_EQ(parse(with("Expect: 100-Continue")).parser.expectation(), Expectation::continue_);
  EXPECT_EQ(parse(with("Expect: 100-continue, x")).parser.expectation(), Expectation::unknown);
  EXPECT_EQ(parse(with("Expect: x\r\nExpect: 100-continue")).parser.expectation(), Expectation::unknown);
  EXPECT_EQ(parse("GET / HTTP/1.0\r\nExpect: x\r\n\r\n").parser.expectation(), Expectation::none);
}

TEST(HeadParser, serves_one_request_after_another) {
  Parsed p;
  EXPECT_EQ(p.parser.parse("POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n", {}, p.head, p.fields),
            HeadParser::State::done);
  p.parser.reset();
  p.head = {};
  EXPECT_EQ(p.parser.parse("GET /2 HTTP/1.1\r\nHost: b\r\n\r\n", {}, p.head, p.fields), HeadParser::State::done);
  EXPECT_EQ(p.head.path, "/2");
  EXPECT_EQ(p.head.content_length, std::nullopt);
  EXPECT_EQ(p.head.headers.size(), 1);
}

struct Bad {
  int status;
  std::string text;
};

class RefusedHead : public testing::TestWithParam<Bad> {};

TEST_P(RefusedHead, is_refused_however_it_is_cut) { EXPECT_EQ(status_of(GetParam().text), GetParam().status); }

INSTANTIATE_TEST_SUITE_P(
    RequestLines, RefusedHead,
    testing::Values(Bad{400, " GET / HTTP/1.1\r\nHost: a\r\n\r\n"}, Bad{400, "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"},
                    Bad{400, "GET / x HTTP/1.1\r\nHost: a\r\n\r\n"}, Bad{400, "GET /  HTTP/1.1\r\nHost: a\r\n\r\n"},
                    Bad{400, "GET / HTTP/1.1 \r\nHost: a\r\n\r\n"}, Bad{400, "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n"},
                    Bad{400, "GET /\tx HTTP/1.1\r\nHost: a\r\n\r\n"}, Bad{400, "GET /\x7F HTTP/1.1\r\nHost: a\r\n\r\n"},
                    Bad{400, std::string("GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n", 29)},
                    Bad{400, "GET /#x HTTP/1.1\r\nHost: a\r\n\r\n"}, Bad{400, "GET /\rx HTTP/1.1\r\nHost: a\r\n\r\n"},
                    Bad{400, "G(T / HTTP/1.1\r\nHost: a\r\n\r\n"}, Bad{400, "G\xD0T / HTTP/1.1\r\nHost: a\r\n\r\n"},
                    Bad{400, "GET /\r\n\r\n"}, Bad{400, "GET\r\n\r\n"}, Bad{400, "GET / HTTP/1.1\nHost: a\r\n\r\n"},
                    Bad{400, "GET / HTTP/1.1\r\nHost: a\n\r\n"}, Bad{400, "GET / HTTP/1.1\r\nHost: a\r\n\n"},
                    Bad{400, "GET / http/1.1\r\nHost: a\r\n\r\n"}, Bad{400, "GET / HTTP/11\r\nHost: a\r\n\r\n"},
                    Bad{400, "GET / HTTP/1.\r\nHost: a\r\n\r\n"}, Bad{400, "GET / HTTP/1.10\r\nHost: a\r\n\r\n"},
                    Bad{400, "GET / HTTP/1,1\r\nHost: a\r\n\r\n"}, Bad{400, "GET / HTTP/x.1\r\nHost: a\r\n\r\n"},
                    Bad{505, "GET / HTTP/1.2\r\nHost: a\r\n\r\n"}, Bad{505, "GET / HTTP/2.0\r\nHost: a\r\n\r\n"},
                    Bad{505, "GET / HTTP/0.9\r\nHost: a\r\n\r\n"}, Bad{505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
                    Bad{400, "\x16\x03\x01\x02"}, Bad{400, "\x80"}, Bad{400, std::string(33, 'A') + " / HTTP/1.1\r\n"},
                    Bad{400, std::string(70'000, 'A')}));

INSTANTIATE_TEST_SUITE_P(
    Fields, RefusedHead,
    testing::Values(Bad{400, with(" A: b")}, Bad{400, with("A: b\r\n c")}, Bad{400, with("A: b\r\n\tc: d")},
                    Bad{400, with("A : b")}, Bad{400, with("A\t: b")}, Bad{400, with(": b")}, Bad{400, with("A")},
                    Bad{400, with("A b: c")}, Bad{400, with("\xD0: c")}, Bad{400, with("A: b\rc")},
                    Bad{400, with("A: b\x01")}, Bad{400, with("A: \x7F")}, Bad{400, with(std::string("A: \0b", 5))},
                    Bad{400, with("A: b\nC: d")}, Bad{400, with("A: b\r\r")}, Bad{400, with("A(b): c")},
                    Bad{400, with("Host: a")}, Bad{400, with("host: b")}, Bad{400, "GET / HTTP/1.1\r\n\r\n"},
                    Bad{400, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"}, Bad{400, "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"},
                    Bad{400, "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n"}, Bad{400, "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"},
                    Bad{400, "GET / HTTP/1.1\r\nHost: a:x\r\n\r\n"}, Bad{400, "GET / HTTP/1.1\r\nHost: ::1\r\n\r\n"},
                    Bad{400, "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n"}, Bad{400, "GET / HTTP/1.1\r\nHost: []\r\n\r\n"},
                    Bad{400, "GET / HTTP/1.1\r\nHost: [::1]x\r\n\r\n"},
                    Bad{400, "GET / HTTP/1.1\r\nHost: a:123456\r\n\r\n"},
                    Bad{400, "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n"}));

INSTANTIATE_TEST_SUITE_P(
    Smuggling, RefusedHead,
    testing::Values(Bad{400, with("Content-Length: 1\r\nContent-Length: 2")},
                    Bad{400, with("Content-Length: 1\r\ncontent-length: 1")}, Bad{400, with("Content-Length: 1, 1")},
                    Bad{400, with("Content-Length: +1")}, Bad{400, with("Content-Length: -1")},
                    Bad{400, with("Content-Length: 0x10")}, Bad{400, with("Content-Length: 1 2")},
                    Bad{400, with("Content-Length:")}, Bad{400, with("Content-Length: 1e3")},
                    Bad{400, with("Content-Length: 99999999999999999999")}, Bad{400, with("Content-Length: \xB2")},
                    Bad{400, with("Content-Length: 4\r\nTransfer-Encoding: chunked")},
                    Bad{400, with("Transfer-Encoding: chunked\r\nContent-Length: 0")},
                    Bad{400, with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked")},
                    Bad{400, with("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity")},
                    Bad{400, with("Transfer-Encoding: chunked, chunked")},
                    Bad{400, with("Transfer-Encoding: chunked, identity")},
                    Bad{400, with("Transfer-Encoding: identity")}, Bad{400, with("Transfer-Encoding: xchunked")},
                    Bad{400, with("Transfer-Encoding: \"chunked\"")}, Bad{400, with("Transfer-Encoding: chunked;x=y")},
                    Bad{400, with("Transfer-Encoding: \x0B"
                                  "chunked")},
                    Bad{400, with("Transfer-Encoding:")}, Bad{400, with("Transfer-Encoding : chunked")},
                    Bad{400, with("Transfer-Encoding:\r\n chunked")},
                    Bad{501, with("Transfer-Encoding: gzip, chunked")},
                    Bad{400, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"}));

TEST(HeadParser, takes_what_is_unusual_but_right) {
  EXPECT_EQ(status_of(with("Transfer-Encoding: CHUNKED")), 0);
  EXPECT_EQ(status_of(with("Content-Length:007")), 0);
  EXPECT_EQ(status_of(with("A:\xD0\x9F \t b")), 0);
  EXPECT_EQ(status_of(with("A: b\r\nA: c")), 0);
  for (const char* host : {"", "a", "a:", "a:80", "[::1]", "[::1]:80", "xn--80ak6aa92e.com", "a_b"}) {
    EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n"), 0) << host;
  }
  EXPECT_EQ(status_of("PROPFIND / HTTP/1.1\r\nHost: a\r\n\r\n"), 0);
}

TEST(HeadParser, says_414_431_at_its_limits_and_not_before) {
  Limits limits;
  limits.target_size = 20;
  limits.header_size = 100;
  limits.header_count = 3;
  const auto target = [](std::size_t n) { return "GET /" + std::string(n - 1, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n"; };
  EXPECT_EQ(status_of(target(20), limits), 0);
  EXPECT_EQ(status_of(target(21), limits), 414);
  EXPECT_EQ(status_of(target(60), limits), 414);
  EXPECT_EQ(status_of("GET /" + std::string(75, 'x'), limits), 414);
  const std::string start = "GET / HTTP/1.1\r\nHost: a\r\nA: ";
  const auto header = [&](std::size_t n) { return start + std::string(n - start.size() - 4, 'x') + "\r\n\r\n"; };
  ASSERT_EQ(header(100).size(), 100);
  EXPECT_EQ(status_of(header(100), limits), 0);
  EXPECT_EQ(status_of(header(101), limits), 431);
  EXPECT_EQ(status_of(header(200), limits), 431);
  EXPECT_EQ(status_of(start + std::string(200, 'x'), limits), 431);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: a\r\nA:\r\nB:\r\n\r\n", limits), 0);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: a\r\nA:\r\nB:\r\nC:\r\n\r\n", limits), 431);
  limits.header_size = 10;
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: a\r\n\r\n", limits), 431);
}

}  // namespace
}  // namespace otklik::net
