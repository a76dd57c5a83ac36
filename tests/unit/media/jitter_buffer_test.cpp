#include "media/rtp/jitter_buffer.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace otklik::media {
namespace {

using Got = JitterBuffer::Got;
using Put = JitterBuffer::Put;
constexpr std::int64_t ms = 1000;

/// A buffer under a clock of its own: packets of 20 ms with their number as payload.
class Line {
 public:
  explicit Line(JitterBuffer::Bounds bounds = {}) : buffer(bounds) {}

  Put arrive(unsigned number, std::int64_t at_us, std::uint32_t first_time = 1000) {
    const std::uint8_t payload[1] = {static_cast<std::uint8_t>(number)};
    return buffer.put({first_time + number * 160, static_cast<std::uint16_t>(number), 1, false, payload}, 160, 8000,
                      at_us);
  }
  /// What is heard in one tick: a packet's number, or -1 lost, -2 nothing, -3 waiting.
  int tick(std::int64_t now_us, bool quiet = false) {
    JitterBuffer::Packet packet;
    switch (buffer.get(packet, 160, quiet, now_us)) {
      case Got::packet:
        return packet.payload[0];
      case Got::lost:
        return -1;
      case Got::nothing:
        return -2;
      case Got::waiting:
        return -3;
    }
    return -4;
  }
  JitterBuffer buffer;
};

TEST(JitterBuffer, a_steady_stream_comes_out_as_it_is) {
  Line line;
  std::vector<int> heard;
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(line.arrive(static_cast<unsigned>(i), i * 20 * ms), Put::kept);
    heard.push_back(line.tick(i * 20 * ms + 10 * ms));
  }
  int next = 0;
  for (const int one : heard) {
    if (one == -3) continue;
    EXPECT_EQ(one, next++);
  }
  EXPECT_GT(next, 95);
  EXPECT_LE(line.buffer.target_us(), 40 * ms);
}

TEST(JitterBuffer, reordered_packets_come_out_in_order) {
  Line line;
  const unsigned order[] = {0, 2, 1, 3, 5, 4, 6, 7};
  std::vector<int> heard;
  for (int i = 0; i < 8; ++i) line.arrive(order[i], i * 20 * ms);
  for (int i = 0; i < 8; ++i) heard.push_back(line.tick(200 * ms + i * 20 * ms));
  EXPECT_EQ(heard, (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7}));
}

TEST(JitterBuffer, a_lost_packet_is_told_in_its_place) {
  Line line;
  for (const unsigned n : {0U, 1U, 3U, 4U}) line.arrive(n, n * 20 * ms);
  std::vector<int> heard;
  for (int i = 0; i < 6; ++i) heard.push_back(line.tick(100 * ms + i * 20 * ms));
  EXPECT_EQ(heard, (std::vector<int>{0, 1, -1, 3, 4, -2}));
}

TEST(JitterBuffer, the_packet_after_a_loss_is_offered_for_its_redundancy) {
  Line line;
  for (const unsigned n : {0U, 2U, 3U}) line.arrive(n, n * 20 * ms);
  line.tick(100 * ms);
  JitterBuffer::Packet packet;
  EXPECT_EQ(line.buffer.get(packet, 160, false, 120 * ms), Got::lost);
  ASSERT_EQ(packet.payload.size(), 1U);
  EXPECT_EQ(packet.payload[0], 2);
}

TEST(JitterBuffer, duplicates_and_late_packets_are_not_played) {
  Line line;
  for (unsigned n = 0; n < 4; ++n) line.arrive(n, n * 20 * ms);
  EXPECT_EQ(line.arrive(2, 65 * ms), Put::duplicate);
  EXPECT_EQ(line.tick(80 * ms), 0);
  EXPECT_EQ(line.tick(100 * ms), 1);
  EXPECT_EQ(line.arrive(1, 101 * ms), Put::late);
  EXPECT_EQ(line.tick(120 * ms), 2);
  EXPECT_EQ(line.tick(140 * ms), 3);
}

TEST(JitterBuffer, a_late_packet_is_played_after_what_was_made_up_for_it) {
  Line line({0, 300 * ms});
  line.arrive(0, 0);
  int heard = line.tick(10 * ms);
  std::int64_t now = 10 * ms;
  while (heard == -3) heard = line.tick(now += 20 * ms);
  EXPECT_EQ(heard, 0);
  EXPECT_EQ(line.tick(now += 20 * ms), -2);
  EXPECT_EQ(line.arrive(1, now + 5 * ms), Put::kept);
  EXPECT_EQ(line.tick(now += 20 * ms), 1);
}

TEST(JitterBuffer, depth_grows_with_unsteadiness_and_shrinks_again) {
  Line line;
  std::uint32_t seed = 1;
  std::int64_t now = 0;
  unsigned number = 0;
  int missing = 0;
  // Every fifth packet comes 100 ms late, with those behind it.
  for (int i = 0; i < 1000; ++i, now += 20 * ms) {
    seed = seed * 1664525 + 1013904223;
    if (i % 5 == 4) {
      for (int k = 0; k < 5; ++k) line.arrive(number++, now);
    }
    if (line.tick(now + 10 * ms) < 0 && i > 300) ++missing;
  }
  EXPECT_GE(line.buffer.target_us(), 80 * ms);
  EXPECT_LT(missing, 20);
  // Then it is steady, and quiet now and then.
  for (int i = 0; i < 3000; ++i, now += 20 * ms) {
    line.arrive(number++, now);
    line.tick(now + 10 * ms, i % 10 == 0);
  }
  EXPECT_LE(line.buffer.target_us(), 40 * ms);
  EXPECT_LE(line.buffer.depth_us(), 80 * ms);
}

TEST(JitterBuffer, a_pause_of_the_talk_costs_nothing_of_what_follows) {
  Line line;
  std::int64_t now = 0;
  for (unsigned n = 0; n < 10; ++n, now += 20 * ms) {
    line.arrive(n, now);
    line.tick(now + ms);
  }
  for (int i = 0; i < 60; ++i, now += 20 * ms) line.tick(now + ms);
  std::vector<int> heard;
  for (unsigned n = 70; n < 90; ++n, now += 20 * ms) {
    EXPECT_EQ(line.arrive(n, now), Put::kept);
    heard.push_back(line.tick(now + ms));
  }
  int next = 70;
  for (const int one : heard) {
    if (one != -3) EXPECT_EQ(one, next++);
  }
  EXPECT_GT(next, 85);
}

TEST(JitterBuffer, times_that_turn_over_and_jump_are_followed) {
  Line line;
  std::int64_t now = 0;
  std::vector<int> heard;
  for (unsigned n = 0; n < 30; ++n, now += 20 * ms) {
    line.arrive(n, now, 0xFFFFFFFF - 1600);
    heard.push_back(line.tick(now + ms));
  }
  EXPECT_EQ(heard.back(), 28);
  for (unsigned n = 30; n < 60; ++n, now += 20 * ms) {  // another time base
    EXPECT_EQ(line.arrive(n, now, 0x40000000), Put::kept);
    heard.push_back(line.tick(now + ms));
  }
  EXPECT_GT(heard.back(), 55);
}

TEST(JitterBuffer, a_flood_keeps_the_newest_and_never_more_than_its_room) {
  Line line;
  for (unsigned n = 0; n < 2000; ++n) line.arrive(n, n);
  EXPECT_LE(line.buffer.size(), 32U);
  std::vector<std::uint8_t> big(most_payload_size + 1);
  EXPECT_EQ(line.buffer.put({0, 0, 1, false, big}, 160, 8000, 0), Put::too_large);
  line.buffer.clear();
  EXPECT_EQ(line.tick(0), -2);
}

}  // namespace
}  // namespace otklik::media
