#pragma once
#include <array>
#include <memory>
#include <string>

#include "media/codec/half_band.hpp"
#include "media/digits/tone_sender.hpp"
#include "media/engine.hpp"
#include "media/engine/counters.hpp"
#include "media/engine/sockets.hpp"
#include "media/engine/wire.hpp"
#include "media/record/tap.hpp"
#include "media/rtp/jitter_buffer.hpp"
#include "media/rtp/reception.hpp"
#include "media/rtp/rtcp.hpp"
#include "media/rtp/telephone_event.hpp"
#include "media/sound/player.hpp"
#include "media/srtp/transport.hpp"

namespace otklik::media {

class Bridge;
class MediaThread;

/// What play() brought.
struct Playing {
  PlayId id = PlayId::none;
  std::unique_ptr<Player> player;
  bool over = false;
  bool stop_on_digit = false;
  std::int64_t ticks = 0;  ///< heard so far
};

inline constexpr std::int64_t tick_us = 20'000;
inline constexpr std::size_t wide_frame = 320;  ///< samples of a tick at 16000 Hz

/// One party's sockets and all that is known of its stream. Made by whoever creates it; from adoption on it belongs to
/// one media thread, which alone touches it.
///
/// How it sends: `relay`, packets of the other leg go on as they come; `make`, it makes a packet a tick, out of what it
/// is to hear; `idle`, it may not or cannot send.
class Leg {
 public:
  Leg(LegId id, LegSockets sockets, const LegOptions& options, std::uint32_t ssrc, std::string cname,
      std::shared_ptr<LegCounters> counters);

  [[nodiscard]] LegId id() const noexcept { return id_; }
  [[nodiscard]] const LegSockets& sockets() const noexcept { return sockets_; }
  [[nodiscard]] const std::shared_ptr<LegCounters>& counters() const noexcept { return counters_; }
  [[nodiscard]] const Wire* wire() const noexcept { return wire_.get(); }

  // --- what the thread does with it
  void adopted_by(MediaThread* thread) noexcept { thread_ = thread; }
  void on_rtp_ready() noexcept;
  void on_rtcp_ready() noexcept;
  /// Makes what it has to send in this tick; for those who make.
  void tick() noexcept;
  /// About once a second: time-outs and reports.
  void look_after() noexcept;
  void say_goodbye() noexcept;

  // --- commands
  /// What was there before is swapped into the arguments. `fresh_transport`: take `transport`, even if it is nothing.
  void use(std::unique_ptr<Wire>& wire, bool fresh_transport, std::unique_ptr<Transport>& transport) noexcept;
  void play(std::unique_ptr<Playing>& playing) noexcept;
  void stop_playing(PlayEnd end) noexcept;
  void send_digit(DigitQueue::Digit digit) noexcept;
  void stop_digits() noexcept;
  [[nodiscard]] bool add_tap(const std::shared_ptr<Tap>& tap) noexcept;
  /// Takes it out into `tap`.
  void remove_tap(std::shared_ptr<Tap>& tap) noexcept;
  void end_taps() noexcept;

  // --- bridging
  Bridge* bridge = nullptr;
  std::size_t member = 0;  ///< its number there
  /// Works out anew how it sends; after anything that this depends on.
  void refresh() noexcept;
  [[nodiscard]] bool makes() const noexcept { return mode_ == Mode::make; }
  [[nodiscard]] bool sends_wide() const noexcept { return wire_ && sample_rate(wire_->send_format) == 16000; }
  [[nodiscard]] Format heard_format() const noexcept { return heard_format_; }
  /// The next 20 ms of what the peer says, at `rate`.
  void decode_frame(int rate, std::int16_t* out) noexcept;

  // --- places in the lists of the thread
  std::size_t slot = 0;
  static constexpr std::size_t not_listed = ~std::size_t{0};
  std::size_t tick_slot = not_listed;

 private:
  enum class Mode : std::uint8_t { idle, relay, make };

  // leg_receive.cpp
  void take_datagram(WritableBytes bytes, std::size_t size, const KernelAddress& from) noexcept;
  void take_rtcp(WritableBytes bytes, const KernelAddress& from, bool on_rtp_port) noexcept;
  [[nodiscard]] bool may_come_from(const KernelAddress& from) const noexcept;
  void latch_to(const KernelAddress& from) noexcept;
  void take_event(const RtpPacket& packet, WritableBytes bytes) noexcept;
  void digit_came(char digit, DigitSource source) noexcept;
  void take_audio(const RtpPacket& packet, WritableBytes bytes, Format format) noexcept;
  void hear_tones(std::span<const std::int16_t> samples, int rate) noexcept;
  void fill_decoded(std::size_t wanted, int rate) noexcept;
  void append_decoded(std::span<const std::int16_t> samples, int native_rate, int rate) noexcept;

  // leg_send.cpp
  /// A packet of `from` goes on to this leg's peer.
  void relay(const RtpPacket& packet, WritableBytes bytes, std::uint8_t payload_type) noexcept;
  void send(std::uint8_t* packet, std::size_t size) noexcept;
  void continue_stream() noexcept;
  void make_audio(std::span<const std::int16_t> heard, int rate) noexcept;
  void begin_digit() noexcept;
  void send_event_packets() noexcept;
  void digit_ended() noexcept;
  void list_for_ticks() noexcept;
  [[nodiscard]] bool is_sending_digit() const noexcept {
    return digit_sender_.is_busy() || tone_sender_.is_busy() || pause_ticks_ > 0;
  }
  void send_report(bool bye) noexcept;
  [[nodiscard]] const KernelAddress& rtcp_target() const noexcept;
  void sent(std::uint16_t sequence, std::uint32_t timestamp, std::size_t payload) noexcept;

  const LegId id_;
  LegSockets sockets_;
  const LegOptions options_;
  const std::uint32_t ssrc_;
  const std::string cname_;
  const std::shared_ptr<LegCounters> counters_;
  MediaThread* thread_ = nullptr;
  std::unique_ptr<Wire> wire_;
  std::unique_ptr<Transport> transport_;
  std::array<std::shared_ptr<Tap>, 4> taps_;
  unsigned tap_count_ = 0;

  // what comes
  KernelAddress peer_;       // where we send: signalled, or where it comes from
  KernelAddress rtcp_peer_;  // where its reports come from, if elsewhere than signalled
  bool latched_ = false;
  bool lost_told_ = false;
  std::int64_t heard_us_ = 0;  // when the last valid packet came, or since when one is waited for
  std::int64_t waits_us_ = 0;
  Reception reception_;
  DigitReceiver digit_receiver_;
  JitterBuffer jitter_;
  Format heard_format_ = Format::none;
  bool decoding_ = false;  // packets go into the jitter buffer
  std::int64_t digit_us_ = -1'000'000'000;
  char last_digit_ = 0;
  DigitSource last_source_ = DigitSource::event;
  std::uint64_t peer_report_ntp_ = 0;
  std::int64_t peer_report_us_ = 0;

  // what was decoded and not heard yet, at decoded_rate_
  std::array<std::int16_t, most_frame_samples + wide_frame> decoded_{};
  std::size_t decoded_count_ = 0;
  int decoded_rate_ = 8000;
  bool quiet_ = true;
  std::int64_t noise_level_ = -1;  // of the peer's comfort noise, -dBov; -1: none
  std::uint32_t noise_seed_ = 1;
  HalfBand decode_up_, decode_down_, send_up_, send_down_, tones_down_;

  // what goes
  Mode mode_ = Mode::idle;
  Leg* relay_from_ = nullptr;          // whom it hears while it relays
  bool fresh_ = true;                  // the next packet begins a stretch: its times follow from the clock
  std::uint16_t sequence_ = 0;         // of the next packet
  std::uint32_t timestamp_ = 0;        // of the next packet that it makes
  std::uint32_t sent_timestamp_ = 0;   // of the newest that went out
  std::int64_t sent_us_ = 0;           // when the newest went out
  std::uint16_t relay_sequence_ = 0;   // what is added to the other's numbers
  std::uint32_t relay_timestamp_ = 0;  // and times
  bool has_sent_ = false;
  bool sent_since_report_ = false;
  std::array<std::int16_t, wide_frame / 20 * 60 + wide_frame> unsent_{};  // audio that does not fill a packet yet
  std::size_t unsent_count_ = 0;
  std::unique_ptr<Playing> playing_;
  DigitQueue digits_;
  DigitQueue::Digit digit_;
  DigitSender digit_sender_;
  ToneSender tone_sender_;
  unsigned pause_ticks_ = 0;  // between digits, where one was asked for
  std::int64_t report_due_us_ = 0;
};

}  // namespace otklik::media
