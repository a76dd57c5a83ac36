#include "net/loop/loop.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <thread>
#include <vector>

#include "net/census.hpp"

namespace otklik::net {
namespace {

struct Alarm {
  explicit Alarm(std::vector<int>& l, int n) : log(l), number(n) {}
  std::vector<int>& log;
  int number;
  Timer timer{[](void* self) {
                auto* alarm = static_cast<Alarm*>(self);
                alarm->log.push_back(alarm->number);
              },
              this};
};

TEST(TimerWheel, fires_at_the_moment_or_up_to_two_slots_later_never_before) {
  std::vector<int> fired;
  std::mt19937 random(1);
  for (const std::int64_t start : {std::int64_t{0}, std::int64_t{123'457}}) {
    TimerWheel wheel(start);
    for (const std::int64_t delay : {1, 15, 16, 17, 1000, 16'383, 16'384, 16'385, 75'000}) {
      fired.clear();
      TimerWheel fresh(start);
      Alarm alarm(fired, 1);
      fresh.set(alarm.timer, start + delay);
      std::int64_t now = start;
      while (fired.empty()) {
        const int wait = fresh.wait(now);
        ASSERT_GE(wait, 0);
        now += std::max(1, wait);
        fresh.advance(now);
        ASSERT_LE(now, start + delay + 32);
      }
      EXPECT_GE(now, start + delay);
      EXPECT_EQ(fresh.wait(now), -1);
    }
  }
}

TEST(TimerWheel, puts_off_and_brings_forward) {
  std::vector<int> fired;
  TimerWheel wheel(0);
  Alarm a(fired, 1);
  Alarm b(fired, 2);
  wheel.set(a.timer, 100);
  wheel.set(a.timer, 1000);
  wheel.set(b.timer, 1000);
  wheel.set(b.timer, 100);
  wheel.advance(500);
  EXPECT_EQ(fired, std::vector{2});
  wheel.advance(1100);
  EXPECT_EQ(fired, (std::vector{2, 1}));
}

TEST(TimerWheel, lets_a_callback_cancel_and_destroy_its_neighbours) {
  struct Killer {
    std::unique_ptr<Alarm>* victim;
    Timer timer{[](void* self) { static_cast<Killer*>(self)->victim->reset(); }, this};
  };
  std::vector<int> fired;
  TimerWheel wheel(0);
  auto before = std::make_unique<Alarm>(fired, 1);
  auto after = std::make_unique<Alarm>(fired, 2);
  Killer first{&before};
  Killer second{&after};
  wheel.set(before->timer, 50);
  wheel.set(first.timer, 50);
  wheel.set(second.timer, 50);
  wheel.set(after->timer, 50);
  wheel.advance(200);
  EXPECT_LE(fired.size(), 1);  // whoever came first; no freed timer was touched
  EXPECT_EQ(wheel.wait(200), -1);
}

TEST(TimerWheel, survives_a_long_standstill) {
  std::vector<int> fired;
  TimerWheel wheel(0);
  Alarm a(fired, 1);
  Alarm b(fired, 2);
  wheel.set(a.timer, 5'000);
  wheel.set(b.timer, 2'000'000);
  wheel.advance(1'000'000);
  EXPECT_EQ(fired, std::vector{1});
  wheel.advance(2'000'100);
  EXPECT_EQ(fired, (std::vector{1, 2}));
}

TEST(TimerWheel, agrees_with_a_plain_list_over_a_random_history) {
  std::mt19937 random(7);
  TimerWheel wheel(0);
  std::vector<int> fired;
  std::vector<std::unique_ptr<Alarm>> alarms;
  std::vector<std::int64_t> due(50, -1);
  for (int i = 0; i < 50; ++i) alarms.push_back(std::make_unique<Alarm>(fired, i));
  std::int64_t now = 0;
  for (int step = 0; step < 20'000; ++step) {
    const auto i = random() % 50;
    switch (random() % 4) {
      case 0:
        wheel.set(alarms[i]->timer, now + static_cast<std::int64_t>(random() % 40'000));
        due[i] = now;  // a lower bound, made exact below
        break;
      case 1:
        alarms[i]->timer.cancel();
        due[i] = -1;
        break;
      default:
        now += static_cast<std::int64_t>(random() % 300);
        fired.clear();
        wheel.advance(now);
        for (const int n : fired) {
          EXPECT_GE(due[static_cast<std::size_t>(n)], 0);
          due[static_cast<std::size_t>(n)] = -1;
        }
    }
  }
  wheel.advance(now + 100'000);
  for (const auto& alarm : alarms) EXPECT_FALSE(alarm->timer.is_set());
}

TEST(Loop, runs_posted_work_in_order_and_on_its_own_thread) {
  auto loop = *Loop::make();
  std::vector<int> ran;
  std::atomic<bool> here = true;
  std::thread thread([&] { loop->run(); });
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(loop->post([&, i] {
      ran.push_back(i);
      here = here && loop->is_here();
    }));
  }
  loop->post([&] { loop->stop(); });
  thread.join();
  ASSERT_EQ(ran.size(), 1000);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(ran[static_cast<std::size_t>(i)], i);
  EXPECT_TRUE(here);
  EXPECT_FALSE(loop->is_here());
}

TEST(Loop, takes_no_work_after_its_end) {
  auto loop = *Loop::make();
  auto mailbox = loop->mailbox();
  std::thread thread([&] { loop->run(); });
  loop->post([&] { loop->stop(); });
  thread.join();
  EXPECT_FALSE(loop->post([] {}));
  loop.reset();
  EXPECT_FALSE(mailbox->post([] {}));
}

TEST(Loop, runs_what_is_posted_from_its_own_thread) {
  auto loop = *Loop::make();
  bool ran = false;
  std::thread thread([&] { loop->run(); });
  loop->post([&] {
    loop->post([&] {
      ran = true;
      loop->stop();
    });
  });
  thread.join();
  EXPECT_TRUE(ran);
}

TEST(Census, counts_in_all_and_by_caller) {
  Census census(3, 2);
  const auto caller = *Address::parse("192.0.2.1");
  auto first = census.enter(caller, false);
  auto second = census.enter(caller, false);
  EXPECT_EQ(second.first, Census::Verdict::admitted);
  EXPECT_EQ(census.enter(caller, false).first, Census::Verdict::caller_has_too_many);
  auto exempt = census.enter(caller, true);
  EXPECT_EQ(exempt.first, Census::Verdict::admitted);
  EXPECT_EQ(census.enter(*Address::parse("192.0.2.2"), false).first, Census::Verdict::full);
  EXPECT_EQ(census.open(), 3);
  first.second.leave();
  EXPECT_EQ(census.open(), 2);
  EXPECT_EQ(census.enter(caller, false).first, Census::Verdict::admitted);
}

TEST(Census, counts_callers_of_ipv6_by_their_64) {
  Census census(10, 1);
  const auto first = census.enter(*Address::parse("2001:db8::1"), false);
  EXPECT_EQ(census.enter(*Address::parse("2001:db8::2"), false).first, Census::Verdict::caller_has_too_many);
  EXPECT_EQ(census.enter(*Address::parse("2001:db8:0:1::2"), false).first, Census::Verdict::admitted);
}

}  // namespace
}  // namespace otklik::net
