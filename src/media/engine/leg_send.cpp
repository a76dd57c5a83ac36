// What goes: from those who are heard, from players and digits, to the socket.
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>

#include "media/engine/bridge.hpp"
#include "media/engine/leg.hpp"
#include "media/engine/media_thread.hpp"

namespace otklik::media {
namespace {
constexpr unsigned pause_of_comma = 25;  // ticks: half a second
constexpr std::int64_t most_digit_gap_ms = 100;
}  // namespace

void Leg::send(std::uint8_t* packet, std::size_t size) noexcept {
  if (transport_) {
    size = transport_->protect_rtp(packet, size);
    if (size == 0) {
      counters_->send_failures.add();
      return;
    }
  }
  // A full socket or a peer that is not there (ECONNREFUSED of the packet before) costs this packet and nothing else.
  if (::sendto(sockets_.rtp.get(), packet, size, MSG_DONTWAIT | MSG_NOSIGNAL, &peer_.any, peer_.size) < 0)
    counters_->send_failures.add();
}

void Leg::sent(std::uint16_t sequence, std::uint32_t timestamp, std::size_t payload) noexcept {
  if (static_cast<std::int16_t>(sequence + 1 - sequence_) > 0 || !has_sent_)
    sequence_ = static_cast<std::uint16_t>(sequence + 1);
  if (static_cast<std::int32_t>(timestamp - sent_timestamp_) > 0 || !has_sent_) sent_timestamp_ = timestamp;
  has_sent_ = sent_since_report_ = true;
  sent_us_ = thread_->now_us();
  counters_->packets_sent.add();
  counters_->bytes_sent.add(static_cast<std::int64_t>(payload));
  thread_->counting().packets_sent.add();
}

void Leg::continue_stream() noexcept {
  if (!has_sent_) return;  // begins where chance has put it
  const std::int64_t passed_us = std::clamp<std::int64_t>(thread_->now_us() - sent_us_, tick_us, 3'600'000'000);
  timestamp_ = sent_timestamp_ + static_cast<std::uint32_t>(passed_us * rtp_clock_rate(wire_->send_format) / 1'000'000);
}

void Leg::relay(const RtpPacket& packet, WritableBytes bytes, std::uint8_t payload_type) noexcept {
  if (is_sending_digit()) {
    fresh_ = true;
    return;
  }
  RtpHeader header = packet;
  if (fresh_) {
    fresh_ = false;
    continue_stream();
    relay_sequence_ = static_cast<std::uint16_t>(sequence_ - packet.sequence);
    relay_timestamp_ = timestamp_ - packet.timestamp;
    header.marker = true;
  }
  // Numbers and times keep their distances, so that the far end sees what was lost and puts in order what was not.
  header.payload_type = payload_type;
  header.sequence = static_cast<std::uint16_t>(packet.sequence + relay_sequence_);
  header.timestamp = packet.timestamp + relay_timestamp_;
  header.ssrc = ssrc_;
  std::uint8_t* begin = bytes.data() + packet.payload_begin - rtp_header_size;
  write_rtp_header(header, begin);
  send(begin, rtp_header_size + packet.payload_size);
  sent(header.sequence, header.timestamp, packet.payload_size);
}

void Leg::tick() noexcept {
  if (mode_ == Mode::idle) return;
  if (!is_sending_digit() && !digits_.empty()) begin_digit();
  if (digit_sender_.is_busy()) {
    send_event_packets();
    if (!digit_sender_.is_busy()) digit_ended();
  } else if (pause_ticks_ > 0 && --pause_ticks_ == 0) {
    digit_ended();
  }
  if (mode_ != Mode::make) return;
  std::array<std::int16_t, wide_frame> heard;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled next
  const int rate = bridge != nullptr ? bridge->rate() : sample_rate(wire_->send_format);
  const auto count = static_cast<std::size_t>(rate / 50);
  if (bridge != nullptr) {
    bridge->hear(*this, thread_->tick_number(), heard.data());
  } else {
    std::fill_n(heard.begin(), count, std::int16_t{0});
  }
  make_audio({heard.data(), count}, rate);
}

void Leg::make_audio(std::span<const std::int16_t> heard, int rate) noexcept {
  std::array<std::int16_t, wide_frame> frame;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled next
  const std::size_t count = heard.size();
  std::copy_n(heard.begin(), count, frame.begin());
  bool play_is_over = false;
  if (playing_) {
    std::array<std::int16_t, wide_frame> played;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled next
    play_is_over = playing_->player->read({played.data(), count}, rate) < count;
    ++playing_->ticks;
    for (std::size_t i = 0; i < count; ++i) {
      frame[i] =
          playing_->over ? static_cast<std::int16_t>(std::clamp(frame[i] + played[i], -32768, 32767)) : played[i];
    }
  }
  if (tone_sender_.is_busy()) tone_sender_.read({frame.data(), count}, rate);

  const int send_rate = sample_rate(wire_->send_format);
  std::int16_t* to = unsent_.data() + unsent_count_;
  if (rate == send_rate) {
    std::copy_n(frame.begin(), count, to);
    unsent_count_ += count;
  } else if (send_rate == 16000) {
    send_up_.up({frame.data(), count}, to);
    unsent_count_ += count * 2;
  } else {
    send_down_.down({frame.data(), count}, to);
    unsent_count_ += count / 2;
  }

  const std::uint32_t clock = rtp_clock_rate(wire_->send_format);
  const std::size_t samples = static_cast<std::size_t>(send_rate) * wire_->packet_ms / 1000;
  std::size_t done = 0;
  const bool as_event = digit_sender_.is_busy();
  while (unsent_count_ - done >= samples) {
    if (as_event) {  // the key alone; time goes on
      timestamp_ += clock * wire_->packet_ms / 1000;
      done += samples;
      continue;
    }
    bool marker = false;
    if (fresh_) {
      fresh_ = false;
      marker = true;
      continue_stream();
    }
    std::array<std::uint8_t, rtp_header_size + most_packet_size + Transport::room>
        packet;  // NOLINT(cppcoreguidelines-pro-type-member-init)
    const std::size_t size = wire_->encoder->encode({unsent_.data() + done, samples},
                                                    std::span(packet).subspan(rtp_header_size, most_payload_size));
    done += samples;
    const std::uint32_t timestamp = timestamp_;
    timestamp_ += clock * wire_->packet_ms / 1000;
    if (size == 0) {
      counters_->send_failures.add();
      continue;
    }
    if (wire_->send_format == Format::opus && size <= 2) continue;  // RFC 7587 3.1.3: nothing but silence, not sent
    const std::uint16_t sequence = sequence_;
    write_rtp_header({wire_->send_type, marker, sequence, timestamp, ssrc_}, packet.data());
    send(packet.data(), rtp_header_size + size);
    sent(sequence, timestamp, size);
  }
  unsent_count_ -= done;
  std::copy_n(unsent_.begin() + static_cast<std::ptrdiff_t>(done), unsent_count_, unsent_.begin());

  if (play_is_over) stop_playing(PlayEnd::finished);
  if (digit_.digit != 0 && !is_sending_digit()) digit_ended();
}

void Leg::begin_digit() noexcept {
  if (!digits_.pop(digit_)) return;
  counters_->digits_waiting.fetch_sub(1, std::memory_order_relaxed);
  const std::int64_t length = digit_.length_ms;
  const std::int64_t gap = std::min(length, most_digit_gap_ms);
  if (digit_.digit == ',') {
    pause_ticks_ = pause_of_comma;
  } else if (wire_->event_type >= 0) {
    const auto units = [this](std::int64_t ms) { return static_cast<std::uint32_t>(ms * wire_->event_rate / 1000); };
    if (fresh_ || mode_ == Mode::relay) continue_stream();
    digit_sender_.begin(event_of_digit(digit_.digit).value_or(0), timestamp_, units(length), units(gap));
    fresh_ = true;
  } else if (digit_.digit == '!') {
    pause_ticks_ = 1;  // a flash has no tone
  } else {
    tone_sender_.begin(digit_.digit, std::chrono::milliseconds(length), std::chrono::milliseconds(gap));
    refresh();  // it has to make its audio now
  }
}

void Leg::send_event_packets() noexcept {
  const auto next = digit_sender_.next(wire_->event_rate / 50);
  if (!next) return;
  for (unsigned i = 0; i < next->copies; ++i) {
    std::array<std::uint8_t, rtp_header_size + telephone_event_size + Transport::room>
        packet;  // NOLINT(cppcoreguidelines-pro-type-member-init)
    const std::uint16_t sequence = sequence_;
    write_rtp_header(
        {static_cast<std::uint8_t>(wire_->event_type), next->marker && i == 0, sequence, next->timestamp, ssrc_},
        packet.data());
    write_telephone_event(next->event, packet.data() + rtp_header_size);
    send(packet.data(), rtp_header_size + telephone_event_size);
    // The newest time stays that of the audio: what follows an event goes by the clock from where the event began.
    const std::int64_t began_us = sent_us_;
    const bool first = next->marker;
    sent(sequence, next->timestamp, telephone_event_size);
    if (!first) sent_us_ = began_us;
  }
}

void Leg::digit_ended() noexcept {
  if (digit_.told) thread_->give(Fact(DigitsSent{id_}));
  digit_ = {};
  refresh();
}

const KernelAddress& Leg::rtcp_target() const noexcept {
  if (wire_->rtcp_mux) return peer_;
  return rtcp_peer_.is_set() ? rtcp_peer_ : wire_->rtcp;
}

void Leg::send_report(bool bye) noexcept {
  const KernelAddress& to = rtcp_target();
  if (!to.is_set() || (!has_sent_ && !reception_.has_begun())) return;
  const std::int64_t now = thread_->now_us();
  timespec wall{};
  ::clock_gettime(CLOCK_REALTIME, &wall);
  RtcpWriting report;
  report.ssrc = ssrc_;
  report.cname = cname_;
  report.bye = bye;
  if (sent_since_report_) {
    const std::int64_t since_us = now - sent_us_;
    report.sender = SenderReport{
        ntp_time(wall.tv_sec * 1'000'000 + wall.tv_nsec / 1000),
        sent_timestamp_ + static_cast<std::uint32_t>(since_us * rtp_clock_rate(wire_->send_format) / 1'000'000),
        static_cast<std::uint32_t>(counters_->packets_sent.get()),
        static_cast<std::uint32_t>(counters_->bytes_sent.get())};
    sent_since_report_ = false;
  }
  if (reception_.has_begun()) {
    ReportBlock block;
    block.ssrc = reception_.ssrc();
    block.fraction_lost = reception_.fraction_lost();
    block.lost = static_cast<std::int32_t>(std::clamp<std::int64_t>(reception_.lost(), INT32_MIN, INT32_MAX));
    block.highest = reception_.highest();
    block.jitter = reception_.jitter_units();
    if (peer_report_ntp_ != 0) {
      block.last_report = static_cast<std::uint32_t>(peer_report_ntp_ >> 16);
      block.since_last_report = static_cast<std::uint32_t>((now - peer_report_us_) * 65536 / 1'000'000);
    }
    report.about_peer = block;
  }
  std::array<std::uint8_t, most_rtcp_size + Transport::room> bytes{};
  std::size_t size = write_rtcp(report, std::span(bytes).first<most_rtcp_size>());
  if (transport_) size = transport_->protect_rtcp(bytes.data(), size);
  if (size == 0) return;
  const int fd = wire_->rtcp_mux ? sockets_.rtp.get() : sockets_.rtcp.get();
  if (::sendto(fd, bytes.data(), size, MSG_DONTWAIT | MSG_NOSIGNAL, &to.any, to.size) < 0)
    counters_->send_failures.add();
}

}  // namespace otklik::media
