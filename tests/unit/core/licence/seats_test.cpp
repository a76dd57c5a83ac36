#include "core/licence/seats.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

namespace otklik::core {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;

Uuid holder(std::uint8_t number) {
  Uuid id;
  id.bytes[15] = number;
  return id;
}

class SeatsTest : public testing::Test {
 protected:
  void TearDown() override { holds_together(); }
  void holds_together() const {
    std::vector<std::string> violations;
    seats_.check(violations);
    EXPECT_THAT(violations, IsEmpty());
  }

  bool hold(std::uint8_t who) { return seats_.hold(holder(who), now_, now_ + 60s).has_value(); }
  bool release(std::uint8_t who) { return seats_.release(holder(who), now_); }
  bool request(std::uint8_t who) { return seats_.keep_warm(holder(who), now_ + 60s, now_, now_ + 60s).has_value(); }
  std::uint32_t used() { return seats_.usage(now_).used; }
  std::uint32_t turned_away() { return seats_.usage(now_).turned_away; }

  Seats seats_{Licensed::users};
  Seats::Moment now_{1'000'000};
};

TEST_F(SeatsTest, are_without_limit_until_one_is_set) {
  for (int who = 0; who < 200; ++who) EXPECT_TRUE(hold(static_cast<std::uint8_t>(who)));
  EXPECT_EQ(seats_.usage(now_), (SeatUsage{.allowed = {}, .used = 200, .turned_away = 0, .refusals = 0}));
  EXPECT_EQ(seats_.usage(now_).left(), std::nullopt);
}

TEST_F(SeatsTest, are_given_up_to_the_limit_and_again_after_a_release) {
  seats_.set_limit(2, now_);
  EXPECT_TRUE(hold(1));
  EXPECT_TRUE(hold(2));
  const auto third = seats_.hold(holder(3), now_, now_ + 60s);
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error(), (SeatRefusal{Licensed::users, 2, 2}));
  EXPECT_EQ(seats_.usage(now_), (SeatUsage{.allowed = 2, .used = 2, .turned_away = 1, .refusals = 1}));
  EXPECT_EQ(seats_.usage(now_).left(), 0);
  EXPECT_TRUE(release(1));
  EXPECT_EQ(seats_.usage(now_).left(), 1);
  EXPECT_TRUE(hold(3));
  EXPECT_EQ(turned_away(), 0U) << "who has a seat is not turned away any more";
}

TEST_F(SeatsTest, are_one_for_a_holder_however_often_he_takes_it) {
  seats_.set_limit(1, now_);
  EXPECT_TRUE(hold(1));
  EXPECT_TRUE(hold(1));
  EXPECT_TRUE(request(1));
  EXPECT_EQ(used(), 1U);
  EXPECT_TRUE(release(1));
  EXPECT_FALSE(hold(2));
  EXPECT_TRUE(release(1));
  EXPECT_FALSE(hold(2)) << "his request keeps it warm";
  now_ += 60s;
  EXPECT_TRUE(hold(2));
}

TEST_F(SeatsTest, stay_warm_for_a_time_after_each_request) {
  seats_.set_limit(1, now_);
  EXPECT_TRUE(request(1));
  now_ += 59s;
  EXPECT_TRUE(request(1));
  now_ += 59s;
  EXPECT_FALSE(request(2));
  EXPECT_EQ(used(), 1U);
  now_ += 1s;
  EXPECT_TRUE(request(2));
  EXPECT_EQ(used(), 1U);
}

TEST_F(SeatsTest, are_only_asked_for_when_they_are_not_kept_warm) {
  seats_.set_limit(1, now_);
  EXPECT_TRUE(seats_.keep_warm(holder(1), now_, now_, now_));
  EXPECT_EQ(used(), 0U);
  EXPECT_TRUE(hold(2));
  EXPECT_FALSE(seats_.keep_warm(holder(1), now_, now_, now_));
  EXPECT_EQ(turned_away(), 0U);
}

TEST_F(SeatsTest, are_nobodys_loss_when_the_limit_sinks) {
  for (std::uint8_t who = 1; who <= 5; ++who) EXPECT_TRUE(hold(who));
  seats_.set_limit(2, now_);
  EXPECT_EQ(used(), 5U);
  EXPECT_EQ(seats_.usage(now_).left(), 0);
  EXPECT_TRUE(hold(1)) << "who has a seat goes on";
  EXPECT_TRUE(release(1));
  for (std::uint8_t who = 1; who <= 3; ++who) {
    EXPECT_FALSE(hold(6));
    holds_together();
    EXPECT_TRUE(release(who));
  }
  EXPECT_EQ(used(), 2U);
  EXPECT_FALSE(hold(6));
  EXPECT_TRUE(release(4));
  EXPECT_TRUE(hold(6));
}

TEST_F(SeatsTest, may_be_none_at_all) {
  seats_.set_limit(0, now_);
  EXPECT_FALSE(hold(1));
  EXPECT_FALSE(request(1));
  seats_.set_limit(std::nullopt, now_);
  EXPECT_TRUE(hold(1));
}

TEST_F(SeatsTest, cannot_be_given_back_by_who_holds_none) {
  EXPECT_FALSE(release(1));
  EXPECT_TRUE(request(1));
  EXPECT_FALSE(release(1)) << "a warm seat is not held";
  EXPECT_TRUE(hold(1));
  EXPECT_TRUE(release(1));
  EXPECT_FALSE(release(1));
  EXPECT_EQ(used(), 1U);
}

TEST_F(SeatsTest, forget_after_a_while_whom_they_turned_away) {
  seats_.set_limit(0, now_);
  EXPECT_FALSE(request(1));
  EXPECT_FALSE(request(1));
  EXPECT_FALSE(request(2));
  EXPECT_EQ(seats_.usage(now_), (SeatUsage{.allowed = 0, .used = 0, .turned_away = 2, .refusals = 3}));
  now_ += 60s;
  EXPECT_EQ(seats_.usage(now_), (SeatUsage{.allowed = 0, .used = 0, .turned_away = 0, .refusals = 3}));
}

TEST_F(SeatsTest, have_turned_nobody_away_once_there_is_no_limit) {
  seats_.set_limit(0, now_);
  EXPECT_FALSE(request(1));
  EXPECT_EQ(turned_away(), 1U);
  seats_.set_limit(std::nullopt, now_);
  EXPECT_EQ(seats_.usage(now_), (SeatUsage{.allowed = {}, .used = 0, .turned_away = 0, .refusals = 1}));
}

/// The same rules said naively, to compare with.
class Naive {
 public:
  struct Seat {
    int holds = 0;
    Seats::Moment until{0};
  };
  bool may(std::uint8_t who, Seats::Moment now) {
    std::erase_if(taken, [&](const auto& e) { return e.second.holds == 0 && e.second.until <= now; });
    return taken.contains(who) || !limit || taken.size() < *limit;
  }
  std::map<std::uint8_t, Seat> taken;
  Limit limit;
};

TEST_F(SeatsTest, keep_their_invariants_in_random_lives) {
  for (unsigned seed = 1; seed <= 50; ++seed) {
    std::mt19937 chance(seed);
    seats_ = Seats(Licensed::users);
    Naive naive;
    for (int step = 0; step < 2000; ++step) {
      const auto who = static_cast<std::uint8_t>(chance() % 12);
      now_ += std::chrono::milliseconds(chance() % 3 == 0 ? chance() % 20'000 : 0);
      switch (chance() % 8) {
        case 0:
          naive.limit = chance() % 4 == 0 ? Limit{} : Limit{chance() % 10};
          naive.may(who, now_);
          seats_.set_limit(naive.limit, now_);
          break;
        case 1:
        case 2: {
          const bool may = naive.may(who, now_);
          if (may) ++naive.taken[who].holds;
          ASSERT_EQ(hold(who), may) << "seed " << seed << " step " << step;
          break;
        }
        case 3:
        case 4:
        case 5: {
          const auto found = naive.taken.find(who);
          const bool may = found != naive.taken.end() && found->second.holds > 0;
          if (may) --found->second.holds;
          ASSERT_EQ(release(who), may) << "seed " << seed << " step " << step;
          break;
        }
        default: {
          const bool may = naive.may(who, now_);
          if (may) naive.taken[who].until = now_ + 60s;
          ASSERT_EQ(request(who), may) << "seed " << seed << " step " << step;
        }
      }
      std::vector<std::string> violations;
      seats_.check(violations);
      ASSERT_THAT(violations, IsEmpty()) << "seed " << seed << " step " << step;
      naive.may(who, now_);
      ASSERT_EQ(used(), naive.taken.size()) << "seed " << seed << " step " << step;
    }
  }
}

}  // namespace
}  // namespace otklik::core
