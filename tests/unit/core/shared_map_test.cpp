#include "core/shared_map.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

namespace otklik::core {
namespace {

using Writer = SharedMapWriter<std::string, int>;

std::map<std::string, int> content(const Writer::Map& map) {
  std::map<std::string, int> out;
  map.for_each([&](const std::string& key, int value) { out.emplace(key, value); });
  return out;
}

TEST(SharedMap, finds_what_was_put_in) {
  Writer writer;
  writer.put("a", 1);
  writer.put("b", 2);
  EXPECT_EQ(*writer.now().find("a"), 1);
  EXPECT_EQ(*writer.now().find("b"), 2);
  EXPECT_EQ(writer.now().find("c"), nullptr);
  EXPECT_EQ(writer.now().size(), 2U);
}

TEST(SharedMap, puts_in_place_of_an_older_one) {
  Writer writer;
  writer.put("a", 1);
  const auto before = writer.snapshot();
  writer.put("a", 2);
  EXPECT_EQ(writer.now().size(), 1U);
  EXPECT_EQ(*writer.now().find("a"), 2);
  EXPECT_EQ(*before.find("a"), 1);
}

TEST(SharedMap, forgets_what_is_erased_and_says_whether_it_was_there) {
  Writer writer;
  writer.put("a", 1);
  EXPECT_TRUE(writer.erase("a"));
  EXPECT_FALSE(writer.erase("a"));
  EXPECT_TRUE(writer.now().empty());
}

TEST(SharedMap, leaves_a_snapshot_alone_whatever_happens_later) {
  Writer writer;
  writer.put("kept", 1);
  writer.put("changed", 1);
  writer.put("erased", 1);
  const auto snapshot = writer.snapshot();
  *writer.change("changed") = 2;
  writer.erase("erased");
  writer.put("new", 3);
  EXPECT_EQ(content(snapshot), (std::map<std::string, int>{{"kept", 1}, {"changed", 1}, {"erased", 1}}));
  EXPECT_EQ(content(writer.now()), (std::map<std::string, int>{{"kept", 1}, {"changed", 2}, {"new", 3}}));
  writer.clear();
  EXPECT_EQ(snapshot.size(), 3U);
}

TEST(SharedMap, changes_nothing_where_nothing_is) {
  Writer writer;
  EXPECT_EQ(writer.change("a"), nullptr);
}

struct SameHash {
  std::size_t operator()(const std::string&) const noexcept { return 7; }
};

TEST(SharedMap, tells_keys_with_one_hash_apart) {
  SharedMapWriter<std::string, int, SameHash> writer;
  for (int i = 0; i < 50; ++i) writer.put(std::to_string(i), i);
  const auto snapshot = writer.snapshot();
  for (int i = 0; i < 50; i += 2) writer.erase(std::to_string(i));
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(*snapshot.find(std::to_string(i)), i);
    EXPECT_EQ(writer.now().find(std::to_string(i)) != nullptr, i % 2 == 1);
  }
}

TEST(SharedMap, agrees_with_a_plain_map_through_many_random_changes_and_snapshots) {
  std::mt19937 random(20261122);  // NOLINT: always the same story
  Writer writer;
  std::map<std::string, int> model;
  std::vector<std::pair<Writer::Map, std::map<std::string, int>>> snapshots;
  for (int i = 0; i < 20'000; ++i) {
    const auto key = std::to_string(random() % 700);
    const int value = static_cast<int>(random() % 1000);
    switch (random() % 4) {
      case 0:
      case 1:
        writer.put(key, value), model[key] = value;
        break;
      case 2:
        ASSERT_EQ(writer.erase(key), model.erase(key) == 1);
        break;
      default:
        if (auto* found = writer.change(key)) {
          *found = value;
          ASSERT_TRUE(model.contains(key));
          model[key] = value;
        }
    }
    ASSERT_EQ(writer.now().size(), model.size());
    if (i % 200 == 0) snapshots.emplace_back(writer.snapshot(), model);
  }
  EXPECT_EQ(content(writer.now()), model);
  for (const auto& [snapshot, then] : snapshots) ASSERT_EQ(content(snapshot), then);
}

}  // namespace
}  // namespace otklik::core
