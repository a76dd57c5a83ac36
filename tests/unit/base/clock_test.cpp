#include "base/clock.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <ctime>

namespace otklik {
namespace {

using namespace std::chrono_literals;

TEST(Clock, shows_a_moment_in_utc_with_its_microseconds) {
  EXPECT_EQ(utc_text(Time(0us)), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(utc_text(Time(1'795'352'645s + 123'456us)), "2026-11-22T13:04:05.123456Z");
  EXPECT_EQ(utc_text(Time(-1us)), "1969-12-31T23:59:59.999999Z");
}

TEST(Clock, shows_a_moment_in_the_servers_own_time_zone) {
  ::setenv("TZ", "MSK-3", 1);  // NOLINT(concurrency-mt-unsafe): one thread here
  ::tzset();
  EXPECT_EQ(local_text(Time(1'795'352'645s)), "2026-11-22 16:04:05");
  ::unsetenv("TZ");  // NOLINT(concurrency-mt-unsafe)
  ::tzset();
}

}  // namespace
}  // namespace otklik
