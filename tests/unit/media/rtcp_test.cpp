#include "media/rtp/rtcp.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace otklik::media {
namespace {

TEST(Rtcp, a_sender_report_is_read_as_it_was_written) {
  RtcpWriting report;
  report.ssrc = 0x11223344;
  report.sender = SenderReport{0x0123456789ABCDEF, 8000, 50, 8000};
  report.about_peer = ReportBlock{0x55667788, 64, -5, 70000, 33, 0xAABBCCDD, 65536};
  report.cname = "somebody";
  report.bye = true;
  std::array<std::uint8_t, most_rtcp_size> bytes{};
  const std::size_t size = write_rtcp(report, bytes);
  EXPECT_EQ(size % 4, 0U);
  const auto read = parse_rtcp({bytes.data(), size}, 0x55667788);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->ssrc, 0x11223344U);
  EXPECT_TRUE(read->bye);
  ASSERT_TRUE(read->sender);
  EXPECT_EQ(read->sender->ntp, 0x0123456789ABCDEFU);
  EXPECT_EQ(read->sender->packets, 50U);
  ASSERT_TRUE(read->about_us);
  EXPECT_EQ(read->about_us->fraction_lost, 64);
  EXPECT_EQ(read->about_us->lost, -5);
  EXPECT_EQ(read->about_us->highest, 70000U);
  EXPECT_EQ(read->about_us->jitter, 33U);
  EXPECT_EQ(read->about_us->since_last_report, 65536U);
  EXPECT_FALSE(parse_rtcp({bytes.data(), size}, 1)->about_us);
}

TEST(Rtcp, a_receiver_report_for_every_length_of_name_is_whole) {
  const std::string name(100, 'n');
  for (std::size_t length = 0; length <= name.size(); ++length) {
    RtcpWriting report;
    report.ssrc = 1;
    report.cname = std::string_view(name).substr(0, length);
    std::array<std::uint8_t, most_rtcp_size> bytes{};
    const std::size_t size = write_rtcp(report, bytes);
    ASSERT_TRUE(parse_rtcp({bytes.data(), size}, 2)) << length;
    EXPECT_FALSE(parse_rtcp({bytes.data(), size}, 2)->sender);
  }
}

TEST(Rtcp, malformed_packets_are_refused) {
  RtcpWriting report;
  report.ssrc = 1;
  report.about_peer = ReportBlock{};
  report.cname = "n";
  std::array<std::uint8_t, most_rtcp_size> bytes{};
  const std::size_t size = write_rtcp(report, bytes);
  for (std::size_t cut = 0; cut < size; ++cut) {
    const auto read = parse_rtcp({bytes.data(), cut}, 2);
    EXPECT_EQ(read.has_value(), cut == 32) << cut;  // the report alone is whole
  }
  auto wrong = bytes;
  wrong[0] = 0x40 | 1;
  EXPECT_FALSE(parse_rtcp({wrong.data(), size}, 2));
  wrong = bytes;
  wrong[1] = 203;  // begins with a goodbye
  EXPECT_FALSE(parse_rtcp({wrong.data(), size}, 2));
  wrong = bytes;
  wrong[0] = 0x80 | 31;  // more blocks than there are
  EXPECT_FALSE(parse_rtcp({wrong.data(), size}, 2));
}

TEST(Rtcp, the_round_trip_is_the_standards_example) {
  // RFC 3550 figure 2: LSR b705:2000, DLSR 5.250 s, arrival b710:8000 are 6.125 s.
  ReportBlock block;
  block.last_report = 0xB7052000;
  block.since_last_report = 0x00054000;
  EXPECT_EQ(round_trip_us(block, 0xB44DB7108000ULL << 16), 6'125'000);
  EXPECT_FALSE(round_trip_us(ReportBlock{}, 1));
  block.since_last_report = 0x20000000;  // it would have been answered before it was sent
  EXPECT_FALSE(round_trip_us(block, 0xB44DB7108000ULL << 16));
}

TEST(Rtcp, times_are_those_of_1900) {
  EXPECT_EQ(ntp_time(0), std::uint64_t{2'208'988'800} << 32);
  EXPECT_EQ(ntp_time(500'000) & 0xFFFFFFFF, 0x80000000U);
}

}  // namespace
}  // namespace otklik::media
