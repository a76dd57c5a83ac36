#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

/// Moments and what a calendar on the wall calls them, in the server's own time zone or in UTC.
namespace otklik::scenario {

/// Microseconds since 1970-01-01 00:00 UTC.
using Moment = std::int64_t;
inline constexpr Moment second = 1'000'000;

/// Years 1 to 9999, a day short at both ends so that every time zone has a name for them.
inline constexpr Moment first_moment = -62'135'510'400 * second;
inline constexpr Moment last_moment = 253'402'214'400 * second;

enum class Zone : std::uint8_t { local, utc };

/// A reading of calendar and clock, of no zone.
struct Reading {
  int year = 1970, month = 1, day = 1;
  int hour = 0, minute = 0, second = 0, microsecond = 0;

  bool operator==(const Reading&) const = default;
};

/// A reading with what the zone has to say about it.
struct LocalReading : Reading {
  int weekday = 1;  ///< Monday 1 to Sunday 7
  int yearday = 1;  ///< 1 to 366
  int offset = 0;   ///< seconds east of UTC
  bool is_summer = false;
  std::string_view zone_name;  ///< `MSK`; valid as long as the program runs
};

/// Whether there is such a day and time.
bool is_valid(const Reading& reading) noexcept;

/// The reading taken as UTC. `reading` must be valid.
Moment as_utc(const Reading& reading) noexcept;

LocalReading reading_of(Moment moment, Zone zone) noexcept;

/// The moment of a valid reading. Of an hour that occurs twice (the clock was put back) the first; a time that the
/// clock jumped over is read as if it had not jumped: 02:30 is 03:30.
Moment moment_of(const Reading& reading, Zone zone) noexcept;

/// The reading `months` later; a day that the month has not becomes its last one.
Reading add_months(Reading reading, std::int64_t months) noexcept;
Reading add_days(const Reading& reading, std::int64_t days) noexcept;
/// Days since 1970-01-01.
std::int64_t day_number(const Reading& reading) noexcept;

/// The week of ISO 8601 and the year that it belongs to.
struct Week {
  int year, number;
};
Week week_of(const LocalReading& reading) noexcept;

}  // namespace otklik::scenario
