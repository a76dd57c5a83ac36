#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

#include "unit/scenario/library/test_state.hpp"

namespace otklik::scenario {
namespace {

/// In a zone of its own, for as long as the test runs.
class DateLibrary : public testing::Test {
 protected:
  static void be_in(const char* zone) {
    ::setenv("TZ", zone, 1);
    ::tzset();
  }
  void SetUp() override { be_in("Europe/Moscow"); }
  void TearDown() override {
    ::unsetenv("TZ");
    ::tzset();
  }
  TestState state;
};

TEST_F(DateLibrary, reads_the_usual_forms) {
  const std::pair<const char*, const char*> forms[] = {
      {"2026-11-22 15:04:05", "1795349045"},       {"2026-11-22T15:04:05", "1795349045"},
      {"2026-11-22 15:04", "1795349040"},          {"2026-11-22", "1795294800"},
      {"  22.11.2026\r\n", "1795294800"},          {"22.11.2026 15:04", "1795349040"},
      {"22.11.2026 15:04:05", "1795349045"},       {"1.2.2026 3:04", "1769904240"},
      {"2026-11-22T12:04:05Z", "1795349045"},      {"2026-11-22T12:04:05.500Z", "1795349045.5"},
      {"2026-11-22T17:04:05+05:00", "1795349045"}, {"2026-11-22T17:04:05+0500", "1795349045"},
      {"2026-11-22 17:04:05 +05", "1795349045"},   {"2024-02-29", "1709154000"},
  };
  for (const auto& [text, moment] : forms) EXPECT_EQ(state.text("return date.parse(...)", {text}), moment) << text;
  EXPECT_EQ(state.text("return date.parse('2026-11-22 12:04:05', nil, {utc = true})"), "1795349045");
}

TEST_F(DateLibrary, says_what_is_wrong_with_a_text) {
  for (const char* text :
       {"", "x", "2026", "2026-11", "22.11.26", "2026-11-22x", "2026-11-22 15", "2026-11-22T", "2026-11-22 15:04:05 x",
        "22.11.2026T15:04", "2026-11-22T15:04:05+5", "2026/11/22", "2026-11-22T15:04:05.Z"}) {
    EXPECT_EQ(state.text("return date.parse(...)", {text}), "nil|the text is no date of this form") << text;
  }
  for (const char* text : {"2026-02-30", "2025-02-29", "2026-13-01", "2026-00-01", "31.04.2026", "2026-11-22 24:00",
                           "2026-11-22 15:60", "2026-11-22 15:04:60", "0.1.2026"}) {
    EXPECT_EQ(state.text("return date.parse(...)", {text}), "nil|there is no such day or time") << text;
  }
  EXPECT_EQ(state.text("date.parse(nil)"), "error: test:1: bad argument #1 to 'parse' (string expected, got nil)");
}

TEST_F(DateLibrary, shows_moments_in_both_spellings) {
  const std::pair<const char*, const char*> patterns[] = {
      {"'yyyy-MM-dd HH:mm:ss'", "2026-11-22 15:04:05"},
      {"'dd.MM.yyyy'", "22.11.2026"},
      {"'d.M.yy H:m:s'", "22.11.26 15:4:5"},
      {"'yyyyMMddHHmmss'", "20261122150405"},
      {"'yyyy-MM-ddTHH:mm:sszzz'", "2026-11-22T15:04:05+03:00"},
      {"\"hh:mm tt, dddd, d MMMM yyyy 'year'\"", "03:04 PM, Sunday, 22 November 2026 year"},
      {"'ddd d MMM'", "Sun 22 Nov"},
      {"'fff'", "000"},
      {"'%Y-%m-%d %H:%M:%S'", "2026-11-22 15:04:05"},
      {"'%F %T %R %y %j %u %V %G %e %I %p %b %B %a %A %z %Z %s %%'",
       "2026-11-22 15:04:05 15:04 26 326 7 47 2026 22 03 PM Nov November Sun Sunday +0300 MSK 1795349045 %"},
      {"'dddd, d MMMM yyyy', {language = 'ru'}", "воскресенье, 22 ноября 2026"},
      {"'ddd MMMM MMM', {language = 'ru'}", "вс ноябрь ноя"},
      {"'HH:mm', {utc = true}", "12:04"},
      {"nil", "2026-11-22 15:04:05"},
      {"''", ""},
  };
  for (const auto& [pattern, shown] : patterns) {
    EXPECT_EQ(state.text(std::string("return date.format(1795349045, ") + pattern + ")"), shown) << pattern;
  }
  EXPECT_EQ(state.text("return date.format(0.25, 'ss.ff ffffff', {utc = true})"), "00.25 250000");
  EXPECT_EQ(state.text("return date.format(-0.5, 'yyyy ss.f', {utc = true})"), "1969 59.5");
}

TEST_F(DateLibrary, refuses_patterns_it_does_not_know) {
  const std::pair<const char*, const char*> bad[] = {
      {"'dd.MM.yyyy q'", "the pattern has an unknown letter"},
      {"'%q'", "the pattern has an unknown sign behind '%'"},
      {"'%'", "the pattern ends with '%'"},
      {"\"'open\"", "the pattern has a quote that is not closed"},
      {"'\\\\'", "the pattern ends with '\\'"},
  };
  for (const auto& [pattern, why] : bad) {
    EXPECT_EQ(state.text(std::string("date.format(0, ") + pattern + ")"),
              std::string("error: test:1: bad argument #2 to 'format' (") + why + ")");
  }
}

TEST_F(DateLibrary, reads_what_a_pattern_says) {
  const std::pair<const char*, const char*> calls[] = {
      {"'20261122150405', 'yyyyMMddHHmmss'", "1795349045"},
      {"'22/11/26', 'dd/MM/yy'", "1795294800"},
      {"'03:04 PM 22.11.2026', 'hh:mm tt dd.MM.yyyy'", "1795349040"},
      {"'12:04 am 22.11.2026', 'hh:mm tt dd.MM.yyyy'", "1795295040"},
      {"'Sun, 22 Nov 2026 12:04:05 GMT', '%a, %d %b %Y %H:%M:%S %Z'", "1795349045"},
      {"'22 ноября 2026', 'd MMMM yyyy'", "1795294800"},
      {"'1 мая 2026', 'd MMMM yyyy'", "1777582800"},
      {"'1795349045', '%s'", "1795349045"},
      {"'-1', '%s'", "-1"},
      {"'2026-11-22T15:04:05+03:00', 'yyyy-MM-ddTHH:mm:sszzz'", "1795349045"},
      {"'22.11.2026', 'dd.MM.yyyy', {utc = true}", "1795305600"},
      {"'22.11.2026 ', 'dd.MM.yyyy'", "nil|the text is no date of this form"},
      {"'2.11.2026', 'dd.MM.yyyy'", "nil|the text is no date of this form"},
      {"'30.02.2026', 'dd.MM.yyyy'", "nil|there is no such day or time"},
      {"'99999999999999', '%s'", "nil|there is no such day or time"},
  };
  for (const auto& [call, result] : calls) {
    EXPECT_EQ(state.text(std::string("return date.parse(") + call + ")"), result) << call;
  }
}

TEST_F(DateLibrary, counts_with_the_calendar) {
  const std::string at = "local function at(s) return (assert(date.parse(s))) end local f = date.format ";
  const std::pair<const char*, const char*> sums[] = {
      {"f(date.add(at'2026-01-31', 1, 'month'))", "2026-02-28 00:00:00"},
      {"f(date.add(at'2024-02-29', 1, 'year'))", "2025-02-28 00:00:00"},
      {"f(date.add(at'2026-01-31', -2, 'months'))", "2025-11-30 00:00:00"},
      {"f(date.add(at'2026-12-31 23:59:59', 1, 'second'))", "2027-01-01 00:00:00"},
      {"f(date.add(at'2026-11-22', -3, 'weeks'))", "2026-11-01 00:00:00"},
      {"f(date.add(at'2026-01-31', {months = 1, days = 1, hours = 2}))", "2026-03-01 02:00:00"},
      {"date.diff(at'2026-11-23', at'2026-11-22')", "86400"},
      {"date.diff(at'2026-11-22 12:30', at'2026-11-22', 'hours')", "12.5"},
      {"date.diff(at'2026-11-22 00:01', at'2026-11-21 23:59', 'days')", "1"},
      {"date.diff(at'2026-01-31', at'2026-02-28', 'months')", "-1"},
      {"date.diff(at'2026-03-30', at'2026-01-31', 'months')", "1"},
      {"date.diff(at'2026-11-22', at'1990-11-23', 'years')", "35"},
      {"f(date.start_of(at'2026-11-22 15:04:05', 'day'))", "2026-11-22 00:00:00"},
      {"f(date.start_of(at'2026-11-22 15:04:05', 'week'))", "2026-11-16 00:00:00"},
      {"f(date.start_of(at'2026-11-22 15:04:05', 'month'))", "2026-11-01 00:00:00"},
      {"f(date.start_of(at'2026-11-22 15:04:05', 'year'))", "2026-01-01 00:00:00"},
      {"f(date.start_of(at'2026-11-22 15:04:05', 'hour'))", "2026-11-22 15:00:00"},
      {"date.weekday(at'2026-11-22')", "7|Sunday"},
      {"date.weekday(at'2026-11-23', {language = 'ru'})", "1|понедельник"},
      {"f(date.make{year = 2026, month = 11, day = 22, hour = 15})", "2026-11-22 15:00:00"},
      {"date.make{year = 2026, month = 14, day = 22}", "nil|there is no such day or time"},
  };
  for (const auto& [sum, result] : sums) EXPECT_EQ(state.text(at + "return " + sum), result) << sum;
  EXPECT_EQ(state.text("local p = date.parts(1795349045.25) return p.year, p.month, p.day, p.hour, p.minute, p.second, "
                       "p.microsecond, p.weekday, p.yearday, p.week, p.offset, p.summer"),
            "2026|11|22|15|4|5|250000|7|326|47|10800|false");
  EXPECT_EQ(state.text("local m = date.now() return math.type(m), m == date.make(date.parts(m)), "
                       "date.now_precise() - m < 10"),
            "integer|true|true");
}

TEST_F(DateLibrary, minds_the_days_when_the_clock_is_put_on_and_back) {
  be_in("Europe/Berlin");  // 2026: on at 02:00 on 29 March, back at 03:00 on 25 October
  const std::string at = "local function at(s) return (assert(date.parse(s))) end local f = date.format ";
  const std::pair<const char*, const char*> sums[] = {
      {"f(at'2026-03-29 02:30')", "2026-03-29 03:30:00"},                         // jumped over
      {"f(at'2026-10-25 02:30', 'HH:mm zzz')", "02:30 +02:00"},                   // the first of two
      {"f(at'2026-10-25 02:30' + 3600, 'HH:mm zzz')", "02:30 +01:00"},            // the second
      {"f(date.add(at'2026-03-28 12:00', 1, 'day'))", "2026-03-29 12:00:00"},     // the same time on the clock
      {"f(date.add(at'2026-03-28 12:00', 24, 'hours'))", "2026-03-29 13:00:00"},  // exact
      {"date.diff(at'2026-03-30', at'2026-03-29', 'hours')", "23.0"},
      {"date.diff(at'2026-03-30', at'2026-03-29', 'days')", "1"},
      {"f(date.start_of(at'2026-10-25 02:30' + 3600, 'hour'), 'HH:mm zzz')", "02:00 +01:00"},
      {"date.parts(at'2026-07-01').summer", "true"},
  };
  for (const auto& [sum, result] : sums) EXPECT_EQ(state.text(at + "return " + sum), result) << sum;
  be_in("Europe/Moscow");  // 2011 to 2014 the clock stood an hour further
  EXPECT_EQ(state.text("return date.format(date.parse('2014-10-26 01:30'), 'HH:mm zzz')"), "01:30 +04:00");
  EXPECT_EQ(state.text("return date.format(date.parse('2012-01-01'), 'zzz')"), "+04:00");
}

TEST_F(DateLibrary, complains_as_lua_does) {
  const std::pair<const char*, const char*> calls[] = {
      {"date.format('x')", "bad argument #1 to 'format' (number expected, got string)"},
      {"date.format(1e15)", "bad argument #1 to 'format' (a moment of the years 1 to 9999 expected)"},
      {"date.format(0/0)", "bad argument #1 to 'format' (a moment of the years 1 to 9999 expected)"},
      {"date.format(0, 'yyyy', {language = 'de'})", "bad argument #3 to 'format' ('language' is \"ru\" or \"en\")"},
      {"date.add(0, 1)", "bad argument #3 to 'add' (string expected, got no value)"},
      {"date.add(0, 1, 'fortnight')", "bad argument #3 to 'add' (invalid option 'fortnight')"},
      {"date.add(0, {fortnight = 1})", "bad argument #2 to 'add' (units from 'seconds' to 'years' expected)"},
      {"date.add(0, {days = 1.5})", "bad argument #2 to 'add' (whole numbers of units expected)"},
      {"date.add(0, 10000, 'years')", "a date beyond the years 1 to 9999"},
      {"date.add(0, math.maxinteger, 'seconds')", "a date beyond the years 1 to 9999"},
      {"date.add(0, math.mininteger, 'months')", "a date beyond the years 1 to 9999"},
      {"date.make{}", "bad argument #1 to 'make' ('year' is no number that a date can have)"},
      {"date.make{year = 2026, month = 'x', day = 1}",
       "bad argument #1 to 'make' ('month' is no number that a date can have)"},
  };
  for (const auto& [call, complaint] : calls) EXPECT_EQ(state.text(call), "error: test:1: " + std::string(complaint));
}

}  // namespace
}  // namespace otklik::scenario
