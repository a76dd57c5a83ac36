#include "net/http/http_date.hpp"

#include <gtest/gtest.h>

namespace otklik::net {
namespace {

using std::chrono::sys_days;
using std::chrono::sys_seconds;
using namespace std::chrono_literals;

const sys_seconds example = sys_days(1994y / 11 / 6) + 8h + 49min + 37s;

TEST(HttpDate, is_written_in_the_fixed_form) {
  EXPECT_EQ(http_date(example), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(http_date(sys_days(2026y / 11 / 22)), "Sun, 22 Nov 2026 00:00:00 GMT");
}

TEST(HttpDate, is_read_in_its_three_forms) {
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), example);
  EXPECT_EQ(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT", sys_days(2026y / 1 / 1)), example);
  EXPECT_EQ(parse_http_date("Sun Nov  6 08:49:37 1994"), example);
}

TEST(HttpDate, takes_a_two_digit_year_for_the_past_when_it_lies_far_ahead) {
  EXPECT_EQ(parse_http_date("Sunday, 06-Nov-70 08:49:37 GMT", sys_days(2026y / 1 / 1)),
            sys_days(2070y / 11 / 6) + 8h + 49min + 37s);
  EXPECT_EQ(parse_http_date("Sunday, 06-Nov-77 08:49:37 GMT", sys_days(2026y / 1 / 1)),
            sys_days(1977y / 11 / 6) + 8h + 49min + 37s);
}

TEST(HttpDate, is_nothing_when_malformed) {
  for (const char* bad : {"", "now", "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37",
                          "06 Nov 1994 08:49:37 GMT", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
                          "Sun, 06 Nov 1994 08:49:37 GMT ", "Sun, 06 Nov 1994 08:49:3x GMT", "Sun Nov 06 08:49:37"}) {
    EXPECT_EQ(parse_http_date(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace otklik::net
