#include "access/guess_guard.hpp"

#include <gtest/gtest.h>

namespace otklik::access {
namespace {

using namespace std::chrono_literals;

Address address(const std::string& text) { return *Address::parse(text); }

class Guard : public ::testing::Test {
 protected:
  static GuessLimits limits() {
    GuessLimits l;
    l.pair_free = 2;
    l.pair_burst = 5;
    l.pair_forget = 30s;
    l.address_free = 8;
    l.address_burst = 12;
    l.address_forget = 10s;
    l.login_free = 20;
    l.login_forget = 10s;
    l.slow_step = 100ms;
    l.slow_most = 1s;
    return l;
  }
  GuessGuard guard_{limits()};
  std::chrono::nanoseconds now_ = 1000s;
};

TEST_F(Guard, slows_and_then_refuses_one_who_tries_one_login) {
  const auto who = guard_.caller("admin", address("192.0.2.1"));
  std::vector<std::chrono::nanoseconds> delays;
  for (int i = 0; i < 5; ++i) {
    const auto decision = guard_.admit(who, now_);
    ASSERT_FALSE(decision.refused) << i;
    delays.push_back(decision.delay);
  }
  EXPECT_EQ(delays, (std::vector<std::chrono::nanoseconds>{0ms, 0ms, 100ms, 200ms, 400ms}));
  for (int i = 0; i < 100; ++i) {
    const auto decision = guard_.admit(who, now_);
    EXPECT_TRUE(decision.refused);
    EXPECT_EQ(decision.retry_after, 30s) << "the refused made it longer";
  }
  now_ += 29s;
  EXPECT_EQ(guard_.admit(who, now_).retry_after, 1s);
  now_ += 1s;
  EXPECT_FALSE(guard_.admit(who, now_).refused);
  EXPECT_TRUE(guard_.admit(who, now_).refused);
}

TEST_F(Guard, does_not_lock_a_user_out_for_what_others_do) {
  for (int i = 0; i < 250; ++i) {
    (void)guard_.admit(guard_.caller("admin", address("198.51.100." + std::to_string(i))), now_);
  }
  const auto owner = guard_.admit(guard_.caller("admin", address("192.0.2.1")), now_);
  EXPECT_FALSE(owner.refused);
  EXPECT_EQ(owner.delay, 1s) << "a stranger to us is slowed like the others";
}

TEST_F(Guard, neither_slows_nor_refuses_where_the_login_succeeded_before) {
  const auto owner = guard_.caller("admin", address("192.0.2.1"));
  (void)guard_.admit(owner, now_);
  guard_.succeeded(owner, now_);
  for (int i = 0; i < 250; ++i) {
    (void)guard_.admit(guard_.caller("admin", address("198.51.100." + std::to_string(i))), now_);
    (void)guard_.admit(guard_.caller("user" + std::to_string(i), address("192.0.2.1")), now_);
  }
  EXPECT_TRUE(guard_.admit(guard_.caller("other", address("192.0.2.1")), now_).refused);
  const auto decision = guard_.admit(owner, now_);
  EXPECT_TRUE(decision.known);
  EXPECT_FALSE(decision.refused);
  EXPECT_EQ(decision.delay, 0ns);
}

TEST_F(Guard, refuses_an_address_that_tries_many_logins) {
  for (int i = 0; i < 12; ++i) {
    EXPECT_FALSE(guard_.admit(guard_.caller("user" + std::to_string(i), address("192.0.2.1")), now_).refused) << i;
  }
  EXPECT_TRUE(guard_.admit(guard_.caller("user99", address("192.0.2.1")), now_).refused);
  EXPECT_FALSE(guard_.admit(guard_.caller("user99", address("192.0.2.2")), now_).refused);
}

TEST_F(Guard, takes_a_whole_ipv6_subnet_for_one_caller) {
  for (int i = 0; i < 5; ++i) {
    EXPECT_FALSE(guard_.admit(guard_.caller("admin", address("2001:db8:1:2::" + std::to_string(i))), now_).refused);
  }
  EXPECT_TRUE(guard_.admit(guard_.caller("admin", address("2001:db8:1:2:ffff::1")), now_).refused);
  EXPECT_FALSE(guard_.admit(guard_.caller("admin", address("2001:db8:1:3::1")), now_).refused);
}

TEST_F(Guard, counts_the_loopback_too) {
  for (int i = 0; i < 5; ++i) (void)guard_.admit(guard_.caller("admin", address("127.0.0.1")), now_);
  EXPECT_TRUE(guard_.admit(guard_.caller("admin", address("127.0.0.1")), now_).refused);
}

TEST_F(Guard, starts_over_after_a_success_and_gives_back_what_was_not_checked) {
  const auto who = guard_.caller("admin", address("192.0.2.1"));
  for (int i = 0; i < 4; ++i) (void)guard_.admit(who, now_);
  EXPECT_FALSE(guard_.admit(who, now_).refused);
  guard_.give_back(who, now_);
  EXPECT_FALSE(guard_.admit(who, now_).refused);
  guard_.succeeded(who, now_);
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(guard_.admit(who, now_).refused) << i;
  EXPECT_TRUE(guard_.admit(who, now_).refused);
}

TEST_F(Guard, lets_nobody_wash_away_guesses_by_his_own_login) {
  int tried = 0;
  for (int i = 0; i < 100; ++i) {
    const auto own = guard_.caller("mine", address("192.0.2.1"));
    if (!guard_.admit(own, now_).refused) guard_.succeeded(own, now_);
    if (!guard_.admit(guard_.caller("victim" + std::to_string(i), address("192.0.2.1")), now_).refused) ++tried;
  }
  EXPECT_EQ(tried, 12);
}

TEST_F(Guard, counts_repeats_apart_from_guesses) {
  const SipDigest sent{1, 2};
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(guard_.admit_repeat(sent, address("192.0.2.1"), now_).refused);
  EXPECT_TRUE(guard_.admit_repeat(sent, address("192.0.2.1"), now_).refused);
  EXPECT_FALSE(guard_.admit_repeat({3, 4}, address("192.0.2.1"), now_).refused);
  EXPECT_FALSE(guard_.admit(guard_.caller("admin", address("192.0.2.1")), now_).refused);
}

TEST_F(Guard, forgets_trust_in_the_end) {
  const auto owner = guard_.caller("admin", address("192.0.2.1"));
  guard_.succeeded(owner, now_);
  EXPECT_TRUE(guard_.admit(owner, now_ + std::chrono::hours(24 * 29)).known);
  EXPECT_FALSE(guard_.admit(owner, now_ + std::chrono::hours(24 * 31)).known);
}

TEST(LeakyBuckets, keep_those_with_a_history_under_a_flood_of_new_ones) {
  LeakyBuckets buckets(1024, 1h);
  for (int i = 0; i < 9; ++i) buckets.add(0xABCDEF01, 1, 0s);
  for (std::uint64_t i = 1; i < 1'000'000; ++i) buckets.add(i * 0x9E3779B97F4A7C15ULL | 1, 1, 0s);
  EXPECT_NEAR(buckets.level(0xABCDEF01, 0s), 9, 0.01);
}

TEST_F(Guard, counts_on_by_other_limits_when_they_change) {
  const auto who = guard_.caller("admin", address("192.0.2.1"));
  for (int i = 0; i < 4; ++i) ASSERT_FALSE(guard_.admit(who, now_).refused);
  auto stricter = limits();
  stricter.pair_burst = 4;
  guard_.use(stricter);
  EXPECT_TRUE(guard_.admit(who, now_).refused) << "what was counted counts on";
  stricter.pair_forget = 1ms;
  stricter.address_forget = 1ms;
  guard_.use(stricter);
  now_ += 1s;
  const auto again = guard_.admit(who, now_);
  EXPECT_FALSE(again.refused);
  EXPECT_EQ(again.delay, 0ms);
}

}  // namespace
}  // namespace otklik::access
