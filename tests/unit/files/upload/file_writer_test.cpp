#include "files/upload/file_writer.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include "base/unique_fd.hpp"
#include "files/upload/buffer_pool.hpp"
#include "unit/temp_folder.hpp"

namespace otklik::files {
namespace {

std::string pattern(std::size_t size) {
  std::string out;
  out.reserve(size);
  for (std::size_t i = 0; i < size; ++i) out += static_cast<char>(i * 31 + (i >> 12));
  return out;
}

class FileWriterTest : public testing::Test {
 protected:
  FileWriterTest() : fd_(::open(disk_.path("a").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)) {}

  /// Through buffers, as uploads go, each filled with at most `size` bytes.
  void write(std::string_view content, std::size_t size) {
    FileWriter writer(fd_.get());
    while (!content.empty()) {
      Buffer buffer;
      const auto piece = content.substr(0, std::min(size, Buffer::capacity));
      buffer.append(piece);
      content.remove_prefix(piece.size());
      ASSERT_TRUE(writer.write(buffer.view(0, buffer.size())));
    }
  }

  TempFolder disk_;
  UniqueFd fd_;
};

TEST_F(FileWriterTest, writes_the_same_bytes_whichever_way_they_go) {
  for (const std::size_t size :
       {Buffer::capacity, std::size_t{100'000}, std::size_t{65'536}, std::size_t{4096}, std::size_t{1000}}) {
    for (const std::size_t length : {std::size_t{0}, std::size_t{1}, Buffer::capacity, Buffer::capacity * 3 + 5000}) {
      ASSERT_EQ(::ftruncate(fd_.get(), 0), 0);
      ASSERT_EQ(::lseek(fd_.get(), 0, SEEK_SET), 0);
      write(pattern(length), size);
      EXPECT_EQ(disk_.get("a"), pattern(length)) << size << " " << length;
    }
  }
}

TEST_F(FileWriterTest, tells_of_a_full_disk) {
  const UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  FileWriter writer(full.get());
  const auto written = writer.write(pattern(300'000));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::storage_full);
}

TEST(UploadBuffer, begins_a_block_where_asked) {
  Buffer buffer;
  buffer.append("abc");
  buffer.align();
  EXPECT_EQ(buffer.size(), FileWriter::block);
  buffer.align();
  EXPECT_EQ(buffer.size(), FileWriter::block);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(buffer.view(0, 1).data()) % FileWriter::block, 0U);
}

}  // namespace
}  // namespace otklik::files
