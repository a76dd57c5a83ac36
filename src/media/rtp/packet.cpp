#include "media/rtp/packet.hpp"

namespace otklik::media {

std::optional<RtpPacket> parse_rtp(Bytes bytes) noexcept {
  if (bytes.size() < rtp_header_size || bytes[0] >> 6 != 2) return std::nullopt;
  RtpPacket packet;
  packet.marker = (bytes[1] & 0x80) != 0;
  packet.payload_type = bytes[1] & 0x7F;
  packet.sequence = read_16(bytes.data() + 2);
  packet.timestamp = read_32(bytes.data() + 4);
  packet.ssrc = read_32(bytes.data() + 8);

  std::size_t begin = rtp_header_size + (bytes[0] & 0x0FU) * 4;  // contributing sources
  if ((bytes[0] & 0x10) != 0) {                                  // an extension
    if (bytes.size() < begin + 4) return std::nullopt;
    begin += 4 + read_16(bytes.data() + begin + 2) * std::size_t{4};
  }
  std::size_t end = bytes.size();
  if (begin > end) return std::nullopt;
  if ((bytes[0] & 0x20) != 0) {  // padding, its length in the last byte
    const std::size_t padding = bytes[end - 1];
    if (padding == 0 || padding > end - begin) return std::nullopt;
    end -= padding;
  }
  packet.payload_begin = begin;
  packet.payload_size = end - begin;
  return packet;
}

void write_rtp_header(const RtpHeader& header, std::uint8_t* out) noexcept {
  out[0] = 0x80;
  out[1] = static_cast<std::uint8_t>((header.marker ? 0x80 : 0) | (header.payload_type & 0x7F));
  write_16(out + 2, header.sequence);
  write_32(out + 4, header.timestamp);
  write_32(out + 8, header.ssrc);
}

DatagramKind kind_of_datagram(Bytes bytes) noexcept {
  if (bytes.size() < 2) return DatagramKind::unknown;
  const std::uint8_t first = bytes[0];
  if (first <= 3) return DatagramKind::stun;
  if (first >= 20 && first <= 63) return DatagramKind::dtls;
  if (first < 128 || first > 191) return DatagramKind::unknown;
  return bytes[1] >= 192 && bytes[1] <= 223 ? DatagramKind::rtcp : DatagramKind::rtp;
}

}  // namespace otklik::media
