#include "net/http/response.hpp"

#include <gtest/gtest.h>

#include "net/file/media_type.hpp"

namespace otklik::net {
namespace {

TEST(Response, writes_header_lines) {
  auto r = Response::text(404, "no");
  r.add("X-A", "1").add("X-B", "");
  EXPECT_EQ(r.headers, "Content-Type: text/plain; charset=utf-8\r\nX-A: 1\r\nX-B: \r\n");
}

TEST(ResponseDeathTest, asserts_that_header_lines_are_whole) {
  EXPECT_DEATH(Response().add("X-A", "1\r\nX-B: 2"), "");
  EXPECT_DEATH(Response().add("X A", "1"), "");
  EXPECT_DEATH(Response().add("content-length", "1"), "");
}

TEST(HeaderText, is_checked) {
  EXPECT_TRUE(is_header_name("X-Script_1!"));
  for (const char* bad : {"", "a b", "a:", "a\r", "ж", "a(b)"}) EXPECT_FALSE(is_header_name(bad)) << bad;
  EXPECT_TRUE(is_header_value(""));
  EXPECT_TRUE(is_header_value("a\tb Ж"));
  for (const char* bad : {" a", "a ", "\ta", "a\n", "a\r\nb", "\x7F", "a\x01"})
    EXPECT_FALSE(is_header_value(bad)) << bad;
  EXPECT_FALSE(is_header_value(std::string_view("a\0b", 3)));
  EXPECT_TRUE(is_server_header("transfer-ENCODING"));
  EXPECT_FALSE(is_server_header("X-Date"));
}

TEST(ReasonPhrase, is_known_for_registered_statuses) {
  EXPECT_EQ(reason_phrase(200), "OK");
  EXPECT_EQ(reason_phrase(404), "Not Found");
  EXPECT_EQ(reason_phrase(511), "Network Authentication Required");
  EXPECT_EQ(reason_phrase(299), "Unknown");
  EXPECT_EQ(reason_phrase(-1), "Unknown");
}

TEST(MediaType, goes_by_the_last_ending_in_any_case) {
  EXPECT_EQ(media_type("index.html"), "text/html; charset=utf-8");
  EXPECT_EQ(media_type("/a.b/Запись.WAV"), "audio/wav");
  EXPECT_EQ(media_type("a.tar.gz"), "application/gzip");
  EXPECT_EQ(media_type("app.min.js"), "text/javascript; charset=utf-8");
  for (const char* unknown : {"", "a", "a.", "a.html/b", "a.htmlx", ".a-very-long-ending"}) {
    EXPECT_EQ(media_type(unknown), "application/octet-stream") << unknown;
  }
}

TEST(MediaType, knows_what_a_browser_would_run) {
  for (const char* active : {"text/html; charset=utf-8", "image/svg+xml", "TEXT/XML", "application/xhtml+xml ; a=b"}) {
    EXPECT_TRUE(is_active_type(active)) << active;
  }
  for (const char* passive : {"text/plain", "image/png", "", "application/json"}) EXPECT_FALSE(is_active_type(passive));
}

TEST(MediaType, has_an_ending_that_people_expect) {
  EXPECT_EQ(usual_ending("image/jpeg"), "jpg");
  EXPECT_EQ(usual_ending("Text/Plain; charset=koi8-r"), "txt");
  EXPECT_EQ(usual_ending("text/html"), "html");
  EXPECT_EQ(usual_ending("application/pdf"), "pdf");
  EXPECT_EQ(usual_ending("application/octet-stream"), "bin");
  EXPECT_EQ(usual_ending("audio/x-wav"), "wav");
  EXPECT_EQ(usual_ending("chemical/x-pdb"), "");
  EXPECT_EQ(usual_ending(""), "");
}

}  // namespace
}  // namespace otklik::net
