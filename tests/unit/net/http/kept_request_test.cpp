#include "net/http/kept_request.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace otklik::net {
namespace {

TEST(KeptRequest, says_the_same_when_the_request_has_gone) {
  std::optional<KeptRequest> kept;
  {
    std::string text = "POST /upload?a=b HTTP/1.1\r\nHost: x\r\nAuthorization: Basic abc\r\n\r\n";
    const std::string_view all = text;
    std::vector<HeaderField> fields{{all.substr(27, 4), all.substr(33, 1)}, {all.substr(36, 13), all.substr(51, 9)}};
    RequestHead head;
    head.method = Method::post;
    head.method_text = all.substr(0, 4);
    head.target = all.substr(5, 11);
    head.path = all.substr(5, 7);
    head.query = all.substr(13, 3);
    head.has_query = true;
    head.host = fields[0].value;
    head.request_line = all.substr(0, 25);
    head.text = all;
    head.headers = fields;
    head.id = 42;
    head.content_length = 7;
    kept.emplace(head);
    std::fill(text.begin(), text.end(), '#');
    fields.clear();
  }
  const Request& request = kept->request();
  EXPECT_EQ(request.method, Method::post);
  EXPECT_EQ(request.method_text, "POST");
  EXPECT_EQ(request.target, "/upload?a=b");
  EXPECT_EQ(request.path, "/upload");
  EXPECT_EQ(request.query, "a=b");
  EXPECT_EQ(request.host, "x");
  EXPECT_EQ(request.request_line, "POST /upload?a=b HTTP/1.1");
  EXPECT_EQ(request.header("host"), "x");
  EXPECT_EQ(request.header("authorization"), "Basic abc");
  EXPECT_EQ(request.id, 42U);
  EXPECT_EQ(request.content_length, 7U);
  EXPECT_TRUE(request.text.ends_with("\r\n\r\n"));
}

TEST(KeptRequest, leaves_what_lies_elsewhere_where_it_is) {
  RequestHead head;
  static constexpr std::string_view root = "/";
  head.path = root;
  const KeptRequest kept(head);
  EXPECT_EQ(kept.request().path.data(), root.data());
}

}  // namespace
}  // namespace otklik::net
