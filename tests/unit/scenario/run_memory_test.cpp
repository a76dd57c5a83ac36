// The allocator of one run.
#include "scenario/run_memory.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <thread>
#include <vector>

namespace otklik::scenario {
namespace {

struct Block {
  void* memory;
  std::size_t size;
  unsigned char fill;
};

class RunMemoryTest : public ::testing::Test {
 protected:
  void* take(std::size_t size) { return RunMemory::allocate(&memory, nullptr, 5, size); }
  void* resize(void* block, std::size_t old_size, std::size_t size) {
    return RunMemory::allocate(&memory, block, old_size, size);
  }
  void give(void* block, std::size_t size) { RunMemory::allocate(&memory, block, size, 0); }

  Budget budget;
  RunMemory memory{budget};
};

TEST_F(RunMemoryTest, keeps_every_block_intact_through_random_use) {
  std::mt19937 random(1);
  std::vector<Block> blocks;
  const auto intact = [](const Block& block) {
    for (std::size_t i = 0; i < block.size; ++i) {
      if (static_cast<unsigned char*>(block.memory)[i] != block.fill) return false;
    }
    return true;
  };
  const auto size = [&] { return 1 + random() % (random() % 10 == 0 ? 5000 : 600); };
  for (int i = 0; i < 50'000; ++i) {
    const auto choice = random() % 3;
    if (choice == 0 || blocks.empty()) {
      Block block{nullptr, size(), static_cast<unsigned char>(random())};
      block.memory = take(block.size);
      ASSERT_NE(block.memory, nullptr);
      ASSERT_EQ(reinterpret_cast<std::uintptr_t>(block.memory) % 16, 0U);
      std::memset(block.memory, block.fill, block.size);
      blocks.push_back(block);
      continue;
    }
    Block& block = blocks[random() % blocks.size()];
    ASSERT_TRUE(intact(block));
    if (choice == 1) {
      const std::size_t next = size();
      block.memory = resize(block.memory, block.size, next);
      ASSERT_NE(block.memory, nullptr);
      if (next < block.size) block.size = next;
      ASSERT_TRUE(intact(block));
      block.size = next;
      std::memset(block.memory, block.fill, block.size);
    } else {
      give(block.memory, block.size);
      block = blocks.back();
      blocks.pop_back();
    }
  }
  for (const auto& block : blocks) ASSERT_TRUE(intact(block));
  memory.release();
  EXPECT_EQ(budget.memory_used, 0U);
}

TEST_F(RunMemoryTest, refuses_what_the_budget_has_not) {
  budget.limits.memory = 100'000;
  EXPECT_EQ(take(100'001), nullptr);
  EXPECT_EQ(take(static_cast<std::size_t>(-1)), nullptr);
  void* big = take(60'000);
  ASSERT_NE(big, nullptr);
  EXPECT_EQ(resize(big, 60'000, 120'000), nullptr);
  std::size_t small = 0;
  while (take(48) != nullptr) ++small;
  EXPECT_GT(small, 500U);
  EXPECT_LE(budget.memory_used, 100'000U);
  EXPECT_NE(resize(big, 60'000, 100), nullptr);  // Lua counts on shrinking, also where memory is out
}

TEST_F(RunMemoryTest, cuts_larger_free_blocks_when_nothing_else_is_left) {
  budget.limits.memory = 50'000;
  std::vector<void*> blocks;
  while (void* block = take(400)) blocks.push_back(block);
  for (void* block : blocks) give(block, 400);
  std::size_t small = 0;
  while (take(32) != nullptr) ++small;
  EXPECT_GT(small, blocks.size() * 10);
}

TEST_F(RunMemoryTest, finds_what_it_remembered_in_the_same_place) {
  std::thread([this] {  // what is remembered belongs to a thread
    auto* text = static_cast<char*>(take(100));
    std::strcpy(text, "pristine");
    memory.remember(text);
    std::strcpy(text, "spoiled");
    static_cast<void>(take(3000));
    EXPECT_EQ(memory.recall(), nullptr);  // in use
    memory.release();
    RunMemory next{budget};
    EXPECT_EQ(next.recall(), text);
    EXPECT_STREQ(text, "pristine");
    RunMemory other{budget};
    EXPECT_EQ(other.recall(), nullptr);
    // a block of `next` that is taken now does not overlap what it found
    void* block = RunMemory::allocate(&next, nullptr, 0, 100);
    std::memset(block, 'x', 100);
    EXPECT_STREQ(text, "pristine");
    next.release();
    budget.limits.memory = 1000;
    EXPECT_EQ(other.recall(), nullptr);  // no budget for it
    budget.limits.memory = 1'000'000;
    EXPECT_EQ(other.recall(), text);
  })
      .join();
}

}  // namespace
}  // namespace otklik::scenario
