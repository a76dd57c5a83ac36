// What comes: from the socket to those who hear it.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "media/engine/bridge.hpp"
#include "media/engine/leg.hpp"
#include "media/engine/media_thread.hpp"

namespace otklik::media {
namespace {

constexpr std::int64_t follow_after_us = 1'000'000;    // Latching::follow: silence of the old source
constexpr std::int64_t one_press_us = 400'000;         // a digit as a tone and as an event within this is one press
constexpr std::int64_t concealed_within_us = 200'000;  // silence that is longer is no loss
constexpr int quiet_below = 300;                       // about -40 dB: leaving out 20 ms is not heard

}  // namespace

void Leg::on_rtp_ready() noexcept {
  std::size_t count = 0;
  do {
    count = thread_->receive(sockets_.rtp.get());
    for (std::size_t i = 0; i < count; ++i)
      take_datagram(thread_->buffer(i), thread_->received_size(i), thread_->received_from(i));
  } while (count == MediaThread::most_batch);  // fewer: there were no more, and epoll tells of the next
}

void Leg::on_rtcp_ready() noexcept {
  std::size_t count = 0;
  do {
    count = thread_->receive(sockets_.rtcp.get());
    for (std::size_t i = 0; i < count; ++i) {
      take_rtcp(thread_->buffer(i).first(thread_->received_size(i)), thread_->received_from(i), false);
    }
  } while (count == MediaThread::most_batch);
}

bool Leg::may_come_from(const KernelAddress& from) const noexcept {
  if (peer_.is_set() && from == peer_) return true;
  switch (options_.latching) {
    case Latching::never:
      return false;
    case Latching::first:
      return !latched_;
    case Latching::follow:
      return !latched_ || thread_->now_us() - heard_us_ >= follow_after_us;
  }
  return false;
}

void Leg::latch_to(const KernelAddress& from) noexcept {
  const bool another = !(from == peer_);
  if (latched_ && !another) return;
  latched_ = true;
  peer_ = from;
  counters_->set_source(from.text_form());
  thread_->tell_if_room(MediaStarted{id_, from.text_form()});
}

void Leg::take_datagram(WritableBytes buffer, std::size_t size, const KernelAddress& from) noexcept {
  WritableBytes bytes = buffer.first(std::min(size, buffer.size()));
  const DatagramKind kind = size > most_packet_size ? DatagramKind::unknown : kind_of_datagram(bytes);
  if (kind == DatagramKind::rtcp && wire_ && wire_->rtcp_mux) {
    take_rtcp(bytes, from, true);
    return;
  }
  if (kind != DatagramKind::rtp || !wire_ || !wire_->receives() || !may_come_from(from)) {
    if (wire_ && wire_->receives()) {
      counters_->refused.add();
      thread_->counting().refused.add();
    }
    return;
  }
  if (transport_) {
    size = transport_->unprotect_rtp(bytes.data(), bytes.size());
    if (size == 0) {
      counters_->unprotected.add();
      return;
    }
    bytes = bytes.first(size);
  }
  const auto packet = parse_rtp(bytes);
  const Format format = packet ? wire_->receive[packet->payload_type] : Format::none;
  if (format == Format::none) {
    counters_->refused.add();
    thread_->counting().refused.add();
    return;
  }
  const std::int64_t now = thread_->now_us();
  const std::uint32_t clock = is_audio(format) ? rtp_clock_rate(format) : 0;
  switch (reception_.take(packet->ssrc, packet->sequence, packet->timestamp, clock, now)) {
    case Reception::Verdict::fresh:
      break;
    case Reception::Verdict::restarted:
      digit_receiver_.reset();
      jitter_.clear();
      if (bridge != nullptr) {
        if (Leg* other = bridge->other_of(*this)) other->fresh_ = true;
      }
      break;
    case Reception::Verdict::duplicate:
      return;
    case Reception::Verdict::stray:
      counters_->refused.add();
      return;
  }
  latch_to(from);
  heard_us_ = now;
  if (lost_told_) {
    lost_told_ = false;
    thread_->tell_if_room(MediaBack{id_});
  }
  counters_->packets_received.add();
  counters_->bytes_received.add(static_cast<std::int64_t>(packet->payload_size));
  thread_->counting().packets_received.add();

  if (format == Format::telephone_event) {
    take_event(*packet, bytes);
  } else if (format == Format::comfort_noise) {
    if (packet->payload_size > 0) noise_level_ = bytes[packet->payload_begin] & 0x7F;
    Leg* other = bridge != nullptr ? bridge->other_of(*this) : nullptr;
    if (other != nullptr && other->relay_from_ == this && other->wire_->noise_type >= 0) {
      other->relay(*packet, bytes, static_cast<std::uint8_t>(other->wire_->noise_type));
    }
  } else {
    take_audio(*packet, bytes, format);
  }
}

void Leg::take_audio(const RtpPacket& packet, WritableBytes bytes, Format format) noexcept {
  const Bytes payload = bytes.subspan(packet.payload_begin, packet.payload_size);
  noise_level_ = -1;
  if (format != heard_format_) {
    heard_format_ = format;
    counters_->format.set(static_cast<std::int64_t>(format));
    jitter_.clear();
    decoded_count_ = 0;
    if (bridge != nullptr) bridge->refresh();
  }
  if (tap_count_ > 0 && payload.size() <= most_payload_size) {
    const TappedPacket tapped{thread_->now_us(),
                              packet.timestamp,
                              packet.ssrc,
                              packet.sequence,
                              static_cast<std::uint16_t>(payload.size()),
                              format};
    for (unsigned i = 0; i < tap_count_; ++i) taps_[i]->put(tapped, payload.data());
  }
  const bool decoding = bridge != nullptr && bridge->is_decoded(*this);
  if (decoding) {
    if (!decoding_) {
      jitter_.clear();
      decoded_count_ = 0;
    }
    const std::uint32_t span = payload_span(format, payload);
    if (span == 0) {
      counters_->refused.add();
    } else {
      const auto put =
          jitter_.put({packet.timestamp, packet.sequence, static_cast<std::uint8_t>(format), packet.marker, payload},
                      span, rtp_clock_rate(format), thread_->now_us());
      if (put == JitterBuffer::Put::late) counters_->late.add();
      if (put == JitterBuffer::Put::too_large) counters_->refused.add();
    }
  } else if (wire_->tones) {
    std::array<std::int16_t, most_frame_samples>
        samples;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled next
    const std::size_t count = wire_->decoder(format)->decode(payload, samples);
    hear_tones({samples.data(), count}, sample_rate(format));
  }
  decoding_ = decoding;

  if (bridge == nullptr) return;
  // Last, because it writes over the header.
  Leg* other = bridge->other_of(*this);
  if (other != nullptr && other->relay_from_ == this) other->relay(packet, bytes, other->wire_->send_type);
}

void Leg::take_event(const RtpPacket& packet, WritableBytes bytes) noexcept {
  const auto event = parse_telephone_event(bytes.subspan(packet.payload_begin, packet.payload_size));
  if (!event) {
    counters_->refused.add();
    return;
  }
  const auto told = digit_receiver_.take(*event, packet.timestamp);
  Leg* other = bridge != nullptr ? bridge->other_of(*this) : nullptr;
  const bool passed = other != nullptr && other->relay_from_ == this && other->wire_->event_type >= 0;
  if (told.digit != 0) {
    digit_came(told.digit, DigitSource::event);
    // Where events cannot go on as they are, the key is pressed anew.
    if (!passed && other != nullptr) {
      other->counters_->digits_waiting.fetch_add(1, std::memory_order_relaxed);
      other->send_digit({told.digit, 100, false});
    }
  }
  if (passed) other->relay(packet, bytes, static_cast<std::uint8_t>(other->wire_->event_type));
}

void Leg::digit_came(char digit, DigitSource source) noexcept {
  const std::int64_t now = thread_->now_us();
  const bool same_press = digit == last_digit_ && source != last_source_ && now - digit_us_ < one_press_us;
  last_digit_ = digit;
  last_source_ = source;
  digit_us_ = now;
  if (same_press) return;
  thread_->tell_if_room(DigitCame{id_, digit, source});
  if (playing_ && playing_->stop_on_digit) stop_playing(PlayEnd::digit);
}

void Leg::hear_tones(std::span<const std::int16_t> samples, int rate) noexcept {
  std::array<std::int16_t, most_frame_samples>
      narrow;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled where used
  if (rate == 16000) {
    tones_down_.down(samples, narrow.data());
    samples = {narrow.data(), samples.size() / 2};
  }
  if (const char digit = wire_->tones->hear(samples); digit != 0) digit_came(digit, DigitSource::tone);
}

void Leg::take_rtcp(WritableBytes bytes, const KernelAddress& from, bool on_rtp_port) noexcept {
  if (!wire_ || !options_.rtcp || bytes.size() > most_packet_size) return;
  if (peer_.is_set() && !from.is_same_host(peer_)) return;
  if (transport_) {
    const std::size_t size = transport_->unprotect_rtcp(bytes.data(), bytes.size());
    if (size == 0) {
      counters_->unprotected.add();
      return;
    }
    bytes = bytes.first(size);
  }
  const auto reading = parse_rtcp(bytes, ssrc_);
  if (!reading) {
    counters_->refused.add();
    return;
  }
  const std::int64_t now = thread_->now_us();
  if (!on_rtp_port && options_.latching != Latching::never) rtcp_peer_ = from;
  if (noise_level_ >= 0) heard_us_ = now;  // it says that it is silent: its reports are its sign of life
  timespec wall{};
  ::clock_gettime(CLOCK_REALTIME, &wall);
  const std::uint64_t ntp = ntp_time(wall.tv_sec * 1'000'000 + wall.tv_nsec / 1000);
  if (reading->sender) {
    peer_report_ntp_ = reading->sender->ntp;
    peer_report_us_ = now;
  }
  if (reading->about_us) {
    const auto& block = *reading->about_us;
    counters_->remote_lost.set(block.lost);
    counters_->remote_fraction.set(block.fraction_lost);
    counters_->remote_jitter_us.set(std::int64_t{block.jitter} * 1'000'000 / rtp_clock_rate(wire_->send_format));
    if (const auto trip = round_trip_us(block, ntp)) counters_->round_trip_us.set(*trip);
    counters_->has_report.set(1);
  }
}

void Leg::decode_frame(int rate, std::int16_t* out) noexcept {
  const auto wanted = static_cast<std::size_t>(rate / 50);
  if (!wire_ || !wire_->receives() || wire_->decoder(heard_format_) == nullptr) {
    std::fill_n(out, wanted, std::int16_t{0});
    return;
  }
  if (rate != decoded_rate_) {
    decoded_rate_ = rate;
    decoded_count_ = 0;
  }
  fill_decoded(wanted, rate);
  std::copy_n(decoded_.begin(), wanted, out);
  decoded_count_ -= wanted;
  std::copy_n(decoded_.begin() + static_cast<std::ptrdiff_t>(wanted), decoded_count_, decoded_.begin());
  int loudest = 0;
  for (std::size_t i = 0; i < wanted; ++i) loudest = std::max(loudest, std::abs(static_cast<int>(out[i])));
  quiet_ = loudest < quiet_below;
  if (wire_->tones) hear_tones({out, wanted}, rate);
}

void Leg::fill_decoded(std::size_t wanted, int rate) noexcept {
  std::array<std::int16_t, most_frame_samples>
      samples;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled where used
  const std::int64_t now = thread_->now_us();
  while (decoded_count_ < wanted) {
    const int native = sample_rate(heard_format_);
    std::size_t count = static_cast<std::size_t>(native / 50);
    Decoder* decoder = wire_->decoder(heard_format_);
    JitterBuffer::Packet packet;
    switch (jitter_.get(packet, rtp_clock_rate(heard_format_) / 50, quiet_, now)) {
      case JitterBuffer::Got::packet: {
        const auto format = static_cast<Format>(packet.format);
        Decoder* its_own = wire_->decoder(format);
        const std::size_t decoded =
            its_own != nullptr && format == heard_format_ ? its_own->decode(packet.payload, samples) : 0;
        if (decoded > 0) {
          count = decoded;
        } else {
          decoder->conceal(count, {}, samples.data());
          counters_->concealed.add();
        }
        break;
      }
      case JitterBuffer::Got::lost:
        decoder->conceal(count, packet.payload, samples.data());
        counters_->concealed.add();
        break;
      case JitterBuffer::Got::nothing:
        if (noise_level_ >= 0) {
          // White noise of the level that was said (RFC 3389 without its spectrum); -dBov of a full square wave.
          const float peak = 32767.0F * 1.7F * std::pow(10.0F, -static_cast<float>(noise_level_) / 20.0F);
          for (std::size_t i = 0; i < count; ++i) {
            noise_seed_ = noise_seed_ * 1664525U + 1013904223U;
            samples[i] = static_cast<std::int16_t>(
                std::clamp(peak * (static_cast<float>(noise_seed_ >> 8) / 8388608.0F - 1.0F), -32767.0F, 32767.0F));
          }
        } else {
          decoder->conceal(count, {}, samples.data());
          if (now - heard_us_ < concealed_within_us) counters_->concealed.add();
        }
        break;
      case JitterBuffer::Got::waiting:
        std::fill_n(samples.begin(), count, std::int16_t{0});
        break;
    }
    append_decoded({samples.data(), count}, native, rate);
  }
}

void Leg::append_decoded(std::span<const std::int16_t> samples, int native_rate, int rate) noexcept {
  std::int16_t* to = decoded_.data() + decoded_count_;
  const std::size_t room = decoded_.size() - decoded_count_;
  if (native_rate == rate) {
    const std::size_t count = std::min(samples.size(), room);
    std::copy_n(samples.begin(), count, to);
    decoded_count_ += count;
  } else if (rate == 16000) {
    samples = samples.first(std::min(samples.size(), room / 2));
    decode_up_.up(samples, to);
    decoded_count_ += samples.size() * 2;
  } else {
    samples = samples.first(std::min(samples.size(), room * 2));
    decode_down_.down(samples, to);
    decoded_count_ += samples.size() / 2;
  }
}

}  // namespace otklik::media
