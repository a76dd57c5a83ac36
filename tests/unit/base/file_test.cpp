#include "base/file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <string>
#include <thread>

#include "base/unique_fd.hpp"
#include "unit/few_descriptors.hpp"
#include "unit/temp_folder.hpp"

namespace otklik {
namespace {

namespace fs = std::filesystem;

TEST(File, reads_a_whole_file_up_to_a_limit) {
  const TempFolder disk;
  disk.put("a", std::string(5'000, 'x'));
  disk.put("empty", "");
  EXPECT_EQ(read_file(disk.path("a"), 5'000), std::string(5'000, 'x'));
  EXPECT_EQ(read_file(disk.path("a"), 4'999).error().code, ErrorCode::too_large);
  EXPECT_EQ(read_file(disk.path("empty"), 0), "");
  EXPECT_EQ(read_file(disk.path("absent"), 10).error().code, ErrorCode::not_found);
}

TEST(File, does_not_wait_for_what_is_no_file) {
  const TempFolder disk;
  ASSERT_EQ(::mkfifo(disk.path("pipe").c_str(), 0600), 0);
  fs::create_directory(disk.path("folder"));
  for (const auto& path : {disk.path("pipe"), disk.path("folder"), std::string("/dev/null")}) {
    const auto read = read_file(path, 10);
    ASSERT_FALSE(read) << path;
    EXPECT_EQ(read.error().code, ErrorCode::failed) << path;
    EXPECT_EQ(read.error().message, "it is no file") << path;
  }
}

TEST(File, tells_what_is_not_there_from_what_cannot_be_opened) {
  const TempFolder disk;
  disk.put("a");
  fs::create_symlink("loop", disk.path("loop"));
  EXPECT_EQ(read_file(disk.path("a/b"), 10).error().code, ErrorCode::not_found);
  EXPECT_EQ(read_file(disk.path(std::string(300, 'x')), 10).error().code, ErrorCode::not_found);
  EXPECT_EQ(read_file(disk.path("loop"), 10).error().code, ErrorCode::failed);
  const test::FewDescriptors none(0);
  EXPECT_EQ(read_file(disk.path("a"), 10).error().code, ErrorCode::failed);
}

TEST(File, reads_files_that_do_not_say_their_size) {
  const auto status = read_file("/proc/self/status", 1 << 20);
  ASSERT_TRUE(status);
  EXPECT_NE(status->find("Name:"), std::string::npos);
  EXPECT_EQ(read_file("/proc/self/status", 10).error().code, ErrorCode::too_large);
}

TEST(File, replaces_a_file_with_its_mode_and_leaves_nothing_beside_it) {
  const TempFolder disk;
  ASSERT_TRUE(write_atomically(disk.path("a"), "one"));
  ASSERT_TRUE(write_atomically(disk.path("a"), "two", 0640));
  EXPECT_EQ(disk.get("a"), "two");
  struct stat there{};
  ASSERT_EQ(::stat(disk.path("a").c_str(), &there), 0);
  EXPECT_EQ(there.st_mode & 0777U, 0640U);
  EXPECT_EQ(std::distance(fs::directory_iterator(disk.path()), fs::directory_iterator()), 1);
}

TEST(File, is_never_seen_half_written) {
  const TempFolder disk;
  const std::string old_content(40'000, 'o');
  const std::string new_content(60'000, 'n');
  ASSERT_TRUE(write_atomically(disk.path("a"), old_content));
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    for (int i = 0; i < 40; ++i) EXPECT_TRUE(write_atomically(disk.path("a"), i % 2 == 0 ? new_content : old_content));
    stop = true;
  });
  while (!stop) {
    const auto content = read_file(disk.path("a"), 1 << 20);
    ASSERT_TRUE(content);
    EXPECT_TRUE(*content == old_content || *content == new_content);
  }
  writer.join();
}

TEST(File, keeps_the_old_content_when_the_new_one_does_not_fit) {
  const TempFolder disk;
  ASSERT_TRUE(write_atomically(disk.path("a"), "old"));
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{1'000, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto written = write_atomically(disk.path("a"), std::string(5'000, 'x'));
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::storage_full);
  EXPECT_EQ(disk.get("a"), "old");
  EXPECT_EQ(std::distance(fs::directory_iterator(disk.path()), fs::directory_iterator()), 1);
}

TEST(File, tells_a_full_disk_from_other_failures) {
  const UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  if (full) {
    EXPECT_EQ(write_all(full.get(), "x").error().code, ErrorCode::storage_full);
  }
  EXPECT_EQ(write_all(-1, "x").error().code, ErrorCode::failed);
  EXPECT_EQ(write_atomically("/absent-folder/a", "x").error().code, ErrorCode::failed);
}

}  // namespace
}  // namespace otklik
