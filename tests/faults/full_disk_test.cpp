#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "core/core.hpp"
#include "store/event_log/event_log.hpp"
#include "unit/store/event_log/faulty_disk.hpp"
#include "unit/store/event_log/temporary_folder.hpp"

namespace otklik::store {
namespace {

constexpr std::uintmax_t disk_bytes = 1 << 20;

bool write_text(const char* path, const std::string& text) {
  std::ofstream out(path);
  return static_cast<bool>(out << text << std::flush);
}

/// Root of a namespace of our own, where anybody may mount. Only while the process has one thread.
bool become_root_of_a_namespace() {
  const std::string user = "0 " + std::to_string(::geteuid()) + " 1";
  const std::string group = "0 " + std::to_string(::getegid()) + " 1";
  return ::unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 && write_text("/proc/self/uid_map", user) &&
         write_text("/proc/self/setgroups", "deny") && write_text("/proc/self/gid_map", group);
}

/// A file system of one megabyte: a real one where one can be mounted, by root or in a namespace; elsewhere a disk that
/// lets so much through to real files. The promises are the same.
class FullDisk : public testing::Test {
 protected:
  void SetUp() override {
    static const bool may_mount = mount_small() || (become_root_of_a_namespace() && mount_small());
    mounted_ = may_mount && (is_mounted_ || mount_small());
    if (!mounted_) quota_.room = disk_bytes;
    RecordProperty("disk", mounted_ ? "tmpfs" : "quota");
  }
  void TearDown() override {
    log_.reset();
    if (mounted_) ::umount2(folder_.path().c_str(), MNT_DETACH);
  }

  /// `probe_every`: how often the log tries whether there is room. It writes zeros and takes them back, so whoever
  /// looks at the file from outside may see some at its end for a moment.
  void open(std::chrono::milliseconds probe_every) {
    EventLogOptions options{.folder = folder_.file("events")};
    options.segment_bytes = 256 << 10;
    options.probe_every = probe_every;
    auto opened = FileEventLog::open(options, clock_, mounted_ ? real_disk() : quota_);
    ASSERT_TRUE(opened) << opened.error().message;
    log_ = std::move(*opened);
  }
  void fill_with_files_of_others() {
    if (!mounted_) quota_.room = 0;
    std::ofstream out(folder_.file("other people's files"), std::ios::binary);
    const std::string block(1024, 'x');
    while (mounted_ && out.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
    }
  }
  void remove_first_segment() {
    const auto path = folder_.file("events/" + segment_name(1));
    const auto size = std::filesystem::file_size(path);
    std::filesystem::remove(path);
    if (!mounted_) quota_.room += static_cast<std::int64_t>(size);
  }

  const TemporaryFolder folder_;
  const WallClock clock_;
  std::unique_ptr<FileEventLog> log_;

 private:
  bool mount_small() {
    is_mounted_ = ::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, "size=1m") == 0;
    return is_mounted_;
  }

  bool is_mounted_ = false;
  bool mounted_ = false;
  FaultyDisk quota_;
};

/// Tells events until the disk is full, and a hundred more as those do who did not ask first.
class Tellers {
 public:
  explicit Tellers(core::Core& core) : core_(core) {}

  void tell_until_the_disk_is_full() {
    int told = 0;
    while (core_.accepts() && told < 100'000) tell(told++);
    for (int i = 0; i < 100; ++i) tell(told++);
    while (kept_ + refused_ < static_cast<std::uint64_t>(told)) std::this_thread::yield();
  }
  [[nodiscard]] std::uint64_t kept() const { return kept_; }
  [[nodiscard]] std::uint64_t refused() const { return refused_; }

 private:
  void tell(int number) {
    core_.tell(core::DirectoryChanged{.what = "test", .key = std::to_string(number), .by = std::string(300, 'x')},
               number % 2 == 0 ? core::Durability::synced : core::Durability::written,
               [this](Result<std::uint64_t> result) {
                 if (!result) EXPECT_EQ(result.error().code, ErrorCode::storage_full);
                 ++(result ? kept_ : refused_);
               });
  }

  core::Core& core_;
  std::atomic<std::uint64_t> kept_ = 0;
  std::atomic<std::uint64_t> refused_ = 0;
};

TEST_F(FullDisk, keeps_what_it_acknowledged_and_leaves_nothing_half_written) {
  open(std::chrono::hours(1));
  core::Core core(*log_, clock_);
  Tellers tellers(core);
  tellers.tell_until_the_disk_is_full();
  EXPECT_GT(tellers.kept(), 1000U);
  EXPECT_GT(tellers.refused(), 0U);
  const auto full = check_events(folder_.file("events"));
  ASSERT_TRUE(full) << full.error().message;  // reads go on
  EXPECT_EQ(full->records, tellers.kept());
  EXPECT_EQ(full->torn_bytes, 0U);
  EXPECT_TRUE(full->damages.empty());
  core.stop();
  log_->stop();
}

TEST_F(FullDisk, is_written_again_by_itself_when_there_is_room) {
  open(std::chrono::milliseconds(5));
  core::Core core(*log_, clock_);
  Tellers tellers(core);
  tellers.tell_until_the_disk_is_full();
  EXPECT_EQ(check_events(folder_.file("events"))->records, tellers.kept());

  remove_first_segment();  // somebody makes room
  while (!core.accepts()) std::this_thread::yield();
  std::promise<Result<std::uint64_t>> after;
  core.tell(core::ServerStopping{}, core::Durability::synced, [&](auto result) { after.set_value(std::move(result)); });
  EXPECT_TRUE(after.get_future().get());
  core.stop();
  log_->stop();
  EXPECT_EQ(check_events(folder_.file("events"))->torn_bytes, 0U);
}

TEST_F(FullDisk, lets_a_server_start_with_its_events_and_refuse_new_ones) {
  open(std::chrono::milliseconds(5));
  core::LogEntry entry{.event = {.at = clock_.now(), .body = core::ServerStarted{.version = "1"}}};
  log_->append({&entry, 1});
  log_.reset();
  fill_with_files_of_others();
  open(std::chrono::milliseconds(5));
  // A tail page of the segment may still take a few; then nothing does.
  ErrorCode code{};
  for (int i = 0; i < 1000 && code != ErrorCode::storage_full; ++i) {
    const auto told = std::make_shared<std::promise<Result<std::uint64_t>>>();
    core::LogEntry next{.event = {.at = clock_.now(), .body = core::ServerStarted{.version = std::string(200, 'x')}},
                        .done = [told](Result<std::uint64_t> result) { told->set_value(std::move(result)); }};
    log_->append({&next, 1});
    if (const auto result = told->get_future().get(); !result) code = result.error().code;
  }
  EXPECT_EQ(code, ErrorCode::storage_full);
  EXPECT_FALSE(log_->accepts());
  EXPECT_GE(check_events(folder_.file("events"))->records, 1U);
}

}  // namespace
}  // namespace otklik::store
