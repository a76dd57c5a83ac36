#include "media/rtp/telephone_event.hpp"

#include <algorithm>
#include <string_view>

namespace otklik::media {
namespace {
constexpr std::string_view keys = "0123456789*#ABCD!";
constexpr std::uint8_t usual_volume = 10;
}  // namespace

std::optional<TelephoneEvent> parse_telephone_event(Bytes payload) noexcept {
  if (payload.size() < telephone_event_size) return std::nullopt;
  return TelephoneEvent{payload[0], (payload[1] & 0x80) != 0, static_cast<std::uint8_t>(payload[1] & 0x3F),
                        read_16(payload.data() + 2)};
}

void write_telephone_event(const TelephoneEvent& event, std::uint8_t* out) noexcept {
  out[0] = event.event;
  out[1] = static_cast<std::uint8_t>((event.end ? 0x80 : 0) | (event.volume & 0x3F));
  write_16(out + 2, event.duration);
}

std::optional<char> digit_of_event(std::uint8_t event) noexcept {
  if (event >= keys.size()) return std::nullopt;
  return keys[event];
}

std::optional<std::uint8_t> event_of_digit(char digit) noexcept {
  if (digit >= 'a' && digit <= 'd') digit = static_cast<char>(digit - 'a' + 'A');
  const auto at = keys.find(digit);
  if (at == std::string_view::npos) return std::nullopt;
  return static_cast<std::uint8_t>(at);
}

DigitReceiver::Told DigitReceiver::take(const TelephoneEvent& event, std::uint32_t timestamp) noexcept {
  Told told;
  const bool same = known_ && timestamp == timestamp_ && event.event == event_;
  if (!same) {
    // An event longer than its 16 bits go is continued under a new time stamp, with no end before (RFC 4733 2.5.1.3):
    // the same key with its old end not yet told and exactly where the old segment would end.
    const bool continued = known_ && !ended_ && event.event == event_ && timestamp - timestamp_ == 0xFFFF;
    if (known_ && static_cast<std::int32_t>(timestamp - timestamp_) < 0 && timestamp_ - timestamp < 48'000U * 10)
      return told;  // an old one, late
    if (!continued) {
      if (const auto digit = digit_of_event(event.event)) told.digit = *digit;
    }
    known_ = true;
    ended_ = false;
    event_ = event.event;
    timestamp_ = timestamp;
  }
  if (event.end && !ended_) {
    ended_ = true;
    told.ended = true;
  }
  return told;
}

void DigitSender::begin(std::uint8_t event, std::uint32_t timestamp, std::uint32_t length, std::uint32_t gap) noexcept {
  busy_ = first_ = true;
  ended_ = false;
  event_ = event;
  timestamp_ = timestamp;
  elapsed_ = 0;
  length_ = std::min<std::uint32_t>(length, 0xFFFF);
  gap_ = gap;
}

std::optional<DigitSender::Packet> DigitSender::next(std::uint32_t step) noexcept {
  if (!busy_) return std::nullopt;
  elapsed_ += step;
  if (ended_) {
    if (elapsed_ >= length_ + gap_) busy_ = false;
    return std::nullopt;
  }
  Packet packet;
  packet.timestamp = timestamp_;
  packet.marker = first_;
  packet.event = {event_, elapsed_ >= length_, usual_volume, static_cast<std::uint16_t>(std::min(elapsed_, length_))};
  first_ = false;
  if (packet.event.end) {
    ended_ = true;
    packet.copies = 3;
    if (gap_ == 0) busy_ = false;
  }
  return packet;
}

}  // namespace otklik::media
