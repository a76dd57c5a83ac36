#include "core/plan/timetable.hpp"

#include <gtest/gtest.h>

namespace otklik::core {
namespace {

constexpr std::uint8_t sunday = 0, monday = 1, friday = 5, saturday = 6;

WeekMoment at(std::uint8_t day, int hour, int minute = 0) {
  return {day, static_cast<std::uint16_t>(hour * 60 + minute)};
}

TEST(Timetable, holds_always_when_nothing_is_said) {
  const auto always = parse_timetable("");
  ASSERT_TRUE(always);
  EXPECT_TRUE(always->contains(at(sunday, 0)));
  EXPECT_TRUE(always->contains(at(saturday, 23, 59)));
}

TEST(Timetable, holds_from_its_first_minute_up_to_its_last) {
  const auto work = parse_timetable("mon-fri 09:00-18:00, Sat 10:00-14:00");
  ASSERT_TRUE(work);
  EXPECT_FALSE(work->contains(at(monday, 8, 59)));
  EXPECT_TRUE(work->contains(at(monday, 9)));
  EXPECT_TRUE(work->contains(at(friday, 17, 59)));
  EXPECT_FALSE(work->contains(at(friday, 18)));
  EXPECT_TRUE(work->contains(at(saturday, 12)));
  EXPECT_FALSE(work->contains(at(sunday, 12)));
}

TEST(Timetable, goes_over_midnight_and_over_the_weeks_end) {
  const auto night = parse_timetable("sat 22:00-06:00");
  ASSERT_TRUE(night);
  EXPECT_TRUE(night->contains(at(saturday, 23)));
  EXPECT_TRUE(night->contains(at(sunday, 5, 59)));
  EXPECT_FALSE(night->contains(at(sunday, 6)));
  EXPECT_FALSE(night->contains(at(saturday, 5)));
  const auto weekend = parse_timetable("sat-sun");
  ASSERT_TRUE(weekend);
  EXPECT_TRUE(weekend->contains(at(sunday, 23, 59)));
  EXPECT_FALSE(weekend->contains(at(monday, 0)));
  const auto until_midnight = parse_timetable("fri 12:00-24:00");
  ASSERT_TRUE(until_midnight);
  EXPECT_TRUE(until_midnight->contains(at(friday, 23, 59)));
  EXPECT_FALSE(until_midnight->contains(at(saturday, 0)));
}

TEST(Timetable, is_written_and_read_back) {
  const auto table = parse_timetable("mon-tue 09:00-18:05,sun, fri 22:00-6:00");
  ASSERT_TRUE(table);
  EXPECT_EQ(text_of(*table), "mon 09:00-18:05, tue 09:00-18:05, sun, fri 22:00-24:00, sat 00:00-06:00");
  EXPECT_EQ(*parse_timetable(text_of(*table)), *table);
}

TEST(Timetable, refuses_what_is_no_part_of_a_week) {
  for (const std::string_view text : {"monday", "mon 9", "mon 9-18", "mon 25:00-26:00", "mon 09:60-10:00", "mon-xyz",
                                      "mon 09:00-09:00", "mon 24:00-06:00", "mon 09:00", "пн"}) {
    const auto refused = parse_timetable(text);
    ASSERT_FALSE(refused) << text;
    EXPECT_EQ(refused.error().code, ErrorCode::bad_request);
  }
  std::string many;
  for (int i = 0; i < 101; ++i) many += "mon,";
  EXPECT_FALSE(parse_timetable(many));
}

}  // namespace
}  // namespace otklik::core
