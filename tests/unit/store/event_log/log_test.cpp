#include <gmock/gmock.h>

#include <latch>
#include <semaphore>
#include <thread>

#include "unit/store/event_log/log_fixture.hpp"

namespace otklik::store {
namespace {

using core::Durability;
using testing::ElementsAre;
using testing::HasSubstr;

class EventLogTest : public LogTest {};

TEST_F(EventLogTest, numbers_events_from_one_and_without_holes) {
  open();
  for (std::uint64_t i = 1; i <= 20; ++i) EXPECT_EQ(append(event(std::to_string(i))).get(), i);
  EXPECT_EQ(log_->last_sequence(), 20U);
  EXPECT_EQ(read(18), (std::vector<std::string>{"18", "19", "20"}));
}

TEST_F(EventLogTest, goes_on_with_its_numbers_and_its_id_when_it_is_opened_again) {
  open();
  const Uuid id = log_->id();
  append(event("a")).get().value();
  close();
  open();
  EXPECT_EQ(log_->id(), id);
  EXPECT_EQ(append(event("b")).get(), 2U);
  EXPECT_THAT(read(), ElementsAre("a", "b"));
  EXPECT_EQ(log_->recovery().torn_bytes, 0U);
}

TEST_F(EventLogTest, makes_no_file_before_there_is_an_event) {
  open();
  close();
  EXPECT_THAT(folder_.names(), ElementsAre("events"));
  EXPECT_TRUE(list_segments(options_.folder)->empty());
}

TEST_F(EventLogTest, keeps_its_folder_to_its_owner) {
  open();
  append(event("a")).get().value();
  struct stat about{};
  ASSERT_EQ(::stat(options_.folder.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0700U);
  ASSERT_EQ(::stat(folder_.file(segment(1)).c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0600U);
}

TEST_F(EventLogTest, refuses_a_second_server) {
  open();
  const auto second = FileEventLog::open(options_, clock_, disk_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::conflict);
  EXPECT_THAT(second.error().message, HasSubstr(std::to_string(::getpid())));
  close();
  EXPECT_TRUE(FileEventLog::open(options_, clock_, disk_));
}

TEST_F(EventLogTest, says_clearly_that_its_folder_cannot_be_used) {
  folder_.write("events", "a file");
  auto opened = FileEventLog::open(options_, clock_, disk_);
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message, HasSubstr(options_.folder));
  options_.folder = folder_.path() + "/no/such/place";
  opened = FileEventLog::open(options_, clock_, disk_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::failed);
}

TEST_F(EventLogTest, writes_on_while_it_waits_for_the_disk_and_then_syncs_all_of_it_at_once) {
  options_.sync_every = std::chrono::hours(1);
  std::latch reached(1);
  std::latch gate(1);
  std::atomic<bool> held = false;
  disk_.before_sync = [&] {
    if (!held || disk_.syncs != 1) return;
    reached.count_down();
    gate.wait();
  };
  open();
  append(event("first")).get().value();  // begins the segment, which syncs its header
  held = true;
  auto synced = append(event("synced"), Durability::synced);
  reached.wait();
  auto later = append(event("synced too"), Durability::synced);
  EXPECT_EQ(append(event("written")).get(), 4U);  // comes through although the disk hangs
  EXPECT_EQ(synced.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  EXPECT_LT(log_->last_synced(), 2U);
  gate.count_down();
  EXPECT_EQ(synced.get(), 2U);
  EXPECT_GE(log_->last_synced(), 2U);
  EXPECT_EQ(later.get(), 3U);
  EXPECT_EQ(disk_.syncs, 3);
  close();  // nobody uses the above any more
}

TEST_F(EventLogTest, calls_back_in_the_order_of_the_events) {
  open();
  std::vector<std::uint64_t> written;
  std::vector<std::uint64_t> synced;
  std::vector<core::LogEntry> batch;
  for (int i = 0; i < 1000; ++i) {
    const bool sync = i % 3 == 0;
    batch.push_back({.event = {.at = clock_.now(), .body = event("e")},
                     .durability = sync ? Durability::synced : Durability::written,
                     .done = [&list = sync ? synced : written](auto result) { list.push_back(result.value()); }});
    if (batch.size() == 10) {
      log_->append(batch);
      batch.clear();
    }
  }
  log_->stop();
  EXPECT_EQ(written.size() + synced.size(), 1000U);
  EXPECT_TRUE(std::is_sorted(written.begin(), written.end()));
  EXPECT_TRUE(std::is_sorted(synced.begin(), synced.end()));
}

TEST_F(EventLogTest, syncs_by_itself_what_was_only_written) {
  std::counting_semaphore<> synced(0);
  disk_.before_sync = [&] { synced.release(); };
  options_.sync_every = std::chrono::milliseconds(1);
  open();
  append(event("a")).get().value();
  synced.acquire();  // the new segment's header
  synced.acquire();  // and the event
  close();           // nobody uses the above any more
}

TEST_F(EventLogTest, writes_and_syncs_everything_when_it_stops_and_takes_nothing_after) {
  open();
  std::vector<std::future<Result<std::uint64_t>>> all;
  for (int i = 0; i < 5000; ++i) all.push_back(append(event("e"), Durability::synced));
  log_->stop();
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i].get(), i + 1);
  EXPECT_FALSE(log_->accepts());
  EXPECT_EQ(append(event("late")).get().error().code, ErrorCode::unavailable);
  log_->stop();
}

TEST_F(EventLogTest, refuses_an_event_that_is_too_large_and_takes_the_next) {
  open();
  EXPECT_EQ(append(event("large", RecordView::max_size)).get().error().code, ErrorCode::too_large);
  EXPECT_EQ(append(event("large", RecordView::max_size), Durability::synced).get().error().code, ErrorCode::too_large);
  EXPECT_EQ(append(event("small")).get(), 1U);
  EXPECT_EQ(append(event("just fits", RecordView::max_size - 200)).get(), 2U);
  EXPECT_THAT(read(), ElementsAre("small", "just fits"));
}

TEST_F(EventLogTest, says_in_the_log_that_an_event_was_too_large_when_nobody_else_is_told) {
  open();
  append_unasked(event("large", RecordView::max_size));
  EXPECT_EQ(append(event("small")).get().has_value(), true);
  log_->stop();
  EXPECT_EQ(log_->figures().lost, 1U);
  const auto all = read();
  EXPECT_EQ(std::count_if(all.begin(), all.end(), [](auto& line) { return line.ends_with("events_lost"); }), 1);
}

TEST_F(EventLogTest, turns_away_what_its_queue_does_not_hold_and_says_so_in_the_log) {
  options_.queue = 100;
  options_.sync_every = std::chrono::hours(1);
  open();
  std::latch reached(1);
  std::latch gate(1);
  core::LogEntry blocking{.event = {.at = clock_.now(), .body = event("blocking")}, .done = [&](auto) {
                            reached.count_down();
                            gate.wait();
                          }};
  log_->append({&blocking, 1});
  reached.wait();  // the log's thread stands still
  std::vector<std::future<Result<std::uint64_t>>> fit;
  EXPECT_TRUE(log_->accepts());
  const std::size_t room = log_->room();
  for (std::size_t i = 0; i < room; ++i) fit.push_back(append(event("e")));
  EXPECT_FALSE(log_->accepts());
  EXPECT_EQ(log_->room(), 0U);
  EXPECT_EQ(append(event("refused")).get().error().code, ErrorCode::too_many);
  append_unasked(event("lost"));
  append_unasked(event("lost"));
  gate.count_down();
  for (auto& each : fit) EXPECT_TRUE(each.get());
  log_->stop();
  EXPECT_EQ(log_->figures().lost, 2U);
  EXPECT_EQ(read().back(), "#" + std::to_string(fit.size() + 2) + " events_lost");
}

TEST_F(EventLogTest, tells_a_waiting_reader_that_there_is_more) {
  open();
  std::binary_semaphore more(0);
  auto ticket = log_->when_past(0, [&] { more.release(); });
  append(event("a")).get().value();
  more.acquire();
  ticket = log_->when_past(0, [&] { more.release(); });  // there is already
  more.acquire();
  close();  // nobody uses the above any more
}

TEST_F(EventLogTest, calls_nobody_who_no_longer_waits) {
  open();
  std::atomic<int> calls = 0;
  {
    const auto ticket = log_->when_past(0, [&] { ++calls; });
  }
  auto kept = log_->when_past(5, [&] { ++calls; });
  append(event("a")).get().value();
  log_->stop();
  EXPECT_EQ(calls, 0);
  kept.cancel();
}

TEST_F(EventLogTest, lets_a_waiting_reader_wait_anew_from_inside_its_call) {
  open();
  EventReader reader = log_->reader(1);
  std::vector<std::string> seen;
  std::promise<void> all;
  WaitTicket ticket;
  std::function<void()> go_on = [&] {
    for (auto& key : read(reader)) seen.push_back(std::move(key));
    if (seen.size() == 3) return all.set_value();
    ticket = log_->when_past(reader.position() == 0 ? 0 : reader.position() - 1, go_on);
  };
  ticket = log_->when_past(0, go_on);
  for (const char* key : {"a", "b", "c"}) append(event(key)).get().value();
  all.get_future().get();
  EXPECT_THAT(seen, ElementsAre("a", "b", "c"));
  close();
}

TEST_F(EventLogTest, survives_waiters_that_come_and_go_while_it_grows) {
  open();
  std::atomic<bool> stop = false;
  std::atomic<int> calls = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      while (!stop) {
        auto value = std::make_unique<int>(0);
        const auto ticket = log_->when_past(log_->last_sequence(), [&calls, in = value.get()] { calls += ++*in; });
        if (calls % 2 == 0) std::this_thread::yield();
      }
    });
  }
  for (int i = 0; i < 2000; ++i) append(event("e")).get().value();
  stop = true;
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace otklik::store
