// A datagram of a stranger: lengths that are told lie inside it, and what is read once is read the same again.
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "media/codec/codec.hpp"
#include "media/rtp/jitter_buffer.hpp"
#include "media/rtp/packet.hpp"
#include "media/rtp/reception.hpp"

namespace {
void require(bool holds) {
  if (!holds) std::abort();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace otklik::media;
  kind_of_datagram({data, size});
  if (const auto packet = parse_rtp({data, size})) {
    require(packet->payload_begin >= rtp_header_size && packet->payload_begin + packet->payload_size <= size);
    const Bytes payload(data + packet->payload_begin, packet->payload_size);
    for (const auto format : {Format::pcmu, Format::pcma, Format::g722, Format::opus}) payload_span(format, payload);
    std::uint8_t head[rtp_header_size];
    write_rtp_header(*packet, head);
    const auto again = parse_rtp(head);
    require(again && again->sequence == packet->sequence && again->timestamp == packet->timestamp &&
            again->marker == packet->marker);
  }
  // The rest as a line of packets: eight bytes each say what comes when.
  Reception reception;
  JitterBuffer buffer({});
  std::int64_t now = 0;
  for (std::size_t at = 0; at + 8 <= size; at += 8) {
    const std::uint8_t* p = data + at;
    now += read_16(p) * 10;
    const std::uint32_t time = read_32(p + 2);
    reception.take(p[6] & 1, read_16(p + 4), time, (p[6] & 2) != 0 ? 48000 : 8000, now);
    reception.fraction_lost();
    buffer.put({time, read_16(p + 4), p[7], false, {data, std::min<std::size_t>(size, p[7])}}, p[7],
               (p[6] & 4) != 0 ? 48000 : 8000, now);
    JitterBuffer::Packet out;
    if ((p[6] & 8) != 0 && buffer.get(out, 160, (p[6] & 16) != 0, now) == JitterBuffer::Got::packet)
      require(out.payload.size() <= 255);
    require(buffer.size() <= 32 && buffer.depth_us() >= 0);
  }
  return 0;
}
