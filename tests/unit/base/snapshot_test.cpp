#include "base/snapshot.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace otklik {
namespace {

struct Pair {
  int one = 0;
  int two = 0;
};

TEST(Snapshot, gives_the_newest_value_and_lets_takers_keep_theirs) {
  SnapshotHolder<Pair> holder;
  const auto first = holder.take();
  holder.publish(std::make_shared<const Pair>(Pair{1, 1}));
  EXPECT_EQ(first->one, 0);
  EXPECT_EQ(holder.take()->one, 1);
}

TEST(Snapshot, frees_a_value_with_its_last_owner) {
  auto value = std::make_shared<const Pair>();
  const std::weak_ptr<const Pair> watched = value;
  SnapshotHolder<Pair> holder(std::move(value));
  EXPECT_FALSE(watched.expired());
  holder.publish(std::make_shared<const Pair>());
  EXPECT_TRUE(watched.expired());
}

TEST(Snapshot, is_never_seen_half_changed_nor_going_back) {
  SnapshotHolder<Pair> holder;
  std::atomic<bool> stop = false;
  std::vector<std::thread> takers;
  for (int t = 0; t < 3; ++t) {
    takers.emplace_back([&] {
      int last = 0;
      while (!stop) {
        const auto seen = holder.take();
        EXPECT_EQ(seen->one, seen->two);
        EXPECT_GE(seen->one, last);
        last = seen->one;
      }
    });
  }
  for (int i = 1; i <= 5'000; ++i) holder.publish(std::make_shared<const Pair>(Pair{i, i}));
  stop = true;
  for (auto& taker : takers) taker.join();
  EXPECT_EQ(holder.take()->one, 5'000);
}

}  // namespace
}  // namespace otklik
