#pragma once
#include <expected>
#include <lua.hpp>
#include <optional>
#include <string_view>

#include "scenario/library/calendar.hpp"
#include "scenario/library/memory.hpp"

/// Patterns of dates in both spellings: `dd.MM.yyyy HH:mm` and `%d.%m.%Y %H:%M`.
namespace otklik::scenario {

enum class Language : std::uint8_t { english, russian };

struct DatePart {
  enum class Kind : std::uint8_t {
    literal,
    year,
    year_of_century,
    month,
    month_name,
    short_month_name,
    day,
    weekday_name,
    short_weekday_name,
    hour,
    hour_of_half,
    minute,
    second,
    fraction,
    half,
    offset,
    offset_without_colon,
    zone_name,
    yearday,
    weekday,
    week,
    week_year,
    unix_time,
  };
  Kind kind = Kind::literal;
  int width = 1;             ///< least number of digits; of a fraction, exactly
  std::string_view literal;  ///< points into the pattern
};

/// Cuts a pattern into its parts; a letter or a `%` sign that it does not know is a Lua error of argument `argument`.
List<DatePart> read_date_pattern(lua_State* lua, int argument, std::string_view pattern);

void append_date(Text& out, const List<DatePart>& parts, Moment moment, const LocalReading& reading, Language language);

struct ParsedDate {
  Reading reading;
  std::optional<int> offset;  ///< seconds east of UTC, where the text names them
  std::optional<Moment> moment;
};

/// Reads text as the parts have it; or what was wrong.
std::expected<ParsedDate, std::string_view> parse_date(const List<DatePart>& parts, std::string_view text);
/// Reads text in one of the usual forms: `yyyy-MM-dd[ HH:mm[:ss[.fff]]]`, the same of ISO 8601 with `T` and a zone,
/// `dd.MM.yyyy[ HH:mm[:ss]]`.
std::expected<ParsedDate, std::string_view> parse_usual_date(std::string_view text);

std::string_view weekday_name(int weekday, Language language) noexcept;

}  // namespace otklik::scenario
