#include "media/engine/leg.hpp"

#include <algorithm>

#include "base/random.hpp"
#include "media/engine/bridge.hpp"
#include "media/engine/media_thread.hpp"

namespace otklik::media {

Leg::Leg(LegId id, LegSockets sockets, const LegOptions& options, std::uint32_t ssrc, std::string cname,
         std::shared_ptr<LegCounters> counters)
    : id_(id),
      sockets_(std::move(sockets)),
      options_(options),
      ssrc_(ssrc),
      cname_(std::move(cname)),
      counters_(std::move(counters)),
      jitter_({std::chrono::microseconds(options.jitter_least).count(),
               std::chrono::microseconds(options.jitter_most).count()}) {
  std::array<std::uint8_t, 6> start{};
  random_bytes(start);
  sequence_ = static_cast<std::uint16_t>(read_16(start.data()) & 0x7FFF);  // RFC 3711 3.3.1: far from turning over
  timestamp_ = sent_timestamp_ = read_32(start.data() + 2);
  counters_->round_trip_us.set(-1);
}

void Leg::use(std::unique_ptr<Wire>& wire, bool fresh_transport, std::unique_ptr<Transport>& transport) noexcept {
  const std::int64_t now = thread_->now_us();
  const bool received = wire_ && wire_->receives();
  const bool moved = !wire_ || !(wire_->rtp == wire->rtp);
  if (wire_) {
    wire->inherit(*wire_);
    if (wire_->send_format != wire->send_format) unsent_count_ = 0;
  }
  if (moved || !wire->rtp.is_set()) {
    peer_ = wire->rtp;
    rtcp_peer_ = KernelAddress{};
    latched_ = false;
  }
  std::swap(wire_, wire);
  if (fresh_transport) std::swap(transport_, transport);
  if (!received && wire_->receives()) {
    heard_us_ = now;
    lost_told_ = false;
  }
  if (report_due_us_ == 0) report_due_us_ = now + 2'500'000;
  fresh_ = true;
  bridge != nullptr ? bridge->refresh() : refresh();
}

void Leg::refresh() noexcept {
  Mode mode = Mode::idle;
  Leg* from = nullptr;
  if (thread_ != nullptr && wire_ && wire_->sends()) {
    mode = Mode::make;
    if (bridge != nullptr && !playing_ && !tone_sender_.is_busy()) {
      from = bridge->relay_source(*this);
      const bool fits = from != nullptr && from->wire_ &&
                        (from->heard_format_ == Format::none || from->heard_format_ == wire_->send_format);
      if (fits) mode = Mode::relay;
    }
  }
  if (mode != Mode::relay) from = nullptr;
  if (mode != mode_ || from != relay_from_) {
    mode_ = mode;
    relay_from_ = from;
    fresh_ = true;
    unsent_count_ = 0;
    counters_->passed_through.set(mode == Mode::relay ? 1 : 0);
  }
  list_for_ticks();
}

void Leg::list_for_ticks() noexcept {
  if (thread_ == nullptr) return;
  thread_->list_for_ticks(*this,
                          mode_ == Mode::make || (mode_ == Mode::relay && (is_sending_digit() || !digits_.empty())));
}

void Leg::play(std::unique_ptr<Playing>& playing) noexcept {
  stop_playing(PlayEnd::replaced);
  playing_ = std::move(playing);
  refresh();
}

void Leg::stop_playing(PlayEnd end) noexcept {
  if (!playing_) return;
  thread_->give(Fact(
      PlayEnded{id_, playing_->id, end, std::chrono::milliseconds(playing_->ticks * tick_us / 1000), std::nullopt}));
  thread_->give(std::move(playing_));
  playing_ = nullptr;
  refresh();
}

void Leg::send_digit(DigitQueue::Digit digit) noexcept {
  if (!digits_.try_push(digit))
    counters_->digits_waiting.fetch_sub(1, std::memory_order_relaxed);  // only what is passed on can be too much
  list_for_ticks();
}

void Leg::stop_digits() noexcept {
  counters_->digits_waiting.fetch_sub(static_cast<int>(digits_.size()), std::memory_order_relaxed);
  digits_.clear();
}

bool Leg::add_tap(const std::shared_ptr<Tap>& tap) noexcept {
  if (tap_count_ == taps_.size()) return false;
  taps_[tap_count_++] = tap;
  return true;
}

void Leg::remove_tap(std::shared_ptr<Tap>& tap) noexcept {
  for (unsigned i = 0; i < tap_count_; ++i) {
    if (taps_[i] != tap) continue;
    tap->end();
    taps_[i] = std::move(taps_[--tap_count_]);
    return;
  }
}

void Leg::end_taps() noexcept {
  for (unsigned i = 0; i < tap_count_; ++i) taps_[i]->end();
}

void Leg::look_after() noexcept {
  const std::int64_t now = thread_->now_us();
  counters_->jitter_us.set(reception_.jitter_us());
  counters_->lost.set(reception_.lost());
  counters_->duplicate.set(static_cast<std::int64_t>(reception_.duplicates()));
  counters_->buffered_us.set(decoding_ ? jitter_.depth_us() : 0);
  if (!wire_) return;
  if (!wire_->receives()) {
    heard_us_ = now;
  } else if (const auto limit = std::chrono::microseconds(options_.media_timeout).count();
             limit > 0 && !lost_told_ && now - heard_us_ >= limit) {
    lost_told_ = true;
    thread_->tell_if_room(MediaLost{id_, std::chrono::milliseconds((now - heard_us_) / 1000)});
  }
  if (options_.rtcp && report_due_us_ != 0 && now >= report_due_us_) {
    send_report(false);
    // RFC 3550 6.3.1: between a half and one and a half of the interval, so that reports of many do not march in step.
    report_due_us_ = now + 2'500'000 +
                     static_cast<std::int64_t>((ssrc_ ^ static_cast<std::uint32_t>(now)) * 2654435761U % 5'000'000U);
  }
}

void Leg::say_goodbye() noexcept {
  if (options_.rtcp && wire_ && has_sent_) send_report(true);
}

}  // namespace otklik::media
