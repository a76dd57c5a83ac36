#include "base/strand.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <thread>
#include <vector>

namespace otklik {
namespace {

TEST(Strand, runs_what_was_posted_in_order) {
  std::vector<int> seen;  // only the strand's thread touches it; the join makes it ours
  {
    Strand strand("test");
    for (int i = 0; i < 10'000; ++i) {
      ASSERT_TRUE(strand.post([&seen, i] { seen.push_back(i); }));
    }
  }
  ASSERT_EQ(seen.size(), 10'000U);
  for (int i = 0; i < 10'000; ++i) EXPECT_EQ(seen[static_cast<std::size_t>(i)], i);
}

TEST(Strand, runs_one_thing_at_a_time_whoever_posts) {
  int inside = 0;
  int most = 0;
  long sum = 0;
  Strand strand("test");
  std::vector<std::thread> posters;
  for (int t = 0; t < 4; ++t) {
    posters.emplace_back([&] {
      for (int i = 0; i < 2'000; ++i) {
        EXPECT_TRUE(strand.post([&] {
          most = std::max(most, ++inside);
          sum += 1;
          --inside;
        }));
      }
    });
  }
  for (auto& poster : posters) poster.join();
  strand.stop();
  EXPECT_EQ(most, 1);
  EXPECT_EQ(sum, 8'000);
}

TEST(Strand, keeps_each_posters_own_order) {
  std::vector<std::pair<int, int>> seen;
  Strand strand("test", 64);
  std::vector<std::thread> posters;
  for (int t = 0; t < 3; ++t) {
    posters.emplace_back([&, t] {
      for (int i = 0; i < 1'000; ++i) EXPECT_TRUE(strand.post([&seen, t, i] { seen.emplace_back(t, i); }));
    });
  }
  for (auto& poster : posters) poster.join();
  strand.stop();
  std::vector<int> next(3);
  for (const auto& [poster, number] : seen) EXPECT_EQ(number, next[static_cast<std::size_t>(poster)]++);
  EXPECT_EQ(next, std::vector<int>(3, 1'000));
}

TEST(Strand, refuses_work_when_its_queue_is_full_and_keeps_none_of_it) {
  Strand strand("test", 2);
  std::promise<void> entered;
  std::promise<void> go_on;
  ASSERT_TRUE(strand.try_post([&] {
    entered.set_value();
    go_on.get_future().wait();
  }));
  entered.get_future().wait();
  EXPECT_TRUE(strand.try_post([] {}));
  EXPECT_TRUE(strand.try_post([] {}));
  EXPECT_EQ(strand.queued(), 2U);
  const auto owned = std::make_shared<int>(1);
  bool ran = false;
  EXPECT_FALSE(strand.try_post([&ran, owned] { ran = true; }));
  EXPECT_EQ(owned.use_count(), 1);
  go_on.set_value();
  strand.stop();
  EXPECT_FALSE(ran);
}

TEST(Strand, lets_a_poster_wait_for_room) {
  Strand strand("test", 1);
  std::promise<void> entered;
  std::promise<void> go_on;
  ASSERT_TRUE(strand.post([&] {
    entered.set_value();
    go_on.get_future().wait();
  }));
  entered.get_future().wait();
  ASSERT_TRUE(strand.post([] {}));  // the queue is full now
  std::atomic<int> ran = 0;
  std::thread poster([&] {
    EXPECT_TRUE(strand.post([&] { ++ran; }));
    EXPECT_TRUE(strand.post([&] { ++ran; }));
  });
  go_on.set_value();
  poster.join();
  strand.stop();
  EXPECT_EQ(ran, 2);
}

TEST(Strand, runs_what_is_queued_before_it_stops_and_refuses_what_comes_after) {
  std::atomic<int> ran = 0;
  Strand strand("test");
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(strand.post([&] { ++ran; }));
  strand.stop();
  EXPECT_EQ(ran, 100);
  EXPECT_FALSE(strand.post([&] { ++ran; }));
  EXPECT_FALSE(strand.try_post([&] { ++ran; }));
  strand.stop();  // once more does no harm
  EXPECT_EQ(ran, 100);
}

TEST(Strand, frees_a_poster_that_waits_for_room_when_it_stops) {
  Strand strand("test", 1);
  std::promise<void> entered;
  std::promise<void> go_on;
  ASSERT_TRUE(strand.post([&] {
    entered.set_value();
    go_on.get_future().wait();
  }));
  entered.get_future().wait();
  ASSERT_TRUE(strand.post([] {}));
  std::thread poster([&] { static_cast<void>(strand.post([] {})); });  // taken or refused, but never stuck
  std::thread stopper([&] { strand.stop(); });
  go_on.set_value();
  poster.join();
  stopper.join();
}

TEST(Strand, lets_its_own_work_post_more) {
  std::promise<int> done;
  Strand strand("test");
  ASSERT_TRUE(strand.post([&] {
    EXPECT_TRUE(strand.runs_here());
    EXPECT_TRUE(strand.try_post([&] { done.set_value(7); }));
  }));
  EXPECT_FALSE(strand.runs_here());
  EXPECT_EQ(done.get_future().get(), 7);
}

TEST(Strand, destroys_a_piece_of_work_before_it_runs_the_next) {
  const auto owned = std::make_shared<int>(1);
  std::promise<long> count;
  Strand strand("test");
  std::promise<void> go;
  ASSERT_TRUE(strand.post([&] { go.get_future().wait(); }));  // so that both lie in one batch
  ASSERT_TRUE(strand.post([owned] {}));
  ASSERT_TRUE(strand.post([&] { count.set_value(owned.use_count()); }));
  go.set_value();
  EXPECT_EQ(count.get_future().get(), 1);
}

}  // namespace
}  // namespace otklik
