#include "net/file/growing_file.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string>
#include <variant>

namespace otklik::net {
namespace {

TEST(GrowingFile, ends_where_it_has_caught_up_with_its_writer) {
  const auto file = std::make_shared<const UniqueFd>(::memfd_create("growing", MFD_CLOEXEC));
  ASSERT_EQ(::write(file->get(), "first", 5), 5);
  auto response = growing_file_response(file, "audio/wav");
  auto& source = *std::get<std::unique_ptr<BodySource>>(response.body);
  std::string piece(3, '\0');
  EXPECT_EQ(source.read(piece), 3U);
  EXPECT_EQ(piece, "fir");
  ASSERT_EQ(::write(file->get(), "+", 1), 1);
  EXPECT_EQ(source.read(piece), 3U);
  EXPECT_EQ(piece, "st+");
  EXPECT_EQ(source.read(piece), 0U);
}

TEST(GrowingFile, says_nothing_that_could_be_taken_for_the_whole) {
  const auto file = std::make_shared<const UniqueFd>(::memfd_create("growing", MFD_CLOEXEC));
  const auto response = growing_file_response(file, "audio/wav");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers, "Content-Type: audio/wav\r\nAccept-Ranges: none\r\nCache-Control: no-store\r\n");
}

}  // namespace
}  // namespace otklik::net
