#include "net/mime/multipart_parser.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace otklik::net::mime {
namespace {

struct Part {
  std::string name, type, data;
  bool whole = false;
  bool operator==(const Part&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Part& part) {
  return out << part.name << '|' << part.type << '|' << part.data << (part.whole ? "" : "…");
}

struct Parts final : PartHandler {
  std::vector<Part> seen;
  bool inside = false;

  Result<> begin_part(PartHead head) override {
    EXPECT_FALSE(std::exchange(inside, true));
    seen.push_back({head.has_file_name() ? head.file_name() : head.field_name(), head.type.value, {}});
    return {};
  }
  Result<> part_data(std::string_view piece) override {
    EXPECT_TRUE(inside);
    seen.back().data += piece;
    return {};
  }
  Result<> end_part() override {
    EXPECT_TRUE(std::exchange(inside, false));
    seen.back().whole = true;
    return {};
  }
};

struct Outcome {
  std::vector<Part> parts;
  std::optional<ErrorCode> error;
  bool operator==(const Outcome&) const = default;
};

Outcome parsed(std::string_view body, std::size_t size, const MultipartLimits& limits = {}) {
  Parts parts;
  MultipartParser parser("b", parts, limits);
  Result<> result;
  for (std::size_t at = 0; result && at < body.size(); at += size) result = parser.feed(body.substr(at, size));
  if (result) result = parser.finish();
  return {parts.seen, result ? std::nullopt : std::optional(result.error().code)};
}

/// However the body is cut.
Outcome parsed(std::string_view body, const MultipartLimits& limits = {}) {
  const auto whole = parsed(body, std::max<std::size_t>(1, body.size()), limits);
  for (std::size_t size = 1; size < 40; ++size) {
    const auto cut = parsed(body, size, limits);
    EXPECT_EQ(cut.error, whole.error) << size;
    if (!whole.error) {
      EXPECT_EQ(cut.parts, whole.parts) << size;
    }
  }
  return whole;
}

using Seen = std::vector<Part>;

TEST(MultipartParser, tells_parts_in_order) {
  const auto out = parsed(
      "--b\r\nContent-Disposition: form-data; name=\"one\"\r\n\r\nfirst\r\n"
      "--b\r\nContent-Disposition: form-data; name=\"two\"; filename=\"2.txt\"\r\nContent-Type: text/plain\r\n\r\n"
      "se\r\ncond\r\n\r\n--b--\r\n");
  EXPECT_EQ(out.error, std::nullopt);
  EXPECT_EQ(out.parts, (Seen{{"one", "", "first", true}, {"2.txt", "text/plain", "se\r\ncond\r\n", true}}));
}

TEST(MultipartParser, has_parts_without_headers_and_without_data) {
  EXPECT_EQ(parsed("--b\r\n\r\n\r\n--b\r\n\r\ndata\r\n--b--").parts,
            (Seen{{"", "", "", true}, {"", "", "data", true}}));
  // RFC 2046 5.1: a body part may be headers alone.
  EXPECT_EQ(parsed("--b\r\nA: b\r\n\r\n--b--").parts, (Seen{{"", "", "", true}}));
}

TEST(MultipartParser, passes_over_preamble_and_epilogue) {
  EXPECT_EQ(parsed("for old readers\r\n--bb\r\n--b\r\n\r\nx\r\n--b--\r\nafter\r\n--b\r\n\r\ny\r\n--b--").parts,
            (Seen{{"", "", "x", true}}));
  EXPECT_EQ(parsed("\r\n--b\r\n\r\nx\r\n--b--").parts, (Seen{{"", "", "x", true}}));
}

TEST(MultipartParser, may_hold_no_part) {
  EXPECT_EQ(parsed("--b--\r\n").error, std::nullopt);
  EXPECT_EQ(parsed("--b--").parts, Seen{});
}

TEST(MultipartParser, takes_lf_alone_for_the_end_of_a_line) {
  EXPECT_EQ(parsed("--b\nA: b\n\nx\ny\n--b\n\nz\n--b--\n").parts, (Seen{{"", "", "x\ny", true}, {"", "", "z", true}}));
}

TEST(MultipartParser, takes_white_space_behind_a_boundary) {
  EXPECT_EQ(parsed("--b \t\r\n\r\nx\r\n--b \r\n\r\ny\r\n--b-- \t\r\n").parts,
            (Seen{{"", "", "x", true}, {"", "", "y", true}}));
}

TEST(MultipartParser, takes_what_only_begins_like_a_boundary_for_data) {
  for (const std::string data :
       {"\r\n--", "\r\n--c", "\r\n--bc", "\r\n--b-", "\r\n--b-x", "\r\n--b--x", "\r\n--b \tx", "\r", "\n", "\r\n",
        "\r\r\n\r", "\n--bb\r\n--bbb\r", "--b", "--b\r\n", "x--b--\r\n", "\r\n-", "\r\n--b\rx", "\r\n\r\n--b.\r\n"}) {
    // At the beginning of a part a delimiter may stand without a line break of its own.
    const auto out = parsed("--b\r\n\r\n." + data + "\r\n--b--\r\n");
    EXPECT_EQ(out.error, std::nullopt) << data;
    EXPECT_EQ(out.parts, (Seen{{"", "", "." + data, true}}));
  }
}

TEST(MultipartParser, takes_padding_longer_than_anybody_writes_for_data) {
  const std::string data = "x\r\n--b" + std::string(200, ' ');
  EXPECT_EQ(parsed("--b\r\n\r\n" + data + "\r\n--b--").parts, (Seen{{"", "", data, true}}));
}

TEST(MultipartParser, tells_the_parts_of_nested_multiparts_in_their_place) {
  const auto out = parsed(
      "--b\r\nContent-Disposition: form-data; name=files\r\nContent-Type: multipart/mixed; boundary=bb\r\n\r\n"
      "--bb\r\nContent-Disposition: file; filename=1\r\n\r\none\r\n"
      "--bb\r\nContent-Type: multipart/mixed; "
      "boundary=\"=c\"\r\n\r\n--=c\r\n\r\ndeep\r\n--=c--\r\n\r\n--bb--\r\nepilogue\r\n"
      "--b\r\nContent-Disposition: form-data; name=last\r\n\r\nx\r\n--b--\r\n");
  EXPECT_EQ(out.error, std::nullopt);
  EXPECT_EQ(out.parts, (Seen{{"1", "", "one", true}, {"", "", "deep", true}, {"last", "", "x", true}}));
}

TEST(MultipartParser, refuses_a_body_that_ends_too_early) {
  const std::string whole =
      "--b\r\nContent-Type: multipart/mixed; boundary=bb\r\n\r\n--bb\r\n\r\none\r\n--bb--\r\n--b\r\n\r\nx\r\n--b--";
  EXPECT_EQ(parsed(whole).error, std::nullopt);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(parsed(whole.substr(0, size), 7).error, ErrorCode::bad_request) << whole.substr(0, size);
  }
  // The inner one never ends, though the outer one does.
  EXPECT_EQ(parsed("--b\r\nContent-Type: multipart/mixed; boundary=bb\r\n\r\n--bb\r\n\r\none\r\n--b--").error,
            ErrorCode::bad_request);
}

TEST(MultipartParser, refuses_headers_that_are_none) {
  EXPECT_EQ(parsed("--b\r\nnothing\r\n\r\nx\r\n--b--").error, ErrorCode::bad_request);
  EXPECT_EQ(parsed("--b\r\nContent-Type: multipart/mixed\r\n\r\nx\r\n--b--").error, ErrorCode::bad_request);
  EXPECT_EQ(parsed("--b\r\nContent-Type: multipart/mixed; boundary=c\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                   "--c--\r\n--b--")
                .error,
            ErrorCode::bad_request);
}

TEST(MultipartParser, keeps_to_its_limits) {
  EXPECT_EQ(parsed("--b\r\nA: " + std::string(90, 'x') + "\r\n\r\n\r\n--b--", {.header_size = 97}).error, std::nullopt);
  EXPECT_EQ(parsed("--b\r\nA: " + std::string(91, 'x') + "\r\n\r\n\r\n--b--", {.header_size = 96}).error,
            ErrorCode::too_large);
  const std::string three = "--b\r\n\r\n1\r\n--b\r\n\r\n2\r\n--b\r\n\r\n3\r\n--b--";
  EXPECT_EQ(parsed(three, {.parts = 3}).error, std::nullopt);
  EXPECT_EQ(parsed(three, {.parts = 2}).error, ErrorCode::too_large);
  const std::string nested = "--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c--\r\n--b--";
  EXPECT_EQ(parsed(nested, {.depth = 2}).error, std::nullopt);
  EXPECT_EQ(parsed(nested, {.depth = 1}).error, ErrorCode::bad_request);
}

TEST(MultipartParser, hands_data_on_where_it_lies) {
  struct Place final : PartHandler {
    const char* at = nullptr;
    Result<> begin_part(PartHead) override { return {}; }
    Result<> part_data(std::string_view piece) override {
      at = piece.data();
      return {};
    }
    Result<> end_part() override { return {}; }
  } place;
  MultipartParser parser("b", place);
  const std::string head = "--b\r\n\r\nx";
  const std::string piece(1000, '-');
  ASSERT_TRUE(parser.feed(head));
  ASSERT_TRUE(parser.feed(piece));
  EXPECT_EQ(place.at, piece.data());
}

TEST(MultipartParser, ends_with_the_error_of_its_handler) {
  struct Refusing final : PartHandler {
    Result<> begin_part(PartHead) override { return fail(ErrorCode::too_many); }
    Result<> part_data(std::string_view) override { return {}; }
    Result<> end_part() override { return {}; }
  } refusing;
  MultipartParser parser("b", refusing);
  const auto fed = parser.feed("--b\r\n\r\nx");
  ASSERT_FALSE(fed);
  EXPECT_EQ(fed.error().code, ErrorCode::too_many);
}

TEST(Boundary, is_what_the_content_type_says) {
  EXPECT_EQ(boundary_of(parse_header_value("multipart/form-data; boundary=\"a b\"")).value(), "a b");
  for (const char* type : {"multipart/form-data", "multipart/form-data; boundary=",
                           "multipart/form-data; boundary=\"a \"", "multipart/form-data; boundary=\"a\x01\""}) {
    EXPECT_FALSE(boundary_of(parse_header_value(type))) << type;
  }
  EXPECT_FALSE(boundary_of(parse_header_value("multipart/form-data; boundary=" + std::string(201, 'b'))));
}

}  // namespace
}  // namespace otklik::net::mime
