#include "media/rtp/rtcp.hpp"

#include <algorithm>
#include <cstring>

namespace otklik::media {
namespace {

constexpr std::uint8_t sender_report = 200;
constexpr std::uint8_t receiver_report = 201;
constexpr std::uint8_t source_description = 202;
constexpr std::uint8_t goodbye = 203;
constexpr std::size_t block_size = 24;

ReportBlock read_block(const std::uint8_t* p) noexcept {
  ReportBlock block;
  block.ssrc = read_32(p);
  block.fraction_lost = p[4];
  const std::uint32_t lost = read_32(p + 4) & 0xFFFFFF;
  block.lost = static_cast<std::int32_t>(lost << 8) >> 8;  // 24 bits, signed
  block.highest = read_32(p + 8);
  block.jitter = read_32(p + 12);
  block.last_report = read_32(p + 16);
  block.since_last_report = read_32(p + 20);
  return block;
}

void write_block(const ReportBlock& block, std::uint8_t* p) noexcept {
  write_32(p, block.ssrc);
  const std::int32_t lost = std::clamp(block.lost, -0x800000, 0x7FFFFF);
  write_32(p + 4, static_cast<std::uint32_t>(lost) & 0xFFFFFF);
  p[4] = block.fraction_lost;
  write_32(p + 8, block.highest);
  write_32(p + 12, block.jitter);
  write_32(p + 16, block.last_report);
  write_32(p + 20, block.since_last_report);
}

void write_head(std::uint8_t* p, unsigned count, std::uint8_t type, std::size_t bytes) noexcept {
  p[0] = static_cast<std::uint8_t>(0x80 | count);
  p[1] = type;
  write_16(p + 2, static_cast<std::uint16_t>(bytes / 4 - 1));
}

}  // namespace

std::optional<RtcpReading> parse_rtcp(Bytes bytes, std::uint32_t ours) noexcept {
  if (bytes.size() < 8 || bytes.size() % 4 != 0) return std::nullopt;
  RtcpReading reading;
  std::size_t at = 0;
  bool first = true;
  while (at < bytes.size()) {
    if (bytes.size() - at < 4) return std::nullopt;
    const std::uint8_t* p = bytes.data() + at;
    const std::size_t size = (read_16(p + 2) + std::size_t{1}) * 4;
    if (p[0] >> 6 != 2 || size > bytes.size() - at) return std::nullopt;
    const std::uint8_t type = p[1];
    // A compound packet begins with a report; a reduced-size one (RFC 5506) need not, but we have not agreed to those.
    if (first && ((type != sender_report && type != receiver_report) || (p[0] & 0x20) != 0)) return std::nullopt;
    const std::size_t count = p[0] & 0x1F;
    if (type == sender_report || type == receiver_report) {
      const std::size_t head = type == sender_report ? 28 : 8;
      if (size < head + count * block_size) return std::nullopt;
      if (first) reading.ssrc = read_32(p + 4);
      if (type == sender_report) {
        reading.sender = SenderReport{std::uint64_t{read_32(p + 8)} << 32 | read_32(p + 12), read_32(p + 16),
                                      read_32(p + 20), read_32(p + 24)};
      }
      for (std::size_t i = 0; i < count; ++i) {
        const ReportBlock block = read_block(p + head + i * block_size);
        if (block.ssrc == ours) reading.about_us = block;
      }
    } else if (type == goodbye) {
      for (std::size_t i = 0; i < count && 8 + i * 4 <= size; ++i) {
        if (read_32(p + 4 + i * 4) == reading.ssrc) reading.bye = true;
      }
    }
    first = false;
    at += size;
  }
  return reading;
}

std::size_t write_rtcp(const RtcpWriting& report, std::span<std::uint8_t, most_rtcp_size> out) noexcept {
  std::uint8_t* p = out.data();
  const unsigned blocks = report.about_peer ? 1 : 0;
  std::size_t head = 8;
  write_32(p + 4, report.ssrc);
  if (report.sender) {
    head = 28;
    write_32(p + 8, static_cast<std::uint32_t>(report.sender->ntp >> 32));
    write_32(p + 12, static_cast<std::uint32_t>(report.sender->ntp));
    write_32(p + 16, report.sender->timestamp);
    write_32(p + 20, report.sender->packets);
    write_32(p + 24, report.sender->bytes);
  }
  if (report.about_peer) write_block(*report.about_peer, p + head);
  std::size_t size = head + blocks * block_size;
  write_head(p, blocks, report.sender ? sender_report : receiver_report, size);

  const std::size_t name_size = std::min<std::size_t>(report.cname.size(), 100);
  p = out.data() + size;
  const std::size_t used = 8 + 2 + name_size;
  const std::size_t padded = (used / 4 + 1) * 4;  // at least one null ends the items
  std::memset(p, 0, padded);
  write_32(p + 4, report.ssrc);
  p[8] = 1;  // CNAME
  p[9] = static_cast<std::uint8_t>(name_size);
  std::memcpy(p + 10, report.cname.data(), name_size);
  write_head(p, 1, source_description, padded);
  size += padded;

  if (report.bye) {
    p = out.data() + size;
    write_head(p, 1, goodbye, 8);
    write_32(p + 4, report.ssrc);
    size += 8;
  }
  return size;
}

std::uint64_t ntp_time(std::int64_t unix_us) noexcept {
  const std::uint64_t seconds = static_cast<std::uint64_t>(unix_us / 1'000'000) + 2'208'988'800U;  // 1900 to 1970
  const std::uint64_t fraction = (static_cast<std::uint64_t>(unix_us % 1'000'000) << 32) / 1'000'000;
  return seconds << 32 | fraction;
}

std::optional<std::int64_t> round_trip_us(const ReportBlock& block, std::uint64_t now_ntp) noexcept {
  if (block.last_report == 0) return std::nullopt;
  const auto now = static_cast<std::uint32_t>(now_ntp >> 16);
  const std::uint32_t trip = now - block.last_report - block.since_last_report;
  if (trip > 60U << 16) return std::nullopt;  // over a minute, or below nothing: a clock was set, or it is a lie
  return std::int64_t{trip} * 1'000'000 >> 16;
}

}  // namespace otklik::media
