#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "media/rtp/packet.hpp"

namespace otklik::media {

/// What a report says about one source (RFC 3550 6.4.1).
struct ReportBlock {
  std::uint32_t ssrc = 0;
  std::uint8_t fraction_lost = 0;
  std::int32_t lost = 0;  ///< 24 bits on the wire
  std::uint32_t highest = 0;
  std::uint32_t jitter = 0;
  std::uint32_t last_report = 0;        ///< middle 32 bits of the NTP time of the sender report it answers; 0: none yet
  std::uint32_t since_last_report = 0;  ///< 1/65536 s
};

/// What a sender says of itself.
struct SenderReport {
  std::uint64_t ntp = 0;
  std::uint32_t timestamp = 0;
  std::uint32_t packets = 0;
  std::uint32_t bytes = 0;
};

/// What a compound packet held that concerns us.
struct RtcpReading {
  std::uint32_t ssrc = 0;              ///< who sent it
  std::optional<SenderReport> sender;  ///< it was a sender report
  std::optional<ReportBlock> about_us;
  bool bye = false;
};

/// Reads a compound packet; `ours`: the source that we are. Nothing: it is malformed (RFC 3550 A.2). Other kinds of
/// packets are passed over. The bytes come from strangers.
std::optional<RtcpReading> parse_rtcp(Bytes bytes, std::uint32_t ours) noexcept;

/// What goes into a report of ours.
struct RtcpWriting {
  std::uint32_t ssrc = 0;
  std::optional<SenderReport> sender;  ///< nothing: we have not sent since the report before
  std::optional<ReportBlock> about_peer;
  std::string_view cname;  ///< at most 100 characters
  bool bye = false;
};
inline constexpr std::size_t most_rtcp_size = 256;
/// Writes SR or RR, SDES with the CNAME, and BYE where asked. Returns its length.
std::size_t write_rtcp(const RtcpWriting& report, std::span<std::uint8_t, most_rtcp_size> out) noexcept;

/// Microseconds since 1970 as an NTP time stamp.
std::uint64_t ntp_time(std::int64_t unix_us) noexcept;

/// The round trip that a report block proves, in microseconds; nothing: it answers no report of ours, or not one that
/// can be. RFC 3550 6.4.1. `now_ntp`: when it came.
std::optional<std::int64_t> round_trip_us(const ReportBlock& block, std::uint64_t now_ntp) noexcept;

}  // namespace otklik::media
