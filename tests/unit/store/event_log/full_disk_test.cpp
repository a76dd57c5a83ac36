#include <gmock/gmock.h>

#include <cerrno>

#include "unit/store/event_log/log_fixture.hpp"

namespace otklik::store {
namespace {

using core::Durability;
using testing::ElementsAre;

class FullDiskTest : public LogTest {
 protected:
  FullDiskTest() {
    options_.probe_every = std::chrono::milliseconds(1);
    options_.sync_every = std::chrono::hours(1);
  }
  void wait_until_it_accepts() {
    while (!log_->accepts()) std::this_thread::yield();
  }
  std::uintmax_t size_of_segment() { return std::filesystem::file_size(folder_.file(segment(1))); }
};

TEST_F(FullDiskTest, refuses_what_does_not_fit_and_comes_back_by_itself) {
  open();
  append(event("before")).get().value();
  const auto size = size_of_segment();
  disk_.room = 50;  // less than a record
  EXPECT_EQ(append(event("refused")).get().error().code, ErrorCode::storage_full);
  EXPECT_FALSE(log_->accepts());
  EXPECT_EQ(log_->trouble()->code, ErrorCode::storage_full);
  EXPECT_EQ(append(event("refused"), Durability::synced).get().error().code, ErrorCode::storage_full);
  EXPECT_THAT(read(), ElementsAre("before"));
  disk_.room = 1 << 20;
  wait_until_it_accepts();
  EXPECT_FALSE(log_->trouble());
  EXPECT_EQ(append(event("after")).get(), 2U);
  EXPECT_THAT(read(), ElementsAre("before", "after"));
  log_->stop();
  EXPECT_GT(size_of_segment(), size);
}

TEST_F(FullDiskTest, leaves_nothing_half_written) {
  open();
  append(event("before")).get().value();
  const auto size = size_of_segment();
  options_.probe_every = std::chrono::hours(1);
  close();
  open();
  for (std::int64_t room = 0; room < 76; room += 5) {
    disk_.room = room;
    EXPECT_EQ(append(event("refused")).get().error().code, ErrorCode::storage_full);
    EXPECT_EQ(size_of_segment(), size);
    disk_.room = 1 << 20;
    close();
    open();
    EXPECT_EQ(log_->recovery().torn_bytes, 0U);
  }
}

TEST_F(FullDiskTest, keeps_the_whole_records_of_a_batch_that_fits_in_part) {
  options_.probe_every = std::chrono::hours(1);
  open();
  append(event("before")).get().value();
  std::vector<core::LogEntry> batch;
  std::vector<Result<std::uint64_t>> results;
  for (int i = 0; i < 10; ++i) {
    batch.push_back({.event = {.at = clock_.now(), .body = event(std::to_string(i))},
                     .done = [&](Result<std::uint64_t> result) { results.push_back(std::move(result)); }});
  }
  disk_.room = 500;
  log_->append(batch);
  log_->stop();
  ASSERT_EQ(results.size(), 10U);
  std::size_t kept = 0;
  while (kept < 10 && results[kept]) ++kept;
  EXPECT_GT(kept, 2U);
  EXPECT_LT(kept, 10U);
  for (std::size_t i = kept; i < 10; ++i) EXPECT_EQ(results[i].error().code, ErrorCode::storage_full);
  EXPECT_EQ(read().size(), kept + 1);
  close();
  open();
  EXPECT_EQ(log_->recovery().torn_bytes, 0U);
}

TEST_F(FullDiskTest, keeps_what_nobody_waits_for_and_writes_it_in_order_when_there_is_room) {
  open();
  append(event("before")).get().value();
  disk_.room = 0;
  EXPECT_FALSE(append(event("refused")).get());
  for (const char* key : {"a", "b", "c"}) append_unasked(event(key));
  disk_.room = 1 << 20;
  wait_until_it_accepts();
  append(event("after")).get().value();
  EXPECT_THAT(read(), ElementsAre("before", "a", "b", "c", "after"));
  EXPECT_EQ(log_->figures().lost, 0U);
}

TEST_F(FullDiskTest, says_how_many_are_missing_when_memory_does_not_suffice_either) {
  options_.backlog = 3;
  open();
  append(event("before")).get().value();
  disk_.room = 0;
  EXPECT_FALSE(append(event("refused")).get());
  for (int i = 0; i < 10; ++i) append_unasked(event(std::to_string(i)));
  EXPECT_FALSE(append(event("refused")).get());
  EXPECT_EQ(log_->figures().backlog, 3U);
  EXPECT_EQ(log_->figures().lost, 7U);
  disk_.room = 1 << 20;
  wait_until_it_accepts();
  append(event("after")).get().value();
  EXPECT_THAT(read(), ElementsAre("before", "0", "1", "2", "#5 events_lost", "after"));
}

TEST_F(FullDiskTest, writes_at_the_last_moment_what_waited_for_room) {
  options_.probe_every = std::chrono::hours(1);
  open();
  append(event("before")).get().value();
  disk_.room = 0;
  EXPECT_FALSE(append(event("refused")).get());
  append_unasked(event("kept"));
  disk_.room = 1 << 20;
  close();
  EXPECT_THAT(read(), ElementsAre("before", "kept"));
}

TEST_F(FullDiskTest, refuses_when_no_new_segment_finds_room_and_begins_it_later) {
  disk_.room = 10;
  open();
  EXPECT_EQ(append(event("refused")).get().error().code, ErrorCode::storage_full);
  EXPECT_FALSE(log_->accepts());
  EXPECT_TRUE(list_segments(options_.folder)->empty());
  disk_.room = 1 << 20;
  wait_until_it_accepts();
  EXPECT_EQ(append(event("after")).get(), 1U);
}

TEST_F(FullDiskTest, overwrites_half_a_record_that_it_could_not_take_back) {
  open();
  append(event("before")).get().value();
  disk_.truncate_fails = true;
  disk_.room = 40;
  EXPECT_FALSE(append(event("refused")).get());
  EXPECT_THAT(read(), ElementsAre("before"));
  disk_.room = 1 << 20;
  wait_until_it_accepts();
  append(event("after")).get().value();
  EXPECT_THAT(read(), ElementsAre("before", "after"));
  close();  // what lies behind the last record is a torn tail to the next start
  disk_.truncate_fails = false;
  open();
  EXPECT_THAT(read(), ElementsAre("before", "after"));
  EXPECT_EQ(append(event("more")).get(), 3U);
}

TEST_F(FullDiskTest, treats_a_write_error_like_a_full_disk_but_says_failed) {
  open();
  append(event("before")).get().value();
  disk_.write_error = EIO;
  EXPECT_EQ(append(event("refused")).get().error().code, ErrorCode::failed);
  EXPECT_FALSE(log_->accepts());
  disk_.write_error = 0;
  wait_until_it_accepts();
  EXPECT_EQ(append(event("after")).get(), 2U);
}

// A failed fdatasync may have dropped the pages and marked them clean; the next one would report success.
TEST_F(FullDiskTest, never_trusts_the_disk_again_after_a_failed_sync) {
  open();
  append(event("before"), Durability::synced).get().value();
  disk_.sync_error = EIO;
  EXPECT_EQ(append(event("not synced"), Durability::synced).get().error().code, ErrorCode::failed);
  EXPECT_FALSE(log_->accepts());
  disk_.sync_error = 0;
  EXPECT_EQ(append(event("a"), Durability::synced).get().error().code, ErrorCode::failed);
  EXPECT_EQ(append(event("b"), Durability::written).get().error().code, ErrorCode::failed);
  const int syncs = disk_.syncs;
  log_->stop();
  EXPECT_EQ(disk_.syncs, syncs);
  EXPECT_EQ(log_->trouble()->code, ErrorCode::failed);
}

TEST_F(FullDiskTest, never_trusts_the_disk_again_when_the_sync_at_a_new_segment_fails) {
  options_.segment_bytes = 64 << 10;
  open();
  append(event("large", 70'000)).get().value();
  disk_.sync_error = EIO;
  EXPECT_EQ(append(event("next")).get().error().code, ErrorCode::failed);
  disk_.sync_error = 0;
  EXPECT_EQ(append(event("next")).get().error().code, ErrorCode::failed);
  EXPECT_FALSE(log_->accepts());
}

}  // namespace
}  // namespace otklik::store
