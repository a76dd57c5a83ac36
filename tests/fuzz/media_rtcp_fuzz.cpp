// A report of a stranger, and digits as events.
#include <cstdint>
#include <cstdlib>

#include "media/rtp/rtcp.hpp"
#include "media/rtp/telephone_event.hpp"

namespace {
void require(bool holds) {
  if (!holds) std::abort();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace otklik::media;
  const std::uint32_t ours = size >= 12 ? read_32(data + 8) : 0;
  if (const auto reading = parse_rtcp({data, size}, ours)) {
    require(size >= 8 && size % 4 == 0);
    if (reading->about_us) {
      require(reading->about_us->ssrc == ours);
      const auto trip = round_trip_us(*reading->about_us, 1ULL << 40);
      require(!trip || (*trip >= 0 && *trip <= 60'000'000));
    }
    RtcpWriting writing;
    writing.ssrc = reading->ssrc;
    writing.sender = reading->sender;
    writing.about_peer = reading->about_us;
    writing.cname = "again";
    std::array<std::uint8_t, most_rtcp_size> out{};
    const auto again = parse_rtcp({out.data(), write_rtcp(writing, out)}, ours);
    require(again && again->ssrc == reading->ssrc && again->about_us.has_value() == reading->about_us.has_value());
  }
  DigitReceiver receiver;
  int told = 0;
  for (std::size_t at = 0; at + 8 <= size; at += 8) {
    const auto event = parse_telephone_event({data + at, 4});
    require(event.has_value());
    told += receiver.take(*event, read_32(data + at + 4)).digit != 0 ? 1 : 0;
  }
  require(static_cast<std::size_t>(told) <= size / 8);
  return 0;
}
