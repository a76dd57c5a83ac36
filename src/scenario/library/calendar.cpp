#include "scenario/library/calendar.hpp"

#include <chrono>
#include <ctime>

namespace otklik::scenario {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr std::int64_t seconds_of_day = 86'400;

std::int64_t floor_divide(std::int64_t a, std::int64_t b) noexcept { return a / b - (a % b < 0 ? 1 : 0); }

year_month_day date_of(const Reading& reading) noexcept {
  return {std::chrono::year(reading.year), std::chrono::month(static_cast<unsigned>(reading.month)),
          std::chrono::day(static_cast<unsigned>(reading.day))};
}

int offset_at(std::int64_t seconds) noexcept {
  const std::time_t time = seconds;
  std::tm parts{};
  localtime_r(&time, &parts);
  return static_cast<int>(parts.tm_gmtoff);
}

}  // namespace

bool is_valid(const Reading& reading) noexcept {
  const auto within = [](int value, int least, int most) { return value >= least && value <= most; };
  return within(reading.year, 1, 9999) && within(reading.month, 1, 12) && within(reading.day, 1, 31) &&
         date_of(reading).ok() && within(reading.hour, 0, 23) && within(reading.minute, 0, 59) &&
         within(reading.second, 0, 59) && within(reading.microsecond, 0, 999'999);
}

std::int64_t day_number(const Reading& reading) noexcept {
  return sys_days(date_of(reading)).time_since_epoch().count();
}

Moment as_utc(const Reading& reading) noexcept {
  const std::int64_t seconds =
      day_number(reading) * seconds_of_day + reading.hour * 3600 + reading.minute * 60 + reading.second;
  return seconds * second + reading.microsecond;
}

LocalReading reading_of(Moment moment, Zone zone) noexcept {
  const std::time_t seconds = floor_divide(moment, second);
  std::tm parts{};
  if (zone == Zone::utc) {
    gmtime_r(&seconds, &parts);
  } else {
    localtime_r(&seconds, &parts);
  }
  LocalReading reading;
  reading.year = parts.tm_year + 1900;
  reading.month = parts.tm_mon + 1;
  reading.day = parts.tm_mday;
  reading.hour = parts.tm_hour;
  reading.minute = parts.tm_min;
  reading.second = parts.tm_sec;
  reading.microsecond = static_cast<int>(moment - seconds * second);
  reading.weekday = parts.tm_wday == 0 ? 7 : parts.tm_wday;
  reading.yearday = parts.tm_yday + 1;
  reading.offset = static_cast<int>(parts.tm_gmtoff);
  reading.is_summer = parts.tm_isdst > 0;
  reading.zone_name = zone == Zone::utc ? "UTC" : parts.tm_zone;
  return reading;
}

Moment moment_of(const Reading& reading, Zone zone) noexcept {
  const Moment naive = as_utc(reading);
  if (zone == Zone::utc) return naive;
  // A day before and a day after hold the offsets on both sides of a change of the clock, if there is one near.
  const std::int64_t seconds = floor_divide(naive, second);
  const Moment before = naive - offset_at(seconds - seconds_of_day) * second;
  const Moment after = naive - offset_at(seconds + seconds_of_day) * second;
  const Reading& wanted = reading;
  if (before == after || static_cast<Reading>(reading_of(before, zone)) == wanted) return before;
  return static_cast<Reading>(reading_of(after, zone)) == wanted ? after : before;
}

Reading add_months(Reading reading, std::int64_t months) noexcept {
  const std::int64_t total = std::int64_t{reading.year} * 12 + (reading.month - 1) + months;
  reading.year = static_cast<int>(floor_divide(total, 12));
  reading.month = static_cast<int>(total - std::int64_t{reading.year} * 12) + 1;
  const std::chrono::year_month_day_last last{
      std::chrono::year(reading.year),
      std::chrono::month_day_last(std::chrono::month(static_cast<unsigned>(reading.month)))};
  const auto last_day = static_cast<int>(static_cast<unsigned>(last.day()));
  if (reading.day > last_day) reading.day = last_day;
  return reading;
}

Reading add_days(const Reading& reading, std::int64_t count) noexcept {
  const year_month_day date{sys_days(date_of(reading)) + days(count)};
  Reading moved = reading;
  moved.year = static_cast<int>(date.year());
  moved.month = static_cast<int>(static_cast<unsigned>(date.month()));
  moved.day = static_cast<int>(static_cast<unsigned>(date.day()));
  return moved;
}

Week week_of(const LocalReading& reading) noexcept {
  const Reading thursday = add_days(reading, 4 - reading.weekday);  // a week belongs to the year of its Thursday
  const Reading new_year{.year = thursday.year};
  return {.year = thursday.year, .number = static_cast<int>((day_number(thursday) - day_number(new_year)) / 7) + 1};
}

}  // namespace otklik::scenario
