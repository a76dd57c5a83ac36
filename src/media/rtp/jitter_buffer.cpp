#include "media/rtp/jitter_buffer.hpp"

#include <algorithm>
#include <cstring>

namespace otklik::media {
namespace {

constexpr std::int64_t bin_us = 20'000;
constexpr float forgetting = 0.998F;  // a delay counts for about ten seconds of talk
constexpr float covered = 0.97F;      // of packets, that the depth is to be enough for
constexpr std::int64_t rise_us = 4;   // of the least delay, a packet: 200 parts in a million, more than clocks drift
constexpr std::int64_t silence_us = 100'000;     // nothing for so long: the next packet begins a talk spurt
constexpr std::int64_t patience_us = 2'000'000;  // too deep for so long: a packet is left out though it is heard

}  // namespace

JitterBuffer::JitterBuffer(Bounds bounds)
    : bounds_(bounds),
      bytes_(std::make_unique_for_overwrite<std::uint8_t[]>(slots * most_payload_size)),
      target_us_(std::clamp<std::int64_t>(40'000, bounds.least_us, std::max(bounds.least_us, bounds.most_us))) {}

void JitterBuffer::clear() noexcept {
  for (auto& slot : slots_) slot.used = false;
  count_ = 0;
  state_ = State::idle;
  made_up_us_ = 0;
  too_deep_since_us_ = -1;
  has_delay_ = false;
}

std::int64_t JitterBuffer::depth_us() const noexcept {
  if (count_ == 0) return 0;
  const std::uint32_t from = state_ == State::playing ? next_ : slots_[static_cast<std::size_t>(earliest())].timestamp;
  return std::max<std::int64_t>(0, to_us(static_cast<std::int32_t>(newest_end_ - from)));
}

void JitterBuffer::learn_delay(std::uint32_t timestamp, std::int64_t arrival_us) noexcept {
  if (!has_delay_) {
    has_delay_ = true;
    delay_us_ = least_delay_us_ = 0;
  } else {
    const std::int64_t sent = to_us(static_cast<std::int32_t>(timestamp - delay_timestamp_));
    const std::int64_t change = arrival_us - delay_arrival_us_ - sent;
    if (change > 1'000'000 || change < -1'000'000) {  // another time base
      delay_us_ = least_delay_us_ = 0;
    } else {
      delay_us_ += change;
      least_delay_us_ = std::min(least_delay_us_ + rise_us, delay_us_);
    }
  }
  delay_timestamp_ = timestamp;
  delay_arrival_us_ = arrival_us;

  const std::int64_t late_us = delay_us_ - least_delay_us_;
  const auto bin = static_cast<std::size_t>(std::clamp<std::int64_t>(late_us / bin_us, 0, bins - 1));
  float sum = 0;
  for (auto& share : delays_) {
    share *= forgetting;
    sum += share;
  }
  delays_[bin] += 1;
  sum += 1;
  float seen = 0;
  std::size_t enough = 0;
  for (; enough < bins - 1; ++enough) {
    seen += delays_[enough];
    if (seen >= covered * sum) break;
  }
  // A whole bin more: the moments of asking fall anywhere between those of packets.
  const std::int64_t wanted = static_cast<std::int64_t>(enough + 1) * bin_us;
  target_us_ = std::clamp(wanted, bounds_.least_us, std::max(bounds_.least_us, bounds_.most_us));
}

int JitterBuffer::earliest() const noexcept {
  int best = -1;
  for (std::size_t i = 0; i < slots; ++i) {
    if (!slots_[i].used) continue;
    if (best < 0 ||
        static_cast<std::int32_t>(slots_[i].timestamp - slots_[static_cast<std::size_t>(best)].timestamp) < 0) {
      best = static_cast<int>(i);
    }
  }
  return best;
}

void JitterBuffer::drop(std::size_t slot) noexcept {
  slots_[slot].used = false;
  --count_;
}

JitterBuffer::Put JitterBuffer::put(const Packet& packet, std::uint32_t span, std::uint32_t clock_rate,
                                    std::int64_t arrival_us) noexcept {
  if (packet.payload.size() > most_payload_size) return Put::too_large;
  if (clock_rate != clock_rate_) {
    clear();
    clock_rate_ = clock_rate;
  }
  if (count_ > 0 || state_ == State::playing) {
    const std::int64_t off_us =
        to_us(static_cast<std::int32_t>(packet.timestamp - (state_ == State::playing ? next_ : newest_end_)));
    if (off_us > 2'000'000 || off_us < -2'000'000) clear();  // another time base
  }
  learn_delay(packet.timestamp, arrival_us);

  if (state_ == State::playing && count_ == 0 && made_up_us_ >= silence_us) state_ = State::idle;  // a new talk spurt
  if (state_ == State::idle) {
    state_ = State::gathering;
    first_arrival_us_ = arrival_us;
    next_ = packet.timestamp;
    newest_end_ = packet.timestamp + span;
  }
  if (state_ == State::playing && static_cast<std::int32_t>(packet.timestamp - next_) < 0) {
    too_deep_since_us_ = -1;
    return Put::late;
  }
  std::size_t free = slots;
  for (std::size_t i = 0; i < slots; ++i) {
    if (!slots_[i].used) {
      free = i;
    } else if (slots_[i].timestamp == packet.timestamp) {
      return Put::duplicate;
    }
  }
  if (free == slots) {  // far more than it is to hold: the oldest goes
    free = static_cast<std::size_t>(earliest());
    next_ = slots_[free].timestamp + slots_[free].span;
    drop(free);
  }
  slots_[free] = {true,
                  packet.marker,
                  packet.format,
                  packet.sequence,
                  static_cast<std::uint16_t>(packet.payload.size()),
                  packet.timestamp,
                  span};
  if (!packet.payload.empty()) std::memcpy(bytes_of(free).data(), packet.payload.data(), packet.payload.size());
  ++count_;
  if (static_cast<std::int32_t>(packet.timestamp + span - newest_end_) > 0) newest_end_ = packet.timestamp + span;
  return Put::kept;
}

JitterBuffer::Got JitterBuffer::get(Packet& packet, std::uint32_t step, bool quiet, std::int64_t now_us) noexcept {
  if (state_ == State::idle) return Got::nothing;
  if (state_ == State::gathering) {
    if (now_us - first_arrival_us_ < target_us_ && depth_us() <= target_us_) return Got::waiting;
    state_ = State::playing;
    next_ = slots_[static_cast<std::size_t>(earliest())].timestamp;
    made_up_us_ = 0;
  }
  const int found = earliest();
  if (found < 0) {
    made_up_us_ += to_us(step);
    return Got::nothing;
  }
  auto at = static_cast<std::size_t>(found);
  const std::int64_t gap_us = to_us(static_cast<std::int32_t>(slots_[at].timestamp - next_));
  if (gap_us > 0) {
    if (made_up_us_ >= gap_us || gap_us < bin_us / 4) {
      made_up_us_ = std::max<std::int64_t>(0, made_up_us_ - gap_us);  // that which is missing was made up already
    } else {
      const std::uint32_t missing = std::min<std::uint32_t>(step, slots_[at].timestamp - next_);
      next_ += missing;
      const bool is_next = slots_[at].timestamp == next_;
      packet = {slots_[at].timestamp, slots_[at].sequence, slots_[at].format, slots_[at].marker,
                bytes_of(at).first(is_next ? slots_[at].size : 0)};
      return Got::lost;
    }
  }

  // Deeper than needed by a packet and a half for a while: leave one out.
  const std::int64_t extra_us = to_us(static_cast<std::int32_t>(newest_end_ - slots_[at].timestamp)) - target_us_;
  const std::int64_t one_us = std::max<std::int64_t>(to_us(slots_[at].span), 1);
  if (extra_us > one_us + bin_us / 2 && count_ > 1) {
    if (too_deep_since_us_ < 0) too_deep_since_us_ = now_us;
    const std::int64_t since_us = now_us - too_deep_since_us_;
    const bool far_too_deep = extra_us > 8 * one_us;
    if (far_too_deep || since_us >= patience_us || (quiet && since_us >= patience_us / 10)) {
      drop(at);
      too_deep_since_us_ = -1;
      at = static_cast<std::size_t>(earliest());
    }
  } else {
    too_deep_since_us_ = -1;
  }

  Slot& slot = slots_[at];
  packet = {slot.timestamp, slot.sequence, slot.format, slot.marker, bytes_of(at).first(slot.size)};
  next_ = slot.timestamp + slot.span;
  made_up_us_ = 0;
  drop(at);
  return Got::packet;
}

}  // namespace otklik::media
