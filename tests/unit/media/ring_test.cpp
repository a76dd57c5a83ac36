#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "media/engine/bounded_ring.hpp"
#include "media/record/tap.hpp"

namespace otklik::media {
namespace {

TEST(BoundedRing, keeps_the_order_and_refuses_when_it_is_full) {
  BoundedRing<std::unique_ptr<int>> ring(4);
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(ring.try_push(std::make_unique<int>(i)));
  auto fifth = std::make_unique<int>(4);
  EXPECT_FALSE(ring.try_push(std::move(fifth)));
  ASSERT_TRUE(fifth);  // untouched
  std::unique_ptr<int> out;
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(ring.try_pop(out));
    EXPECT_EQ(*out, i);
  }
  EXPECT_FALSE(ring.try_pop(out));
}

TEST(BoundedRing, many_threads_lose_and_double_nothing) {
  BoundedRing<std::uint64_t> ring(64);
  constexpr std::uint64_t each = 20'000;
  std::atomic<std::uint64_t> sum{0};
  std::atomic<std::uint64_t> taken{0};
  std::vector<std::thread> threads;
  for (std::uint64_t t = 0; t < 3; ++t) {
    threads.emplace_back([&ring] {
      for (std::uint64_t i = 1; i <= each; ++i) {
        std::uint64_t value = i;
        while (!ring.try_push(std::move(value))) std::this_thread::yield();
      }
    });
  }
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&] {
      std::uint64_t value = 0;
      while (taken.load() < 3 * each) {
        if (!ring.try_pop(value)) {
          std::this_thread::yield();
          continue;
        }
        sum += value;
        ++taken;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(sum.load(), 3 * each * (each + 1) / 2);
}

TEST(Tap, packets_come_out_whole_across_the_end_of_the_ring) {
  Tap tap(1000);
  std::uint8_t payload[most_payload_size];
  std::uint8_t out[most_payload_size];
  TappedPacket taken;
  for (unsigned i = 0; i < 500; ++i) {
    const std::size_t size = i * 37 % 400;
    for (std::size_t k = 0; k < size; ++k) payload[k] = static_cast<std::uint8_t>(i + k);
    tap.put({static_cast<std::int64_t>(i), i, 9, static_cast<std::uint16_t>(i), static_cast<std::uint16_t>(size),
             Format::pcma},
            payload);
    ASSERT_TRUE(tap.take(taken, out));
    EXPECT_EQ(taken.timestamp, i);
    ASSERT_EQ(taken.size, size);
    EXPECT_TRUE(std::equal(out, out + size, payload));
  }
  EXPECT_FALSE(tap.take(taken, out));
}

TEST(Tap, what_finds_no_room_is_counted) {
  Tap tap(1000);
  std::uint8_t payload[400] = {};
  for (int i = 0; i < 5; ++i) tap.put({0, 0, 0, 0, 400, Format::pcma}, payload);
  EXPECT_EQ(tap.lost(), 3U);
  TappedPacket taken;
  std::uint8_t out[most_payload_size];
  EXPECT_TRUE(tap.take(taken, out));
  tap.pause(true);
  tap.put({0, 0, 0, 0, 400, Format::pcma}, payload);
  EXPECT_TRUE(tap.take(taken, out));
  EXPECT_FALSE(tap.take(taken, out));
}

}  // namespace
}  // namespace otklik::media
