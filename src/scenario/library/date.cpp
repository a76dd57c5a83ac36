// A moment in scripts is a number: seconds since 1970-01-01 00:00 UTC, with a fraction where there is one.
#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

#include "scenario/library.hpp"
#include "scenario/library/calendar.hpp"
#include "scenario/library/cost.hpp"
#include "scenario/library/date_pattern.hpp"
#include "scenario/library/function.hpp"

namespace otklik::scenario {
namespace {

void push_moment(lua_State* lua, Moment moment) {
  if (moment % second == 0) {
    lua_pushinteger(lua, moment / second);
  } else {
    lua_pushnumber(lua, static_cast<double>(moment) / static_cast<double>(second));
  }
}

Moment check_moment(lua_State* lua, int argument) {
  constexpr const char* range = "a moment of the years 1 to 9999 expected";
  if (lua_isinteger(lua, argument) != 0) {
    const lua_Integer seconds = lua_tointeger(lua, argument);
    luaL_argcheck(lua, seconds >= first_moment / second && seconds <= last_moment / second, argument, range);
    return seconds * second;
  }
  const double seconds = luaL_checknumber(lua, argument);
  luaL_argcheck(
      lua,
      seconds >= static_cast<double>(first_moment / second) && seconds <= static_cast<double>(last_moment / second),
      argument, range);
  return std::llround(seconds * static_cast<double>(second));
}

void check_result(lua_State* lua, Moment moment) {
  if (moment < first_moment || moment > last_moment) luaL_error(lua, "a date beyond the years 1 to 9999");
}

struct Options {
  Zone zone = Zone::local;
  Language language = Language::english;
};

/// `{utc = true, language = "ru"}`.
Options check_options(lua_State* lua, int argument) {
  Options options;
  if (lua_isnoneornil(lua, argument)) return options;
  luaL_checktype(lua, argument, LUA_TTABLE);
  lua_getfield(lua, argument, "utc");
  if (lua_toboolean(lua, -1) != 0) options.zone = Zone::utc;
  if (lua_getfield(lua, argument, "language") != LUA_TNIL) {
    const auto language = lua_type(lua, -1) == LUA_TSTRING ? text_at(lua, -1) : std::string_view();
    luaL_argcheck(lua, language == "ru" || language == "en", argument, "'language' is \"ru\" or \"en\"");
    if (language == "ru") options.language = Language::russian;
  }
  lua_pop(lua, 2);
  return options;
}

enum class Unit : std::uint8_t { second, minute, hour, day, week, month, year };
constexpr const char* unit_names[] = {"second",  "minute", "hour", "day",   "week",   "month", "year", "seconds",
                                      "minutes", "hours",  "days", "weeks", "months", "years", nullptr};

Unit check_unit(lua_State* lua, int argument, const char* otherwise) {
  return static_cast<Unit>(luaL_checkoption(lua, argument, otherwise, unit_names) % 7);
}

constexpr Moment length_of(Unit unit) noexcept {
  switch (unit) {
    case Unit::second:
      return second;
    case Unit::minute:
      return 60 * second;
    default:
      return 3600 * second;
  }
}

int now(lua_State* lua) {
  using std::chrono::floor, std::chrono::seconds, std::chrono::system_clock;
  lua_pushinteger(lua, floor<seconds>(system_clock::now().time_since_epoch()).count());
  return 1;
}

int now_precise(lua_State* lua) {
  using std::chrono::floor, std::chrono::microseconds, std::chrono::system_clock;
  const auto since = floor<microseconds>(system_clock::now().time_since_epoch()).count();
  lua_pushnumber(lua, static_cast<double>(since) / static_cast<double>(second));
  return 1;
}

int parse(lua_State* lua) {
  const auto text = check_text(lua, 1);
  const bool has_pattern = !lua_isnoneornil(lua, 2);
  const Options options = check_options(lua, 3);
  if (text.size() > 2000) return return_failure(lua, "the text is no date of this form");
  charge(lua, 64 + text.size());
  const auto parsed =
      has_pattern ? parse_date(read_date_pattern(lua, 2, check_text(lua, 2)), text) : parse_usual_date(text);
  if (!parsed) return return_failure(lua, parsed.error());
  Moment moment = 0;
  if (parsed->moment) {
    moment = *parsed->moment;
  } else if (parsed->offset) {
    moment = as_utc(parsed->reading) - *parsed->offset * second;
  } else {
    moment = moment_of(parsed->reading, options.zone);
  }
  if (moment < first_moment || moment > last_moment) return return_failure(lua, "there is no such day or time");
  push_moment(lua, moment);
  return 1;
}

int format(lua_State* lua) {
  const Moment moment = check_moment(lua, 1);
  const auto pattern = check_text_or(lua, 2, "yyyy-MM-dd HH:mm:ss");
  const Options options = check_options(lua, 3);
  charge(lua, 64 + pattern.size());
  const auto parts = read_date_pattern(lua, 2, pattern);
  Text out(lua);
  append_date(out, parts, moment, reading_of(moment, options.zone), options.language);
  push_text(lua, out);
  return 1;
}

/// No amount that leads anywhere between the years 1 and 9999 is greater.
constexpr lua_Integer greatest_amount = 400'000'000'000;

lua_Integer check_amount(lua_State* lua, lua_Integer amount) {
  if (amount < -greatest_amount || amount > greatest_amount) luaL_error(lua, "a date beyond the years 1 to 9999");
  return amount;
}

/// Calendar units keep the time on the clock; hours, minutes and seconds are exact.
Moment add_amount(lua_State* lua, Moment moment, lua_Integer amount, Unit unit, Zone zone) {
  check_amount(lua, amount);
  if (unit <= Unit::hour) {
    if (amount > greatest_amount / (length_of(unit) / second) ||
        amount < -greatest_amount / (length_of(unit) / second)) {
      luaL_error(lua, "a date beyond the years 1 to 9999");
    }
    moment += amount * length_of(unit);
  } else {
    const lua_Integer days = unit == Unit::week ? amount * 7 : amount;
    constexpr lua_Integer most_days = 366 * 10'000;
    if (days < -most_days || days > most_days) luaL_error(lua, "a date beyond the years 1 to 9999");
    Reading reading = reading_of(moment, zone);
    if (unit == Unit::day || unit == Unit::week) {
      reading = add_days(reading, days);
    } else {
      reading = add_months(reading, unit == Unit::year ? amount * 12 : amount);
    }
    if (!is_valid(reading)) luaL_error(lua, "a date beyond the years 1 to 9999");
    moment = moment_of(reading, zone);
  }
  check_result(lua, moment);
  return moment;
}

int add(lua_State* lua) {
  Moment moment = check_moment(lua, 1);
  charge(lua, 64);
  if (lua_type(lua, 2) != LUA_TTABLE) {
    const lua_Integer amount = luaL_checkinteger(lua, 2);
    const Unit unit = check_unit(lua, 3, nullptr);
    push_moment(lua, add_amount(lua, moment, amount, unit, check_options(lua, 4).zone));
    return 1;
  }
  const Options options = check_options(lua, 3);
  std::array<lua_Integer, 7> amounts{};
  for (lua_pushnil(lua); lua_next(lua, 2) != 0; lua_pop(lua, 1)) {
    bool known = false;
    for (std::size_t i = 0; lua_type(lua, -2) == LUA_TSTRING && unit_names[i] != nullptr; ++i) {
      if (text_at(lua, -2) != unit_names[i]) continue;
      int is_whole = 0;
      amounts[i % 7] += check_amount(lua, lua_tointegerx(lua, -1, &is_whole));
      known = is_whole != 0;
      if (!known) return luaL_argerror(lua, 2, "whole numbers of units expected");
    }
    if (!known) return luaL_argerror(lua, 2, "units from 'seconds' to 'years' expected");
  }
  for (int unit = 6; unit >= 0; --unit) {  // the greatest first: a month and a day from 31 January
    const lua_Integer amount = amounts[static_cast<std::size_t>(unit)];
    if (amount != 0) moment = add_amount(lua, moment, amount, static_cast<Unit>(unit), options.zone);
  }
  push_moment(lua, moment);
  return 1;
}

/// Whole months from `from` to `to`, which is not before it.
lua_Integer whole_months(const Reading& from, const Reading& to) {
  lua_Integer months = (lua_Integer{to.year} - from.year) * 12 + (to.month - from.month);
  if (as_utc(add_months(from, months)) > as_utc(to)) --months;
  return months;
}

int diff(lua_State* lua) {
  const Moment a = check_moment(lua, 1);
  const Moment b = check_moment(lua, 2);
  const Unit unit = check_unit(lua, 3, "seconds");
  const Zone zone = check_options(lua, 4).zone;
  charge(lua, 64);
  if (unit == Unit::second) {
    push_moment(lua, a - b);
  } else if (unit <= Unit::hour) {
    lua_pushnumber(lua, static_cast<double>(a - b) / static_cast<double>(length_of(unit)));
  } else {
    const Reading later = reading_of(std::max(a, b), zone);
    const Reading earlier = reading_of(std::min(a, b), zone);
    lua_Integer count = 0;
    if (unit == Unit::month || unit == Unit::year) {
      count = whole_months(earlier, later) / (unit == Unit::year ? 12 : 1);
    } else {
      count = (day_number(later) - day_number(earlier)) / (unit == Unit::week ? 7 : 1);
    }
    lua_pushinteger(lua, a < b ? -count : count);
  }
  return 1;
}

int parts(lua_State* lua) {
  const Moment moment = check_moment(lua, 1);
  const auto reading = reading_of(moment, check_options(lua, 2).zone);
  charge(lua, 64);
  lua_createtable(lua, 0, 12);
  const auto set = [&](const char* name, int value) {
    lua_pushinteger(lua, value);
    lua_setfield(lua, -2, name);
  };
  set("year", reading.year);
  set("month", reading.month);
  set("day", reading.day);
  set("hour", reading.hour);
  set("minute", reading.minute);
  set("second", reading.second);
  set("microsecond", reading.microsecond);
  set("weekday", reading.weekday);
  set("yearday", reading.yearday);
  set("week", week_of(reading).number);
  set("offset", reading.offset);
  lua_pushboolean(lua, reading.is_summer);
  lua_setfield(lua, -2, "summer");
  return 1;
}

int make(lua_State* lua) {
  luaL_checktype(lua, 1, LUA_TTABLE);
  const Zone zone = check_options(lua, 2).zone;
  const auto get = [&](const char* name, bool needed, int otherwise) {
    const int type = lua_getfield(lua, 1, name);
    int is_whole = 0;
    const lua_Integer value = lua_tointegerx(lua, -1, &is_whole);
    lua_pop(lua, 1);
    if (type == LUA_TNIL && !needed) return otherwise;
    if (is_whole == 0 || value < -1 || value > 1'000'000) {
      lua_pushfstring(lua, "'%s' is no number that a date can have", name);
      luaL_argerror(lua, 1, lua_tostring(lua, -1));
    }
    return static_cast<int>(value);
  };
  Reading reading;
  reading.year = get("year", true, 0);
  reading.month = get("month", true, 0);
  reading.day = get("day", true, 0);
  reading.hour = get("hour", false, 0);
  reading.minute = get("minute", false, 0);
  reading.second = get("second", false, 0);
  reading.microsecond = get("microsecond", false, 0);
  if (!is_valid(reading)) return return_failure(lua, "there is no such day or time");
  const Moment moment = moment_of(reading, zone);
  if (moment < first_moment || moment > last_moment) return return_failure(lua, "there is no such day or time");
  push_moment(lua, moment);
  return 1;
}

int weekday(lua_State* lua) {
  const Moment moment = check_moment(lua, 1);
  const Options options = check_options(lua, 2);
  const int number = reading_of(moment, options.zone).weekday;
  lua_pushinteger(lua, number);
  push_text(lua, weekday_name(number, options.language));
  return 2;
}

int start_of(lua_State* lua) {
  const Moment moment = check_moment(lua, 1);
  const Unit unit = check_unit(lua, 2, nullptr);
  const Zone zone = check_options(lua, 3).zone;
  charge(lua, 64);
  const auto now = reading_of(moment, zone);
  if (unit <= Unit::hour) {  // by subtraction: the second of two equal hours begins where it begins
    Moment since = now.microsecond;
    if (unit >= Unit::minute) since += now.second * second;
    if (unit == Unit::hour) since += now.minute * 60 * second;
    push_moment(lua, moment - since);
    return 1;
  }
  Reading start{.year = now.year, .month = now.month, .day = now.day};
  if (unit == Unit::week) start = add_days(start, 1 - now.weekday);
  if (unit >= Unit::month) start.day = 1;
  if (unit == Unit::year) start.month = 1;
  const Moment result = moment_of(start, zone);
  check_result(lua, result);
  push_moment(lua, result);
  return 1;
}

}  // namespace

int open_date(lua_State* lua) {
  static constexpr luaL_Reg functions[] = {{"add", guarded<add>},           {"diff", guarded<diff>},
                                           {"format", guarded<format>},     {"make", guarded<make>},
                                           {"now", guarded<now>},           {"now_precise", guarded<now_precise>},
                                           {"parse", guarded<parse>},       {"parts", guarded<parts>},
                                           {"start_of", guarded<start_of>}, {"weekday", guarded<weekday>}};
  push_library(lua, functions);
  return 1;
}

}  // namespace otklik::scenario
