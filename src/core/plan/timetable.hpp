#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace otklik::core {

/// A moment of the week in the server's own time zone. The core has no time zone: whoever asks brings it along.
struct WeekMoment {
  std::uint8_t day = 0;      ///< 0 Sunday, 1 Monday … 6 Saturday, as A_Redirect_TimeTable counts
  std::uint16_t minute = 0;  ///< of the day, 0 … 1439
  bool operator==(const WeekMoment&) const = default;
};

/// A part of one day of the week: from `start` up to, and not with, `stop`; 1440 is the day's end.
struct WeekInterval {
  std::uint8_t day = 0;
  std::uint16_t start = 0;
  std::uint16_t stop = 1440;
  bool operator==(const WeekInterval&) const = default;

  [[nodiscard]] bool contains(const WeekMoment& moment) const noexcept {
    return moment.day == day && moment.minute >= start && moment.minute < stop;
  }
};

/// Always, or in certain hours of the week.
struct Timetable {
  std::vector<WeekInterval> intervals;  ///< empty: always
  bool operator==(const Timetable&) const = default;

  [[nodiscard]] bool contains(const WeekMoment& moment) const noexcept;
};

/// `mon-fri 09:00-18:00, sat 10:00-14:00`; `sun` alone is the whole day; empty text is always. An interval over
/// midnight
/// (`fri 22:00-06:00`) is two. Days: mon tue wed thu fri sat sun, or a range of them that may go round. At most 100
/// intervals. Error: `bad_request`.
Result<Timetable> parse_timetable(std::string_view text);
/// Back again, each interval by itself.
std::string text_of(const Timetable& timetable);

}  // namespace otklik::core
