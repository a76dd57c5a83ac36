#include "base/live.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace otklik {
namespace {

struct Choices {
  int first = 1;
  int second = 1;
  std::string text = "a text that is too long to lie in the object itself";

  bool operator==(const Choices&) const = default;
};

TEST(Live, is_read_as_it_was_published_last) {
  Live<Choices> live({.first = 1});
  EXPECT_EQ(live->first, 1);
  live.publish({.first = 2});
  EXPECT_EQ(live->first, 2);
  EXPECT_EQ((*live).second, 1);
}

TEST(Live, keeps_what_somebody_still_refers_to) {
  Live<Choices> live({.first = 1});
  const Choices& taken = *live;
  live.publish({.first = 2});
  live.publish({.first = 3});
  EXPECT_EQ(taken.first, 1);
  EXPECT_EQ(taken.text, Choices().text);
}

TEST(Live, finds_a_value_that_was_in_force_before) {
  Live<Choices> live({.first = 1});
  const Choices* first = &*live;
  live.publish({.first = 2});
  live.publish({.first = 1});
  EXPECT_EQ(&*live, first);
}

TEST(Live, shows_whole_values_to_any_thread) {
  Live<Choices> live({});
  std::vector<std::thread> readers;
  for (int reader = 0; reader < 3; ++reader) {
    readers.emplace_back([&live] {
      for (int seen = 0; seen < 100;) {
        const Choices& taken = *live;
        ASSERT_EQ(taken.first, taken.second);
        seen = taken.first;
      }
    });
  }
  for (int i = 2; i <= 100; ++i) live.publish({.first = i, .second = i});
  for (auto& reader : readers) reader.join();
}

}  // namespace
}  // namespace otklik
