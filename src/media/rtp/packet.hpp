#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace otklik::media {

using Bytes = std::span<const std::uint8_t>;
using WritableBytes = std::span<std::uint8_t>;

inline constexpr std::size_t rtp_header_size = 12;
/// The most that one packet of a peer may hold; more than an Ethernet carries.
inline constexpr std::size_t most_packet_size = 1500;
/// Of a payload that is decoded or recorded: 80 ms of G.711, 40 ms of the richest Opus that telephones use.
inline constexpr std::size_t most_payload_size = 640;

/// The fields of an RTP header that we read and write (RFC 3550 5.1).
struct RtpHeader {
  std::uint8_t payload_type = 0;
  bool marker = false;
  std::uint16_t sequence = 0;
  std::uint32_t timestamp = 0;
  std::uint32_t ssrc = 0;
};

struct RtpPacket : RtpHeader {
  std::size_t payload_begin =
      0;  ///< in the bytes that were parsed; contributing sources and an extension are passed over
  std::size_t payload_size = 0;  ///< without padding
};

/// Nothing: not RTP of version 2, or its lengths contradict each other. The bytes come from strangers.
std::optional<RtpPacket> parse_rtp(Bytes bytes) noexcept;

/// Writes a plain header of 12 bytes: no contributing sources, no extension, no padding.
void write_rtp_header(const RtpHeader& header, std::uint8_t* out) noexcept;

/// What the first bytes of a datagram on a media port say it is (RFC 7983 7, RFC 5761 4).
enum class DatagramKind : std::uint8_t { rtp, rtcp, stun, dtls, unknown };
DatagramKind kind_of_datagram(Bytes bytes) noexcept;

inline std::uint16_t read_16(const std::uint8_t* p) noexcept { return static_cast<std::uint16_t>(p[0] << 8 | p[1]); }
inline std::uint32_t read_32(const std::uint8_t* p) noexcept {
  return static_cast<std::uint32_t>(p[0]) << 24 | static_cast<std::uint32_t>(p[1]) << 16 |
         static_cast<std::uint32_t>(p[2]) << 8 | p[3];
}
inline void write_16(std::uint8_t* p, std::uint16_t v) noexcept {
  p[0] = static_cast<std::uint8_t>(v >> 8);
  p[1] = static_cast<std::uint8_t>(v);
}
inline void write_32(std::uint8_t* p, std::uint32_t v) noexcept {
  write_16(p, static_cast<std::uint16_t>(v >> 16));
  write_16(p + 2, static_cast<std::uint16_t>(v));
}

}  // namespace otklik::media
