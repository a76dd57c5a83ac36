#include "net/file/file_response.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

#include "net/http/http_date.hpp"

namespace otklik::net {
namespace {

using testing::HasSubstr;

constexpr std::int64_t second = 1'000'000'000;

/// A file that was changed long ago, and requests for it.
class FileResponse : public testing::Test {
 protected:
  FileResponse() : file_(std::make_shared<UniqueFd>(::memfd_create("file", MFD_CLOEXEC))) {
    facts_.inode = 7;
    facts_.size = 100;
    facts_.modified = 1'000'000 * second + 5;
    validators_ = facts_.validators(now_);
  }

  Response respond(std::vector<HeaderField> headers, Method method = Method::get) {
    RequestHead head;
    head.method = method;
    head.headers = headers;
    return file_response(head, file_, facts_, "text/plain", now_);
  }
  int status(std::vector<HeaderField> headers, Method method = Method::get) { return respond(headers, method).status; }

  std::shared_ptr<UniqueFd> file_;
  FileFacts facts_;
  Time now_{std::chrono::seconds(2'000'000)};
  Validators validators_;
  std::string before_ = http_date(std::chrono::sys_seconds(std::chrono::seconds(999'999)));
  std::string same_ = http_date(std::chrono::sys_seconds(std::chrono::seconds(1'000'000)));
  std::string later_ = http_date(std::chrono::sys_seconds(std::chrono::seconds(1'000'001)));
};

TEST_F(FileResponse, sends_the_whole_with_its_validators) {
  const auto r = respond({});
  EXPECT_EQ(r.status, 200);
  EXPECT_THAT(r.headers, HasSubstr("ETag: " + validators_.etag + "\r\n"));
  EXPECT_THAT(r.headers, HasSubstr("Last-Modified: " + same_ + "\r\n"));
  EXPECT_THAT(r.headers, HasSubstr("Accept-Ranges: bytes\r\n"));
  const auto& piece = std::get<FilePiece>(r.body);
  EXPECT_EQ(piece.offset, 0);
  EXPECT_EQ(piece.length, 100);
}

TEST_F(FileResponse, answers_304_to_one_who_has_it) {
  EXPECT_EQ(status({{"If-None-Match", validators_.etag}}), 304);
  EXPECT_EQ(status({{"If-None-Match", "\"x,\", W/" + validators_.etag}}), 304);
  EXPECT_EQ(status({{"If-None-Match", "*"}}, Method::head), 304);
  EXPECT_EQ(status({{"If-None-Match", "\"a\""}, {"if-none-match", validators_.etag}}), 304);
  EXPECT_EQ(status({{"If-Modified-Since", same_}}), 304);
  EXPECT_EQ(status({{"If-Modified-Since", later_}}), 304);
  const auto r = respond({{"If-None-Match", "*"}});
  EXPECT_THAT(r.headers, HasSubstr("ETag: "));
  EXPECT_TRUE(std::holds_alternative<std::monostate>(r.body));
}

TEST_F(FileResponse, sends_it_to_one_who_has_another) {
  EXPECT_EQ(status({{"If-None-Match", "\"a\""}}), 200);
  EXPECT_EQ(status({{"If-None-Match", "a"}}), 200);
  EXPECT_EQ(status({{"If-None-Match", "\"a"}}), 200);
  EXPECT_EQ(status({{"If-Modified-Since", before_}}), 200);
  EXPECT_EQ(status({{"If-Modified-Since", "yesterday"}}), 200);
  // The tag is the finer: a date beside it does not count.
  EXPECT_EQ(status({{"If-None-Match", "\"a\""}, {"If-Modified-Since", later_}}), 200);
}

TEST_F(FileResponse, answers_412_when_the_state_is_another) {
  EXPECT_EQ(status({{"If-Match", "\"a\""}}), 412);
  EXPECT_EQ(status({{"If-Match", "W/" + validators_.etag}}), 412);
  EXPECT_EQ(status({{"If-Match", validators_.etag}}), 200);
  EXPECT_EQ(status({{"If-Match", "*"}}), 200);
  EXPECT_EQ(status({{"If-Unmodified-Since", before_}}), 412);
  EXPECT_EQ(status({{"If-Unmodified-Since", same_}}), 200);
  EXPECT_EQ(status({{"If-Match", validators_.etag}, {"If-Unmodified-Since", before_}}), 200);
  EXPECT_EQ(status({{"If-None-Match", "*"}}, Method::post), 412);
}

TEST_F(FileResponse, sends_one_range) {
  const auto r = respond({{"Range", "bytes=10-19"}});
  EXPECT_EQ(r.status, 206);
  EXPECT_THAT(r.headers, HasSubstr("Content-Range: bytes 10-19/100\r\n"));
  EXPECT_THAT(r.headers, HasSubstr("Content-Type: text/plain\r\n"));
  EXPECT_EQ(std::get<FilePiece>(r.body).offset, 10);
  EXPECT_EQ(std::get<FilePiece>(r.body).length, 10);
}

TEST_F(FileResponse, sends_several_ranges_as_multipart) {
  const auto r = respond({{"Range", "bytes=0-1,-2"}});
  EXPECT_EQ(r.status, 206);
  EXPECT_THAT(r.headers, HasSubstr("Content-Type: multipart/byteranges; boundary="));
  const auto& parts = std::get<FileParts>(r.body);
  ASSERT_EQ(parts.parts.size(), 2);
  EXPECT_THAT(parts.parts[0].before, testing::StartsWith("--"));
  EXPECT_THAT(parts.parts[1].before, HasSubstr("Content-Range: bytes 98-99/100\r\n\r\n"));
  EXPECT_EQ(parts.parts[1].piece.offset, 98);
  EXPECT_THAT(parts.after, testing::EndsWith("--\r\n"));
}

TEST_F(FileResponse, answers_416_to_a_range_behind_the_end) {
  const auto r = respond({{"Range", "bytes=100-"}});
  EXPECT_EQ(r.status, 416);
  EXPECT_THAT(r.headers, HasSubstr("Content-Range: bytes */100\r\n"));
}

TEST_F(FileResponse, ignores_a_range_of_another_state) {
  const HeaderField range{"Range", "bytes=0-1"};
  EXPECT_EQ(status({range, {"If-Range", validators_.etag}}), 206);
  EXPECT_EQ(status({range, {"If-Range", same_}}), 206);
  EXPECT_EQ(status({range, {"If-Range", "\"a\""}}), 200);
  EXPECT_EQ(status({range, {"If-Range", "W/" + validators_.etag}}), 200);
  EXPECT_EQ(status({range, {"If-Range", later_}}), 200);
  EXPECT_EQ(status({range, {"If-Range", "junk"}}), 200);
}

TEST_F(FileResponse, gives_no_range_to_head_and_post) {
  EXPECT_EQ(status({{"Range", "bytes=0-1"}}, Method::head), 200);
  EXPECT_EQ(status({{"Range", "bytes=0-1"}}, Method::post), 200);
}

TEST_F(FileResponse, tags_weakly_what_has_just_changed) {
  now_ = Time(std::chrono::seconds(1'000'000));
  validators_ = facts_.validators(now_);
  EXPECT_TRUE(validators_.etag.starts_with("W/\""));
  EXPECT_EQ(status({{"If-None-Match", validators_.etag}}), 304);
  EXPECT_EQ(status({{"Range", "bytes=0-1"}, {"If-Range", validators_.etag}}), 200);
  EXPECT_EQ(status({{"Range", "bytes=0-1"}, {"If-Range", same_}}), 200);
}

TEST_F(FileResponse, tags_every_state_differently) {
  auto other = facts_;
  other.modified += 1;
  EXPECT_NE(other.validators(now_).etag, validators_.etag);
  other = facts_;
  other.inode += 1;
  EXPECT_NE(other.validators(now_).etag, validators_.etag);
}

TEST(FileFacts, are_had_of_regular_files_only) {
  const UniqueFd file(::memfd_create("file", MFD_CLOEXEC));
  ASSERT_EQ(::ftruncate(file.get(), 10), 0);
  const auto facts = FileFacts::of(file.get());
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->size, 10);
  const UniqueFd folder(::open("/", O_RDONLY | O_CLOEXEC));
  EXPECT_EQ(FileFacts::of(folder.get()).error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace otklik::net
