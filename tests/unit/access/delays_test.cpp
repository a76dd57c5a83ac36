#include "access/delays.hpp"

#include <gtest/gtest.h>

#include <future>
#include <vector>

namespace otklik::access {
namespace {

using namespace std::chrono_literals;

TEST(Delays, run_what_is_due_in_the_order_of_time) {
  DelayThread delays;
  std::promise<void> done;
  std::vector<int> order;
  ASSERT_TRUE(delays.after(30ms, [&] {
    order.push_back(2);
    done.set_value();
  }));
  ASSERT_TRUE(delays.after(1ms, [&] { order.push_back(1); }));
  done.get_future().wait();
  EXPECT_EQ(order, (std::vector<int>{1, 2}));
}

TEST(Delays, run_everything_at_once_when_stopped) {
  DelayThread delays;
  int ran = 0;
  ASSERT_TRUE(delays.after(1h, [&] { ++ran; }));
  ASSERT_TRUE(delays.after(2h, [&] { ++ran; }));
  delays.stop();
  EXPECT_EQ(ran, 2);
  EXPECT_FALSE(delays.after(0s, [&] { ++ran; }));
  EXPECT_EQ(ran, 2);
}

TEST(Delays, take_no_more_than_they_may) {
  DelayThread delays(2);
  EXPECT_TRUE(delays.after(1h, [] {}));
  EXPECT_TRUE(delays.after(1h, [] {}));
  bool kept = false;
  Delays::Work third = [&] { kept = true; };
  EXPECT_FALSE(delays.after(1h, std::move(third)));
  third();
  EXPECT_TRUE(kept) << "the work that was not taken is still the caller's";
}

}  // namespace
}  // namespace otklik::access
