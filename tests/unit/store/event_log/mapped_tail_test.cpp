#include "store/event_log/mapped_tail.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <latch>

#include "unit/store/event_log/log_fixture.hpp"

namespace otklik::store {
namespace {

using core::Durability;
using testing::IsEmpty;
using testing::SizeIs;

/// A log whose disk promises room, so that events are copied by whoever appends them.
class MappedTailTest : public LogTest {
 protected:
  MappedTailTest() {
    disk_.promises_room = true;
    options_.sync_every = std::chrono::hours(1);
    options_.probe_every = std::chrono::milliseconds(1);
  }

  struct Appended {
    Result<std::uint64_t> result;
    bool here = false;  ///< it was recorded before append() returned
  };
  Appended append_and_look(const std::string& key, std::size_t size = 0, Durability durability = Durability::written) {
    const auto promise = std::make_shared<std::promise<Appended>>();
    auto future = promise->get_future();
    const auto me = std::this_thread::get_id();
    core::LogEntry entry{.event = {.at = clock_.now(), .body = event(key, size)},
                         .durability = durability,
                         .done = [promise, me](Result<std::uint64_t> result) {
                           promise->set_value({std::move(result), std::this_thread::get_id() == me});
                         }};
    log_->append({&entry, 1});
    return future.get();
  }
  /// The log's thread makes the tail ready behind what it writes itself; how many events that took.
  std::uint64_t append_until_one_is_copied() {
    for (;;) {
      const auto appended = append_and_look("before");
      if (appended.here) return appended.result.value();
      std::this_thread::yield();
    }
  }
  std::uintmax_t size_of_segment(std::uint64_t first = 1) {
    return std::filesystem::file_size(folder_.file(segment(first)));
  }
  /// The events folder as a death of the program would leave it now.
  std::string as_killed_now() {
    const auto copy = folder_.file("killed");
    std::filesystem::remove_all(copy);
    std::filesystem::copy(options_.folder, copy);
    std::filesystem::remove(copy + "/lock");
    return copy;
  }
};

TEST_F(MappedTailTest, takes_an_event_where_it_is_appended_and_a_reader_finds_it_at_once) {
  open();
  const auto before = append_until_one_is_copied();
  const auto appended = append_and_look("copied");
  EXPECT_TRUE(appended.here);
  EXPECT_EQ(appended.result, before + 1);
  EXPECT_EQ(log_->last_sequence(), before + 1);
  EXPECT_EQ(read(before + 1), std::vector<std::string>{"copied"});
  EXPECT_EQ(log_->figures().written, before + 1);
}

TEST_F(MappedTailTest, cuts_off_what_it_did_not_use_when_it_stops) {
  open();
  const auto last = append_until_one_is_copied();
  const auto bytes = log_->figures().bytes;
  EXPECT_GT(size_of_segment(), bytes);
  close();
  EXPECT_EQ(size_of_segment(), bytes);
  EXPECT_THAT(read(), SizeIs(last));
}

TEST_F(MappedTailTest, leaves_every_copied_event_to_the_next_server_when_it_is_killed) {
  open();
  auto last = append_until_one_is_copied();
  for (int i = 0; i < 1000; ++i) last = append_and_look("event", 100).result.value();
  const auto check = check_events(as_killed_now());
  ASSERT_TRUE(check);
  EXPECT_EQ(check->records, last);
  EXPECT_EQ(check->torn_bytes, 0U);
  EXPECT_THAT(check->damages, IsEmpty());

  close();
  options_.folder = folder_.file("killed");
  open();
  EXPECT_EQ(log_->recovery().next_sequence, last + 1);
  EXPECT_EQ(log_->recovery().torn_bytes, 0U);
  EXPECT_EQ(append_and_look("after").result, last + 1);
  close();
  EXPECT_THAT(read(), SizeIs(last + 1));
}

TEST_F(MappedTailTest, cuts_off_a_record_whose_copy_was_broken_off_wherever_that_was) {
  open();
  const auto last = append_until_one_is_copied();
  const auto end = log_->figures().bytes;
  append_and_look("torn").result.value();
  const auto whole = folder_.read(segment(1));
  const auto record = std::string_view(whole).substr(end, log_->figures().bytes - end);
  close();
  for (std::size_t copied = 5; copied < record.size(); copied += 7) {  // all but the length goes first
    std::string killed = whole.substr(0, end) + std::string(4, '\0') + std::string(record.substr(4, copied - 4));
    killed.resize(whole.size());
    folder_.write(segment(1), killed);
    open();
    EXPECT_EQ(log_->recovery().next_sequence, last + 1);
    EXPECT_THAT(log_->recovery().damages, IsEmpty());
    EXPECT_THAT(read(), SizeIs(last));
    EXPECT_EQ(append_and_look("new").result, last + 1);
    close();
  }
}

TEST_F(MappedTailTest, queues_what_comes_while_the_disk_is_waited_for_and_keeps_the_order) {
  std::latch in_sync(1);
  std::latch let_go(1);
  std::atomic<bool> hold = false;
  disk_.before_sync = [&] {
    if (!hold.exchange(false)) return;
    in_sync.count_down();
    let_go.wait();
  };
  open();
  const auto before = append_until_one_is_copied();
  hold = true;
  auto synced = append(event("synced"), Durability::synced);
  in_sync.wait();
  EXPECT_FALSE(append_and_look("queued").here);
  let_go.count_down();
  EXPECT_EQ(synced.get(), before + 1);
  append_until_one_is_copied();
  close();  // it syncs once more, and `hold` is this function's
  const auto keys = read(before + 1);
  ASSERT_GE(keys.size(), 2U);
  EXPECT_EQ(keys[0], "synced");
  EXPECT_EQ(keys[1], "queued");
}

TEST_F(MappedTailTest, goes_from_segment_to_segment_and_numbers_all_without_holes) {
  options_.segment_bytes = 64 << 10;
  open();
  constexpr int count = 3000;
  int here = 0;
  for (int i = 1; i <= count; ++i) {
    const auto appended =
        append_and_look(std::to_string(i), 100, i % 500 == 0 ? Durability::synced : Durability::written);
    ASSERT_EQ(appended.result, static_cast<std::uint64_t>(i));
    here += appended.here ? 1 : 0;
  }
  EXPECT_GT(here, 0);
  close();
  const auto keys = read();
  ASSERT_THAT(keys, SizeIs(count));
  for (int i = 1; i <= count; ++i) ASSERT_EQ(keys[static_cast<std::size_t>(i - 1)], std::to_string(i));
  EXPECT_THAT(check_events(options_.folder)->damages, IsEmpty());
}

TEST_F(MappedTailTest, refuses_clearly_when_the_disk_fills_while_room_is_made_ready) {
  open();
  std::uint64_t kept = append_until_one_is_copied();
  disk_.room = 100 * 1024;
  ErrorCode code{};
  while (code == ErrorCode{}) {
    const auto appended = append_and_look("event", 200);
    appended.result ? static_cast<void>(++kept) : static_cast<void>(code = appended.result.error().code);
  }
  EXPECT_EQ(code, ErrorCode::storage_full);
  EXPECT_FALSE(log_->accepts());
  EXPECT_THAT(read(), SizeIs(kept));  // reads go on
  EXPECT_EQ(check_events(options_.folder)->torn_bytes, 0U);
  disk_.room = 10 << 20;
  while (!log_->accepts()) std::this_thread::yield();
  EXPECT_EQ(append_and_look("after").result, kept + 1);
  append_until_one_is_copied();
}

TEST_F(MappedTailTest, writes_as_ever_where_the_disk_promises_nothing) {
  disk_.promises_room = false;
  open();
  for (std::uint64_t i = 1; i <= 100; ++i) {
    const auto appended = append_and_look("event");
    EXPECT_EQ(appended.result, i);
    EXPECT_FALSE(appended.here);
  }
  EXPECT_EQ(disk_.allocations, 0);
  EXPECT_EQ(size_of_segment(), log_->figures().bytes);
}

TEST_F(MappedTailTest, shows_a_reader_whole_events_in_order_while_they_are_copied) {
  open();
  constexpr std::uint64_t count = 20'000;
  std::thread writer([&] {
    for (std::uint64_t i = 0; i < count; ++i) append_unasked(event("event", i % 300));
  });
  EventReader reader(options_.folder, 1);
  std::uint64_t expected = 1;
  while (expected <= count) {
    const auto next = reader.next();
    if (!next) continue;  // no folder yet
    ASSERT_FALSE(std::holds_alternative<Gap>(*next));
    const auto* record = std::get_if<RecordView>(&*next);
    if (record == nullptr) continue;
    ASSERT_EQ(record->sequence, expected++);
  }
  writer.join();
}

}  // namespace
}  // namespace otklik::store
