#include <gmock/gmock.h>

#include "unit/store/event_log/log_fixture.hpp"

namespace otklik::store {
namespace {

using testing::ElementsAre;

class RetentionTest : public LogTest {
 protected:
  RetentionTest() { options_.segment_bytes = 64 << 10; }
  void append_segments(int count) {
    for (int i = 0; i < count; ++i) {
      append(event("a", 40'000)).get().value();
      append(event("b", 40'000)).get().value();
    }
  }
  std::vector<std::uint64_t> segments() { return list_segments(options_.folder).value(); }
};

TEST_F(RetentionTest, begins_a_new_segment_when_one_is_full) {
  open();
  append_segments(3);
  EXPECT_THAT(segments(), ElementsAre(1, 3, 5));
  EXPECT_EQ(log_->figures().segments, 3U);
  EXPECT_EQ(read().size(), 6U);
  const auto check = check_events(options_.folder);
  EXPECT_TRUE(check->damages.empty());
  EXPECT_EQ(check->records, 6U);
  EXPECT_EQ(check->last_sequence, 6U);
}

TEST_F(RetentionTest, deletes_the_oldest_when_all_together_are_too_large) {
  options_.keep_bytes = 200'000;
  open();
  append_segments(6);
  const auto left = segments();
  EXPECT_GT(left.front(), 1U);
  EXPECT_EQ(left.back(), 11U);
  EXPECT_LE(log_->figures().bytes, 300'000U);
  const auto all = read(1);
  EXPECT_EQ(all.front(), "1-" + std::to_string(left.front() - 1) + " deleted");
}

TEST_F(RetentionTest, never_deletes_the_newest) {
  options_.keep_bytes = 1;
  options_.keep_for = std::chrono::hours(1);
  open();
  append_segments(2);
  clock_.forward(std::chrono::hours(100));
  close();
  open();
  append(event("next")).get().value();
  EXPECT_EQ(segments().back(), 5U);
  EXPECT_EQ(read().back(), "next");
}

TEST_F(RetentionTest, deletes_segments_whose_last_event_is_too_old) {
  options_.keep_for = std::chrono::hours(24);
  open();
  append_segments(1);
  clock_.forward(std::chrono::hours(20));
  append_segments(1);
  EXPECT_THAT(segments(), ElementsAre(1, 3));
  clock_.forward(std::chrono::hours(20));
  append_segments(1);
  EXPECT_THAT(segments(), ElementsAre(1, 3, 5));  // what the first holds ended 20 hours ago
  clock_.forward(std::chrono::hours(10));
  close();
  open();  // at the start it is looked at as well
  append(event("a", 40'000)).get().value();
  EXPECT_THAT(segments(), ElementsAre(3, 5, 7));
}

TEST_F(RetentionTest, keeps_everything_when_told_so) {
  options_.keep_for = std::chrono::hours(0);
  options_.keep_bytes = 0;
  open();
  append_segments(2);
  clock_.forward(std::chrono::hours(24 * 10'000));
  append_segments(2);
  EXPECT_EQ(segments().front(), 1U);
}

TEST_F(RetentionTest, follows_a_smaller_limit_while_it_is_open) {
  open();
  append_segments(6);
  EXPECT_EQ(segments().front(), 1U);
  options_.keep_bytes = 200'000;
  log_->use(options_);
  while (log_->figures().bytes > 300'000U) std::this_thread::yield();
  EXPECT_GT(segments().front(), 1U);
  EXPECT_EQ(append(event("next")).get().value(), 13U);
}

TEST_F(RetentionTest, follows_a_shorter_time_while_it_is_open) {
  options_.keep_for = std::chrono::hours(0);
  open();
  append_segments(3);
  clock_.forward(std::chrono::hours(48));
  append_segments(1);
  options_.keep_for = std::chrono::hours(24);
  log_->use(options_);
  while (log_->figures().segments > 2U) std::this_thread::yield();
  EXPECT_GT(segments().front(), 3U);
}

}  // namespace
}  // namespace otklik::store
