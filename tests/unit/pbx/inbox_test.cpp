#include "pbx/inbox.hpp"

#include <gtest/gtest.h>

#include <latch>

namespace otklik::pbx {
namespace {

TEST(Inbox, takes_what_is_put_in_its_order_and_all_of_it_before_it_stops) {
  std::vector<int> taken;
  Inbox inbox([](Inbox::Item&& item) { std::get<Errand>(item)(); }, [] {});
  for (int i = 0; i < 1000; ++i) inbox.put(Errand([&taken, i] { taken.push_back(i); }));
  inbox.stop();
  ASSERT_EQ(taken.size(), 1000U);
  EXPECT_TRUE(std::ranges::is_sorted(taken));
}

TEST(Inbox, takes_what_is_put_from_within) {
  Inbox* self = nullptr;
  std::latch done(1);
  Inbox inbox([](Inbox::Item&& item) { std::get<Errand>(item)(); }, [] {});
  self = &inbox;
  inbox.put(Errand([&] { self->put(Errand([&] { done.count_down(); })); }));
  done.wait();
}

TEST(Inbox, says_that_it_is_full_and_takes_all_the_same) {
  std::latch begun(1);
  std::latch go_on(1);
  int taken = 0;
  Inbox inbox([](Inbox::Item&& item) { std::get<Errand>(item)(); }, [] {}, 3);
  inbox.put(Errand([&] {
    begun.count_down();
    go_on.wait();
  }));
  begun.wait();
  EXPECT_FALSE(inbox.is_full());
  for (int i = 0; i < 3; ++i) inbox.put(Errand([&] { ++taken; }));
  EXPECT_TRUE(inbox.is_full());
  go_on.count_down();
  inbox.stop();
  EXPECT_EQ(taken, 3);
}

TEST(Inbox, passes_over_what_comes_after_its_end) {
  Inbox inbox([](Inbox::Item&& item) { std::get<Errand>(item)(); }, [] {});
  inbox.stop();
  inbox.put(Errand([] { FAIL(); }));
}

}  // namespace
}  // namespace otklik::pbx
