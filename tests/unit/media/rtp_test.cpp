#include "media/rtp/packet.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "media/rtp/reception.hpp"

namespace otklik::media {
namespace {

using Verdict = Reception::Verdict;

std::vector<std::uint8_t> packet(std::initializer_list<std::uint8_t> head, std::size_t more) {
  std::vector<std::uint8_t> bytes(head);
  for (std::size_t i = 0; i < more; ++i) bytes.push_back(static_cast<std::uint8_t>(i));
  return bytes;
}

TEST(RtpPacket, what_is_written_is_read) {
  std::uint8_t bytes[rtp_header_size + 4] = {};
  write_rtp_header({101, true, 0xFFFE, 0x89ABCDEF, 0x01020304}, bytes);
  const auto read = parse_rtp(bytes);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->payload_type, 101);
  EXPECT_TRUE(read->marker);
  EXPECT_EQ(read->sequence, 0xFFFE);
  EXPECT_EQ(read->timestamp, 0x89ABCDEF);
  EXPECT_EQ(read->ssrc, 0x01020304U);
  EXPECT_EQ(read->payload_begin, 12U);
  EXPECT_EQ(read->payload_size, 4U);
}

TEST(RtpPacket, sources_extension_and_padding_are_passed_over) {
  // Two contributing sources, an extension of one word, three bytes of padding.
  auto bytes =
      packet({0xB2, 0x08, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 1, 1, 1, 1, 2, 2, 2, 2, 0xBE, 0xDE, 0, 1, 9, 9, 9, 9}, 10);
  bytes.back() = 3;
  const auto read = parse_rtp(bytes);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->payload_begin, 28U);
  EXPECT_EQ(read->payload_size, 7U);
}

TEST(RtpPacket, contradictions_are_refused) {
  EXPECT_FALSE(parse_rtp(packet({0x80, 0}, 9)));                                            // too short
  EXPECT_FALSE(parse_rtp(packet({0x40, 0}, 20)));                                           // version 1
  EXPECT_FALSE(parse_rtp(packet({0x8F, 0}, 20)));                                           // sources past the end
  EXPECT_FALSE(parse_rtp(packet({0x90, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 1, 0}, 8)));  // extension past the end
  EXPECT_FALSE(parse_rtp(packet({0x90, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0}, 0)));
  auto padded = packet({0xA0, 0}, 20);
  padded.back() = 11;
  EXPECT_FALSE(parse_rtp(padded));
  padded.back() = 0;
  EXPECT_FALSE(parse_rtp(padded));
  padded.back() = 10;
  EXPECT_EQ(parse_rtp(padded)->payload_size, 0U);
}

TEST(RtpPacket, datagrams_are_told_apart_by_their_first_bytes) {
  EXPECT_EQ(kind_of_datagram(packet({0x80, 0x08}, 10)), DatagramKind::rtp);
  EXPECT_EQ(kind_of_datagram(packet({0x80, 0x88}, 10)), DatagramKind::rtp);
  EXPECT_EQ(kind_of_datagram(packet({0x80, 200}, 10)), DatagramKind::rtcp);
  EXPECT_EQ(kind_of_datagram(packet({0x00, 0x01}, 18)), DatagramKind::stun);
  EXPECT_EQ(kind_of_datagram(packet({22, 254}, 18)), DatagramKind::dtls);
  EXPECT_EQ(kind_of_datagram(packet({0xFF, 0}, 18)), DatagramKind::unknown);
  EXPECT_EQ(kind_of_datagram({}), DatagramKind::unknown);
}

TEST(Reception, counts_what_is_lost_and_what_comes_twice) {
  Reception reception;
  std::uint32_t time = 0;
  for (const int n : {65533, 65534, 65535, 0, 2, 3, 3, 5}) {
    time += 160;
    reception.take(7, static_cast<std::uint16_t>(n), time, 8000, time * 125);
  }
  EXPECT_EQ(reception.lost(), 2);
  EXPECT_EQ(reception.duplicates(), 1U);
  EXPECT_EQ(reception.highest(), 65536U + 5);
  EXPECT_EQ(reception.fraction_lost(), 2 * 256 / 9);
  EXPECT_EQ(reception.fraction_lost(), 0);
  EXPECT_EQ(reception.take(7, 1, 160, 8000, 0), Verdict::fresh);  // late, but it has come
  EXPECT_EQ(reception.lost(), 1);
  EXPECT_EQ(reception.take(7, 1, 160, 8000, 0), Verdict::duplicate);
}

TEST(Reception, a_restart_is_believed_at_its_second_packet) {
  Reception reception;
  EXPECT_EQ(reception.take(7, 100, 0, 8000, 0), Verdict::restarted);
  EXPECT_EQ(reception.take(7, 101, 160, 8000, 20'000), Verdict::fresh);
  EXPECT_EQ(reception.take(7, 40'000, 320, 8000, 40'000), Verdict::stray);
  EXPECT_EQ(reception.take(7, 102, 320, 8000, 40'000), Verdict::fresh);
  EXPECT_EQ(reception.take(7, 50'000, 0, 8000, 60'000), Verdict::stray);
  EXPECT_EQ(reception.take(7, 50'001, 160, 8000, 80'000), Verdict::restarted);
  EXPECT_EQ(reception.take(8, 1, 0, 8000, 80'000), Verdict::restarted);
  EXPECT_EQ(reception.lost(), 0);
}

TEST(Reception, jitter_is_that_of_the_standard) {
  Reception steady;
  Reception unsteady;
  double expected = 0;
  std::int64_t arrival = 0;
  std::int64_t before = 0;
  for (std::uint16_t n = 0; n < 1000; ++n) {
    steady.take(1, n, n * 160U, 8000, n * 20'000);
    before = arrival;
    arrival = n * 20'000 + (n % 2) * 10'000;  // every second one 10 ms late
    unsteady.take(1, n, n * 160U, 8000, arrival);
    const double d = n == 0 ? 0 : std::abs((arrival - before) / 125.0 - 160);
    if (n > 0) expected += (d - expected) / 16;
  }
  EXPECT_EQ(steady.jitter_units(), 0U);
  EXPECT_NEAR(unsteady.jitter_units(), expected, 2);
  EXPECT_NEAR(static_cast<double>(unsteady.jitter_us()), 10'000, 300);
}

}  // namespace
}  // namespace otklik::media
