#include "core/licence/terms.hpp"

#include <gtest/gtest.h>

namespace otklik::core {
namespace {

Date day(int year, unsigned month, unsigned day) {
  return Date(std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day));
}

TEST(Terms, shows_dates_as_the_description_does) {
  EXPECT_EQ(date_text(day(2026, 1, 2)), "02.01.2026");
  EXPECT_EQ(date_text(day(987, 12, 31)), "31.12.0987");
  EXPECT_EQ(date_text(never), "31.12.9999");
}

TEST(Terms, reads_a_date_in_that_one_spelling) {
  EXPECT_EQ(parse_date("02.01.2026"), day(2026, 1, 2));
  EXPECT_EQ(parse_date("29.02.2028"), day(2028, 2, 29));
  EXPECT_EQ(parse_date("31.12.9999"), never);
  for (const auto* wrong :
       {"", "2.1.2026", "02.01.26", "2026-01-02", "02/01/2026", "32.01.2026", "00.01.2026", "01.13.2026", "29.02.2026",
        "01.01.0000", "02.01.2026 ", " 2.01.2026", "+2.01.2026", "02.01.-026", "02.01.20261"}) {
    EXPECT_EQ(parse_date(wrong), std::nullopt) << wrong;
  }
}

TEST(Terms, are_those_of_the_open_licence_as_they_are_made) {
  const Terms open;
  for (const auto what : all_licensed) EXPECT_EQ(open.limits[what], std::nullopt) << name(what);
  EXPECT_EQ(open.confirm, never);
  EXPECT_EQ(open.update_limit, never);
  EXPECT_EQ(open.not_after, never);
}

TEST(Terms, name_what_is_limited_as_the_answers_do) {
  EXPECT_EQ(name(Licensed::users), "users");
  EXPECT_EQ(name(Licensed::operators), "operators");
  EXPECT_EQ(name(Licensed::inner_lines), "lines_inner");
  EXPECT_EQ(name(Licensed::outer_lines), "lines_outer");
}

}  // namespace
}  // namespace otklik::core
