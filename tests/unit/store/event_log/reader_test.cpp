#include "store/event_log/reader.hpp"

#include <gmock/gmock.h>

#include <thread>

#include "unit/store/event_log/log_fixture.hpp"

namespace otklik::store {
namespace {

using testing::ElementsAre;

class ReaderTest : public LogTest {
 protected:
  ReaderTest() { options_.segment_bytes = 64 << 10; }
};

TEST_F(ReaderTest, reads_from_any_event_on) {
  open();
  for (const char* key : {"1", "2", "3"}) append(event(key)).get().value();
  EXPECT_THAT(read(0), ElementsAre("1", "2", "3"));
  EXPECT_THAT(read(1), ElementsAre("1", "2", "3"));
  EXPECT_THAT(read(3), ElementsAre("3"));
  EXPECT_THAT(read(4), ElementsAre());
}

TEST_F(ReaderTest, waits_at_the_end_and_goes_on_when_there_is_more) {
  open();
  EventReader reader = log_->reader(0);
  EXPECT_THAT(read(reader), ElementsAre());
  append(event("1")).get().value();
  EXPECT_THAT(read(reader), ElementsAre("1"));
  EXPECT_EQ(reader.position(), 2U);
  append(event("2", 70'000)).get().value();
  append(event("3")).get().value();  // in the next segment
  EXPECT_THAT(read(reader), ElementsAre("2", "3"));
}

TEST_F(ReaderTest, waits_for_an_event_that_is_still_to_come) {
  open();
  append(event("1")).get().value();
  EventReader reader = log_->reader(3);
  EXPECT_THAT(read(reader), ElementsAre());
  append(event("2")).get().value();
  EXPECT_THAT(read(reader), ElementsAre());
  append(event("3")).get().value();
  EXPECT_THAT(read(reader), ElementsAre("3"));
}

TEST_F(ReaderTest, keeps_reading_a_segment_that_is_deleted_meanwhile_and_then_tells_the_gap) {
  options_.keep_bytes = 150'000;
  open();
  append(event("1", 40'000)).get().value();
  append(event("2", 40'000)).get().value();
  EventReader reader = log_->reader(1);
  EXPECT_TRUE(std::holds_alternative<RecordView>(*reader.next()));
  for (int i = 3; i <= 12; ++i) append(event(std::to_string(i), 40'000)).get().value();
  const auto oldest = list_segments(options_.folder)->front();
  ASSERT_GT(oldest, 3U);
  const auto rest = read(reader);
  EXPECT_EQ(rest[0], "2");
  EXPECT_EQ(rest[1], "3-" + std::to_string(oldest - 1) + " deleted");
  EXPECT_EQ(rest[2], std::to_string(oldest));
  EXPECT_EQ(rest.back(), "12");
}

TEST_F(ReaderTest, tells_where_damage_took_events_and_reads_on_behind_it) {
  open();
  for (int i = 1; i <= 5; ++i) append(event(std::to_string(i), 100)).get().value();
  close();
  auto bytes = folder_.read(segment(1));
  const auto second = bytes.find("\"key\":\"2\"");
  const auto fourth = bytes.find("\"key\":\"4\"");
  bytes[second] ^= 1;
  bytes[fourth] ^= 1;
  folder_.write(segment(1), bytes);
  EXPECT_THAT(read(), ElementsAre("1", "2-2 damaged", "3", "4-4 damaged", "5"));
  EXPECT_THAT(read(2), ElementsAre("2-2 damaged", "3", "4-4 damaged", "5"));
}

TEST_F(ReaderTest, tells_what_is_missing_between_two_segments) {
  open();
  append(event("1", 40'000)).get().value();
  append(event("2", 40'000)).get().value();
  append(event("3")).get().value();
  close();
  auto bytes = folder_.read(segment(1));
  folder_.write(segment(1), bytes.substr(0, bytes.size() - 10));
  EXPECT_THAT(read(), ElementsAre("1", "2-2 damaged", "3"));
}

TEST_F(ReaderTest, takes_half_a_record_at_the_end_for_one_that_is_being_written) {
  open();
  append(event("1")).get().value();
  append(event("2")).get().value();
  close();
  const auto whole = folder_.read(segment(1));
  EventReader reader(options_.folder, 0);
  folder_.write(segment(1), whole.substr(0, whole.size() - 5));
  EXPECT_THAT(read(reader), ElementsAre("1"));
  EXPECT_THAT(read(reader), ElementsAre());
  folder_.write(segment(1), whole);
  EXPECT_THAT(read(reader), ElementsAre("2"));
}

TEST_F(ReaderTest, goes_on_where_a_torn_end_was_cut_off_and_written_over) {
  open();
  append(event("1")).get().value();
  close();
  const auto whole = folder_.read(segment(1));
  folder_.write(segment(1), whole + std::string("\x50\0\0\0garbage of a crash", 22));
  EventReader reader(options_.folder, 0);
  EXPECT_THAT(read(reader), ElementsAre("1"));
  open();
  append(event("2")).get().value();
  EXPECT_THAT(read(reader), ElementsAre("2"));
}

TEST_F(ReaderTest, reads_everything_in_order_while_it_is_written) {
  open();
  constexpr std::uint64_t count = 20'000;
  std::vector<std::thread> readers;
  std::atomic<int> wrong = 0;
  for (int r = 0; r < 2; ++r) {
    readers.emplace_back([&] {
      EventReader reader = log_->reader(1);
      for (std::uint64_t expected = 1; expected <= count;) {
        const auto next = reader.next();
        if (!next || std::holds_alternative<Gap>(*next)) {
          ++wrong;
          return;
        }
        const auto* record = std::get_if<RecordView>(&*next);
        if (record == nullptr) {
          std::this_thread::yield();
          continue;
        }
        if (record->sequence != expected++) ++wrong;
      }
    });
  }
  std::vector<core::LogEntry> batch;
  for (std::uint64_t i = 0; i < count; ++i) {
    batch.push_back({.event = {.at = clock_.now(), .body = event("e")}});
    if (batch.size() == 32) {
      while (log_->room() < 100) std::this_thread::yield();
      log_->append(batch);
      batch.clear();
    }
  }
  log_->append(batch);
  for (auto& reader : readers) reader.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(log_->figures().lost, 0U);
}

TEST_F(ReaderTest, says_that_there_is_no_log) {
  EXPECT_EQ(EventReader(folder_.path() + "/nothing", 0).next().error().code, ErrorCode::failed);
}

}  // namespace
}  // namespace otklik::store
