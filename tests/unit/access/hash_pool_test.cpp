#include "access/hash_pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace otklik::access {
namespace {

TEST(HashPool, lets_known_callers_go_first) {
  std::promise<void> started;
  std::promise<void> release;
  std::promise<void> last;
  std::vector<int> order;
  HashPool pool(1, 10, 10);
  ASSERT_TRUE(pool.submit(HashPool::Lane::stranger, [&](bool) {
    started.set_value();
    release.get_future().wait();
  }));
  started.get_future().wait();
  ASSERT_TRUE(pool.submit(HashPool::Lane::stranger, [&](bool) {
    order.push_back(2);
    last.set_value();
  }));
  ASSERT_TRUE(pool.submit(HashPool::Lane::known, [&](bool) { order.push_back(1); }));
  release.set_value();
  last.get_future().wait();
  EXPECT_EQ(order, (std::vector<int>{1, 2}));
}

TEST(HashPool, bounds_each_queue_and_answers_what_waits_when_stopped) {
  std::promise<void> started;
  std::promise<void> release;
  std::atomic<int> ran = 0;
  std::atomic<int> refused = 0;
  HashPool pool(1, 1, 2);
  ASSERT_TRUE(pool.submit(HashPool::Lane::stranger, [&](bool run) {
    started.set_value();
    release.get_future().wait();
    ran += run ? 1 : 0;
  }));
  started.get_future().wait();
  const auto count = [&](bool run) { run ? ++ran : ++refused; };
  EXPECT_TRUE(pool.submit(HashPool::Lane::stranger, count));
  EXPECT_TRUE(pool.submit(HashPool::Lane::stranger, count));
  EXPECT_FALSE(pool.submit(HashPool::Lane::stranger, count));
  EXPECT_TRUE(pool.submit(HashPool::Lane::known, count)) << "strangers took the place of known callers";
  EXPECT_FALSE(pool.submit(HashPool::Lane::known, count));
  EXPECT_EQ(pool.queued(), 3U);
  std::thread stopper([&] { pool.stop(); });
  while (refused < 3) std::this_thread::yield();
  release.set_value();
  stopper.join();
  EXPECT_EQ(ran, 1);
  EXPECT_EQ(refused, 3);
  EXPECT_FALSE(pool.submit(HashPool::Lane::known, count));
}

}  // namespace
}  // namespace otklik::access
