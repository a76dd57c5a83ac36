#include "base/random.hpp"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>
#include <thread>

namespace otklik {
namespace {

TEST(Random, makes_text_of_as_many_bits_as_asked_for) {
  EXPECT_EQ(random_text(128).size(), 22U);
  EXPECT_EQ(random_text(6).size(), 1U);
  EXPECT_EQ(random_text(7).size(), 2U);
  for (const char c : random_text(6'000)) {
    EXPECT_TRUE((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_');
  }
}

TEST(Random, never_says_the_same_twice_in_any_thread) {
  std::set<std::string> mine;
  std::set<std::string> theirs;
  std::thread other([&] {
    for (int i = 0; i < 2'000; ++i) theirs.insert(random_text());
  });
  for (int i = 0; i < 2'000; ++i) mine.insert(random_text());
  other.join();
  mine.merge(theirs);
  EXPECT_EQ(mine.size(), 4'000U);
}

TEST(Random, fills_more_than_its_pool_holds) {
  std::array<std::uint8_t, 5'000> bytes{};
  random_bytes(bytes);
  std::array<int, 256> counts{};
  for (const auto byte : bytes) ++counts[byte];
  for (const int count : counts) EXPECT_LT(count, 100);  // about 20 each
}

}  // namespace
}  // namespace otklik
