#include "media/rtp/reception.hpp"

namespace otklik::media {
namespace {
// RFC 3550 A.1. Speech: 3000 packets are a minute.
constexpr std::uint16_t most_dropout = 3000;
constexpr std::uint16_t most_misorder = 100;
}  // namespace

void Reception::begin(std::uint32_t ssrc, std::uint16_t sequence) noexcept {
  if (begun_) lost_before_ = lost();
  begun_ = true;
  ssrc_ = ssrc;
  highest_ = sequence;
  base_ = sequence;
  cycles_ = 0;
  bad_sequence_ = 1U << 17;
  window_ = 1;
  received_ = 1;
  expected_prior_ = 0;
  received_prior_ = 0;
  has_transit_ = false;
}

Reception::Verdict Reception::take(std::uint32_t ssrc, std::uint16_t sequence, std::uint32_t timestamp,
                                   std::uint32_t clock_rate, std::int64_t arrival_us) noexcept {
  if (!begun_ || ssrc != ssrc_) {
    begin(ssrc, sequence);
    note_jitter(timestamp, clock_rate, arrival_us);
    return Verdict::restarted;
  }
  const auto ahead = static_cast<std::uint16_t>(sequence - highest_);
  if (ahead == 0) {
    ++duplicates_;
    return Verdict::duplicate;
  }
  if (ahead < most_dropout) {
    if (sequence < highest_) cycles_ += 1U << 16;
    highest_ = sequence;
    window_ = ahead < 64 ? window_ << ahead | 1 : 1;
  } else if (const auto behind = static_cast<std::uint16_t>(highest_ - sequence); behind <= most_misorder) {
    if (behind < 64) {
      const std::uint64_t bit = std::uint64_t{1} << behind;
      if ((window_ & bit) != 0) {
        ++duplicates_;
        return Verdict::duplicate;
      }
      window_ |= bit;
    }
    ++received_;
    return Verdict::fresh;  // its jitter would only say that it is old
  } else if (sequence == bad_sequence_) {
    begin(ssrc, sequence);
    note_jitter(timestamp, clock_rate, arrival_us);
    return Verdict::restarted;
  } else {
    bad_sequence_ = static_cast<std::uint16_t>(sequence + 1);
    return Verdict::stray;
  }
  ++received_;
  note_jitter(timestamp, clock_rate, arrival_us);
  return Verdict::fresh;
}

void Reception::note_jitter(std::uint32_t timestamp, std::uint32_t clock_rate, std::int64_t arrival_us) noexcept {
  if (clock_rate == 0) return;
  if (clock_rate != clock_rate_) {
    clock_rate_ = clock_rate;
    has_transit_ = false;
    jitter_q4_ = 0;
  }
  const auto arrival = static_cast<std::uint32_t>(arrival_us * static_cast<std::int64_t>(clock_rate) / 1'000'000);
  const std::uint32_t transit = arrival - timestamp;
  if (has_transit_) {
    auto d = static_cast<std::int32_t>(transit - transit_);
    if (d < 0) d = d == INT32_MIN ? INT32_MAX : -d;
    // A talk spurt that begins after a pause with a time stamp of its own is no jitter.
    if (static_cast<std::uint32_t>(d) < clock_rate * 2) {
      jitter_q4_ += static_cast<std::uint32_t>(d) - ((jitter_q4_ + 8) >> 4);
    }
  }
  transit_ = transit;
  has_transit_ = true;
}

std::int64_t Reception::lost() const noexcept {
  return lost_before_ + static_cast<std::int64_t>(expected()) - static_cast<std::int64_t>(received_);
}

std::int64_t Reception::jitter_us() const noexcept { return std::int64_t{jitter_units()} * 1'000'000 / clock_rate_; }

std::uint8_t Reception::fraction_lost() noexcept {
  const std::int64_t expected_now = static_cast<std::int64_t>(expected()) - static_cast<std::int64_t>(expected_prior_);
  const std::int64_t received_now = static_cast<std::int64_t>(received_) - static_cast<std::int64_t>(received_prior_);
  expected_prior_ = expected();
  received_prior_ = received_;
  const std::int64_t lost_now = expected_now - received_now;
  if (expected_now <= 0 || lost_now <= 0) return 0;
  const std::int64_t fraction = (lost_now << 8) / expected_now;
  return static_cast<std::uint8_t>(fraction > 255 ? 255 : fraction);
}

}  // namespace otklik::media
