#include "web_api/script_answer.hpp"

#include <gtest/gtest.h>

#include "unit/web_api/fake_connection.hpp"
#include "unit/web_api/fake_ports.hpp"

namespace otklik::web_api {
namespace {

using Kind = ScriptStatus::Kind;

TEST(ReturnValue2, is_a_status_or_file) {
  EXPECT_EQ(read_return_value_2("").status, 200);
  EXPECT_EQ(read_return_value_2(" 404 ").status, 404);
  EXPECT_EQ(read_return_value_2("404 Not Found").status, 404);
  EXPECT_EQ(read_return_value_2("599").status, 599);
  EXPECT_EQ(read_return_value_2("File").kind, Kind::file);
  for (const auto* odd : {"100", "199", "600", "000", "20", "2000", "-200", "200OK", "abc", "404.0", "files", "1e3"}) {
    EXPECT_EQ(read_return_value_2(odd).kind, Kind::unknown) << odd;
    EXPECT_EQ(read_return_value_2(odd).status, 200) << odd;
  }
}

struct Lines {
  std::string headers;
  std::vector<int> refused;
};

Lines lines(std::string_view text) {
  net::Response response;
  Lines result;
  add_return_value_3(response, text, [&](int line, std::string_view) { result.refused.push_back(line); });
  result.headers = response.headers;
  return result;
}

TEST(ReturnValue3, adds_a_header_a_line) {
  EXPECT_EQ(lines("X-A: 1\nContent-Type:text/csv\r\n\nSet-Cookie: a=b; Path=/").headers,
            "X-A: 1\r\nContent-Type: text/csv\r\nSet-Cookie: a=b; Path=/\r\n");
}

TEST(ReturnValue3, refuses_the_servers_own_and_what_is_no_header) {
  const auto result = lines(
      "Content-Length: 5\nTransfer-Encoding: chunked\nCONNECTION: close\ndate: now\nno header\n: empty\nX A: 1\n"
      "Keep-Alive: 1\nUpgrade: h2c\nX-Request-Id: 1\nX-Good: yes\n X-Folded: 1");
  EXPECT_EQ(result.headers, "X-Good: yes\r\n");
  EXPECT_EQ(result.refused, (std::vector<int>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12}));
}

TEST(ReturnValue3, splits_no_response) {
  EXPECT_EQ(lines("X-A: 1\rContent-Length: 0").headers, "");
  EXPECT_EQ(lines(std::string_view("X-A: a\0b", 8)).headers, "");
  EXPECT_EQ(lines("X-A: 1\r\r\nX-B: 2").headers, "X-B: 2\r\n");
  EXPECT_EQ(lines("X-A: 1\r\n\r\nHTTP/1.1 200 OK\r\n\r\n<html>").headers, "X-A: 1\r\n");
  EXPECT_EQ(lines("X-A: \x0b\x0c\x7f").headers, "");
}

TEST(ReturnValue3, takes_one_content_type_and_a_bounded_number_of_fields) {
  EXPECT_EQ(lines("Content-Type: a/b\ncontent-type: c/d").headers, "Content-Type: a/b\r\n");
  std::string many;
  for (int i = 0; i < 100; ++i) many += "X-A: 1\n";
  EXPECT_EQ(lines(many).refused, (std::vector<int>{65}));
  EXPECT_EQ(lines("X-A: " + std::string(20'000, 'a')).headers, "");
}

TEST(Body, is_typed_by_how_it_begins) {
  EXPECT_EQ(sniffed_content_type("<!DOCTYPE html><p>"), "text/html; charset=utf-8");
  EXPECT_EQ(sniffed_content_type("  \r\n<HTML lang=ru>"), "text/html; charset=utf-8");
  EXPECT_EQ(sniffed_content_type("\xEF\xBB\xBF<html>"), "text/html; charset=utf-8");
  EXPECT_EQ(sniffed_content_type("<htmlx>"), "text/plain; charset=utf-8");
  EXPECT_EQ(sniffed_content_type("<?xml version=\"1.0\"?><a/>"), "text/xml; charset=utf-8");
  EXPECT_EQ(sniffed_content_type("<a/>"), "text/plain; charset=utf-8");
  EXPECT_EQ(sniffed_content_type("{\"a\":1}"), "application/json; charset=utf-8");
  EXPECT_EQ(sniffed_content_type("{ }"), "application/json; charset=utf-8");
  EXPECT_EQ(sniffed_content_type("[1,2]"), "application/json; charset=utf-8");
  EXPECT_EQ(sniffed_content_type("[]"), "application/json; charset=utf-8");
  EXPECT_EQ(sniffed_content_type("[info] started"), "text/plain; charset=utf-8");
  EXPECT_EQ(sniffed_content_type("{name}"), "text/plain; charset=utf-8");
  EXPECT_EQ(sniffed_content_type("{"), "text/plain; charset=utf-8");
  EXPECT_EQ(sniffed_content_type("a;b;c"), "text/plain; charset=utf-8");
  EXPECT_EQ(sniffed_content_type(" \n"), "text/plain; charset=utf-8");
}

net::Response plain(ScriptOutcome outcome, test::FakeFiles* files = nullptr, bool attachment = true) {
  static test::SentRequest sent("GET /execsvcscriptplain?name=a HTTP/1.1");
  test::FakeFiles none;
  return plain_response(std::move(outcome), sent.request(), "a", attachment, files != nullptr ? *files : none);
}

core::ScriptEnd finished(std::string one, std::string two = {}, std::string three = {}) {
  return {core::ScriptEnd::Kind::finished, {std::move(one), std::move(two), std::move(three)}, ""};
}

TEST(PlainAnswer, is_the_value_byte_for_byte) {
  const std::string odd("\x00\xFF\r\nя", 6);
  const auto response = plain(finished(odd));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(test::body_of(response), odd);
  EXPECT_EQ(test::header_of(response, "content-type"), "text/plain; charset=utf-8");
  EXPECT_EQ(test::header_of(response, "x-content-type-options"), "nosniff");
  EXPECT_EQ(test::header_of(response, "cache-control"), "no-cache");
}

TEST(PlainAnswer, has_the_status_and_headers_of_the_script) {
  const auto response = plain(finished("{}", "404 Nothing", "Content-Type: text/csv\nCache-Control: max-age=5"));
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.headers, "Content-Type: text/csv\r\nCache-Control: max-age=5\r\n");
  EXPECT_EQ(test::body_of(response), "{}");
}

TEST(PlainAnswer, has_no_body_where_http_has_none) {
  for (const auto* status : {"204", "304", "205"}) {
    const auto response = plain(finished("body", status));
    EXPECT_EQ(response.status, std::stoi(status));
    EXPECT_TRUE(std::holds_alternative<std::monostate>(response.body));
    EXPECT_EQ(test::header_of(response, "content-type"), "");
  }
}

TEST(PlainAnswer, tells_why_there_is_none) {
  EXPECT_EQ(plain(core::StartRefusal::not_found).status, 404);
  EXPECT_EQ(plain(core::StartRefusal::disabled).status, 404);
  EXPECT_EQ(plain(core::StartRefusal::bad_parameter).status, 400);
  EXPECT_EQ(plain(core::StartRefusal::too_many).status, 503);
  EXPECT_EQ(plain(core::StartRefusal::licence).status, 503);
  EXPECT_EQ(plain(core::StartRefusal::storage_full).status, 503);
  EXPECT_EQ(plain(core::StartRefusal::stopping).status, 503);
  EXPECT_EQ(plain(core::StartRefusal::broken).status, 500);
  const auto failed = plain(core::ScriptEnd{core::ScriptEnd::Kind::failed, {}, "/secret/path.lua:3: oops"});
  EXPECT_EQ(failed.status, 500);
  EXPECT_EQ(test::header_of(failed, "x-script-status"), "error");
  EXPECT_EQ(test::body_of(failed).find("oops"), std::string::npos);
  EXPECT_EQ(plain(core::ScriptEnd{core::ScriptEnd::Kind::budget_memory, {}, ""}).status, 500);
  EXPECT_EQ(plain(core::ScriptEnd{core::ScriptEnd::Kind::stopped, {}, ""}).status, 503);
}

TEST(PlainAnswer, is_empty_when_not_waited_for_or_broken_off) {
  const auto async = plain(NotWaitedFor{});
  EXPECT_EQ(async.status, 200);
  EXPECT_EQ(test::body_of(async), "");
  EXPECT_EQ(test::header_of(async, "x-script-status"), "");
  const auto late = plain(WaitBrokenOff{});
  EXPECT_EQ(late.status, 200);
  EXPECT_EQ(test::body_of(late), "");
  EXPECT_EQ(test::header_of(late, "x-script-status"), "timeout");
}

TEST(PlainAnswer, sends_a_file_as_a_download_or_as_media) {
  test::FakeFiles files;
  files.files["rec/a б.mp3"] = test::FakeFiles::Content{"sound"};
  const auto attached = plain(finished("rec/a б.mp3", "file", "X-A: 1"), &files);
  EXPECT_EQ(attached.status, 200);
  EXPECT_EQ(test::body_of(attached), "sound");
  EXPECT_EQ(test::header_of(attached, "x-a"), "1");
  EXPECT_EQ(test::header_of(attached, "content-disposition"),
            "attachment; filename=\"a _.mp3\"; filename*=UTF-8''a%20%D0%B1.mp3");
  const auto inline_answer = plain(finished("rec/a б.mp3", "file"), &files, false);
  EXPECT_TRUE(test::header_of(inline_answer, "content-disposition").starts_with("inline"));
  EXPECT_EQ(test::header_of(inline_answer, "content-type"), "audio/mpeg");
}

TEST(PlainAnswer, tells_why_a_file_is_not_sent) {
  test::FakeFiles files;
  files.files["/etc/passwd"] = ErrorCode::forbidden;
  EXPECT_EQ(plain(finished("/etc/passwd", "file"), &files).status, 403);
  EXPECT_EQ(plain(finished("nothing", "file"), &files).status, 404);
  EXPECT_EQ(plain(finished("", "file"), &files).status, 404);
}

TEST(PlainAnswer, sandboxes_what_users_uploaded) {
  test::FakeFiles files;
  files.files["Temp/x.html"] = test::FakeFiles::Content{"<script>", true};
  files.files["Temp/x.mp3"] = test::FakeFiles::Content{"sound", true};
  const auto page = plain(finished("Temp/x.html", "file"), &files, false);
  EXPECT_EQ(test::header_of(page, "content-security-policy"), "sandbox");
  EXPECT_EQ(test::header_of(page, "x-content-type-options"), "nosniff");
  const auto sound = plain(finished("Temp/x.mp3", "file"), &files, false);
  EXPECT_EQ(test::header_of(sound, "content-security-policy"), "");
  EXPECT_EQ(test::header_of(sound, "x-content-type-options"), "nosniff");
}

}  // namespace
}  // namespace otklik::web_api
