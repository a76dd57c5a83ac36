#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/unique_fd.hpp"
#include "store/event_log/event_log.hpp"
#include "unit/store/event_log/temporary_folder.hpp"

extern char** environ;  // NOLINT: POSIX declares it so

namespace otklik::store {
namespace {

/// A program that appends to a log and says what is safe.
class Child {
 public:
  Child(const std::string& folder, std::uint64_t seed, const std::string& segment_bytes) {
    int ends[2];
    if (::pipe(ends) != 0) ADD_FAILURE() << "no pipe";
    acknowledged_ = UniqueFd(ends[0]);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    posix_spawn_file_actions_addclose(&actions, ends[1]);
    std::string program = EVENT_LOG_CHILD;
    std::string folder_argument = folder;
    std::string seed_argument = std::to_string(seed);
    std::string bytes_argument = segment_bytes;
    char* arguments[] = {program.data(), folder_argument.data(), seed_argument.data(), bytes_argument.data(), nullptr};
    EXPECT_EQ(::posix_spawn(&process_, program.c_str(), &actions, nullptr, arguments, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
  }

  /// Reads acknowledgements until there were so many and kills it then; how it ended. What it has said stays to be
  /// read.
  int kill_after(std::size_t count) {
    while (acknowledgements_.size() < count && read_one()) {
    }
    ::kill(process_, SIGKILL);
    int status = 0;
    ::waitpid(process_, &status, 0);
    while (read_one()) {
    }
    return status;
  }

  [[nodiscard]] const std::vector<std::uint64_t>& acknowledgements() const { return acknowledgements_; }

 private:
  bool read_one() {
    std::uint64_t number = 0;
    if (::read(acknowledged_.get(), &number, sizeof number) != sizeof number) return false;
    acknowledgements_.push_back(number);
    return true;
  }

  UniqueFd acknowledged_;
  pid_t process_ = 0;
  std::vector<std::uint64_t> acknowledgements_;
};

TEST(KilledServer, has_lost_nothing_that_it_acknowledged_fifty_times_in_a_row) {
  const TemporaryFolder folder;
  const std::string events = folder.file("events");
  std::filesystem::create_directory(events);  // a child may be killed before it gets to that
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const WallClock clock;
  std::uint64_t before = 0;  // the last event that the last round left
  std::uint64_t torn = 0;

  for (int round = 0; round < 50; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    Child child(events, random(), round % 2 == 0 ? "70000" : "4000000");
    const int status = child.kill_after(random() % 8 == 0 ? 0 : random() % 400);  // 0: while it starts
    ASSERT_TRUE(WIFSIGNALED(status)) << "it ended by itself: " << WEXITSTATUS(status);

    const auto torn_now = check_events(events);
    ASSERT_TRUE(torn_now);
    EXPECT_TRUE(torn_now->damages.empty()) << torn_now->damages.front().text();
    torn += torn_now->torn_bytes > 0 ? 1 : 0;

    // Recovery is what the next server does first. Its own reports must be clean.
    {
      auto log = FileEventLog::open({.folder = events}, clock);
      ASSERT_TRUE(log) << log.error().message;
      EXPECT_TRUE((*log)->recovery().damages.empty());
      EXPECT_EQ((*log)->recovery().torn_bytes, torn_now->torn_bytes);
    }
    const auto check = check_events(events);
    ASSERT_TRUE(check);
    EXPECT_TRUE(check->damages.empty()) << check->damages.front().text();
    EXPECT_EQ(check->torn_bytes, 0U);
    EXPECT_EQ(check->records, check->last_sequence);  // the first is number one, and nothing is left out
    const auto& acknowledged = child.acknowledgements();
    if (!acknowledged.empty()) {
      const auto last = *std::max_element(acknowledged.begin(), acknowledged.end());
      EXPECT_GE(check->last_sequence, last) << "an acknowledged event is missing";
      EXPECT_GT(*std::min_element(acknowledged.begin(), acknowledged.end()), before) << "a number was used again";
    }
    before = check->last_sequence;
  }

  // Everything of all rounds, read with a cursor: one number after the other, no gap.
  EventReader reader(events, 1);
  std::uint64_t expected = 1;
  for (;;) {
    const auto next = reader.next();
    ASSERT_TRUE(next);
    ASSERT_FALSE(std::holds_alternative<Gap>(*next));
    const auto* record = std::get_if<RecordView>(&*next);
    if (record == nullptr) break;
    ASSERT_EQ(record->sequence, expected++);
  }
  EXPECT_EQ(expected, before + 1);
  std::printf("%llu events, %llu torn ends\n", static_cast<unsigned long long>(before),
              static_cast<unsigned long long>(torn));
}

}  // namespace
}  // namespace otklik::store
