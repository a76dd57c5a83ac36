// Logins from many threads at once, on the keeper as the server has it: nobody over the limit, and exact counts.
#include <barrier>
#include <thread>

#include "unit/licence/keeper_fixture.hpp"

namespace otklik::licence {
namespace {

constexpr int threads = 8;
constexpr std::uint32_t limit = 5;

class ManyAtOnce : public KeeperTest {
 protected:
  ManyAtOnce() { put(with_users(limit)); }

  template <class Work>
  void at_once(Work work) {
    keeper();
    std::barrier start(threads);
    std::vector<std::thread> all;
    for (int thread = 0; thread < threads; ++thread) {
      all.emplace_back([&, thread] {
        start.arrive_and_wait();
        work(thread);
      });
    }
    for (auto& each : all) each.join();
  }
};

TEST_F(ManyAtOnce, get_exactly_as_many_seats_as_there_are) {
  std::mutex mutex;
  std::vector<core::HeldSeat> seats;
  std::atomic<std::uint32_t> refused = 0;
  constexpr std::uint32_t each = 50;
  at_once([&](int) {
    for (std::uint32_t i = 0; i < each; ++i) {
      auto seat = keeper().take(core::Licensed::users, Uuid::random());
      if (!seat) {
        EXPECT_EQ(seat.error().allowed, limit);
        EXPECT_EQ(seat.error().used, limit);
        ++refused;
        continue;
      }
      const std::lock_guard lock(mutex);
      seats.push_back(std::move(*seat));
    }
  });
  EXPECT_EQ(seats.size(), limit);
  EXPECT_EQ(refused, threads * each - limit);
  EXPECT_EQ(users().used, limit);
  EXPECT_EQ(users().refusals, refused);
  seats.clear();
  EXPECT_EQ(users().used, 0U);
}

TEST_F(ManyAtOnce, are_never_more_than_the_limit_while_seats_come_and_go) {
  std::atomic<int> inside = 0;
  std::atomic<int> most = 0;
  std::atomic<int> entered = 0;
  at_once([&](int) {
    for (int i = 0; i < 2000; ++i) {
      const auto seat = keeper().take(core::Licensed::users, Uuid::random());
      if (!seat) continue;
      ++entered;
      const int now = ++inside;
      for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
      }
      --inside;  // before the seat goes
    }
  });
  EXPECT_GT(entered, 0);
  EXPECT_LE(most, static_cast<int>(limit));
  EXPECT_EQ(users().used, 0U);
}

TEST_F(ManyAtOnce, of_one_user_have_one_seat) {
  const auto user = Uuid::random();
  at_once([&](int) {
    for (int i = 0; i < 500; ++i) {
      const auto seat = keeper().take(core::Licensed::users, user);
      ASSERT_TRUE(seat);
      ASSERT_TRUE(keeper().note_request(user));
      ASSERT_EQ(users().used, 1U);
    }
  });
  EXPECT_EQ(users().used, 1U);
  steady_ += options_.seat_time.count();
  EXPECT_EQ(users().used, 0U);
}

TEST_F(ManyAtOnce, go_on_while_the_certificate_changes_under_them) {
  at_once([&](int thread) {
    for (int i = 0; i < 60; ++i) {
      if (thread == 0) {
        static_cast<void>(keeper().install(issuer_.text(with_users(i % 2 == 0 ? core::Limit{1} : core::Limit{}))));
      } else {
        const auto seat = keeper().take(core::Licensed::users, Uuid::random());
        static_cast<void>(keeper().standing()->terms.limits);
        static_cast<void>(keeper().usage());
      }
    }
  });
  EXPECT_EQ(users().used, 0U);
  EXPECT_EQ(users().allowed, std::nullopt);
}

}  // namespace
}  // namespace otklik::licence
