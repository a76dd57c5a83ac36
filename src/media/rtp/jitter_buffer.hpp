#pragma once
#include <array>
#include <cstdint>
#include <memory>

#include "media/rtp/packet.hpp"

namespace otklik::media {

/// Puts the packets of one source into order and gives one out whenever audio is needed, holding back as much as the
/// network's unsteadiness asks for. Under any clock: it is told the time. Never allocates after its making.
///
/// The depth follows the delays that are seen: enough for all but about three packets in a hundred. Growing is done by
/// making up audio when a packet is not there yet (the late one is played after all), shrinking by leaving a packet
/// out, best a quiet one.
class JitterBuffer {
 public:
  struct Bounds {
    std::int64_t least_us = 20'000;
    std::int64_t most_us = 300'000;
  };
  explicit JitterBuffer(Bounds bounds);

  struct Packet {
    std::uint32_t timestamp = 0;
    std::uint16_t sequence = 0;
    std::uint8_t format = 0;  ///< of the owner: which codec
    bool marker = false;
    Bytes payload;  ///< valid until the next put()
  };

  enum class Put : std::uint8_t { kept, late, duplicate, too_large };
  /// `span`: how much audio the payload holds, in units of the time stamp (a guess will do for the newest).
  /// `clock_rate` Hz.
  Put put(const Packet& packet, std::uint32_t span, std::uint32_t clock_rate, std::int64_t arrival_us) noexcept;

  enum class Got : std::uint8_t {
    packet,  ///< decode it
    lost,  ///< one is missing, a later one is here: conceal it; `packet` has the payload that follows, if just that one
           ///< does
    nothing,  ///< nothing is here: conceal, or be silent if it has been so for long
    waiting,  ///< a talk begins, it is being gathered: be silent
  };
  /// The next piece of audio, asked for when the decoder has run out. `lost` and `nothing` stand for `step` units.
  /// `quiet`: what was played last was silent, so that leaving out would not be heard.
  Got get(Packet& packet, std::uint32_t step, bool quiet, std::int64_t now_us) noexcept;

  /// Everything is forgotten but what was learnt of delays.
  void clear() noexcept;

  [[nodiscard]] std::int64_t target_us() const noexcept { return target_us_; }
  /// What lies here, in microseconds of audio.
  [[nodiscard]] std::int64_t depth_us() const noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return count_; }

 private:
  static constexpr std::size_t slots = 32;
  static constexpr std::size_t bins = 16;  // of 20 ms of delay

  struct Slot {
    bool used = false;
    bool marker = false;
    std::uint8_t format = 0;
    std::uint16_t sequence = 0;
    std::uint16_t size = 0;
    std::uint32_t timestamp = 0;
    std::uint32_t span = 0;
  };

  void learn_delay(std::uint32_t timestamp, std::int64_t arrival_us) noexcept;
  void drop(std::size_t slot) noexcept;
  [[nodiscard]] int earliest() const noexcept;
  [[nodiscard]] std::int64_t to_us(std::int64_t units) const noexcept { return units * 1'000'000 / clock_rate_; }
  [[nodiscard]] WritableBytes bytes_of(std::size_t slot) const noexcept {
    return {bytes_.get() + slot * most_payload_size, most_payload_size};
  }

  Bounds bounds_;
  std::array<Slot, slots> slots_{};
  std::unique_ptr<std::uint8_t[]> bytes_;  // not touched, so not in memory, until audio is decoded
  std::size_t count_ = 0;
  std::uint32_t clock_rate_ = 8000;

  enum class State : std::uint8_t { idle, gathering, playing };
  State state_ = State::idle;
  std::uint32_t next_ = 0;        // the time stamp that is to be played next
  std::uint32_t newest_end_ = 0;  // where the newest packet ends
  std::int64_t first_arrival_us_ = 0;
  std::int64_t made_up_us_ = 0;  // audio made up while nothing was here, since the last packet
  std::int64_t too_deep_since_us_ = -1;

  bool has_delay_ = false;
  std::uint32_t delay_timestamp_ = 0;
  std::int64_t delay_arrival_us_ = 0;
  std::int64_t delay_us_ = 0;        // of the newest packet, against the first
  std::int64_t least_delay_us_ = 0;  // seen lately: rises slowly, so that a drift of clocks is followed
  std::array<float, bins> delays_{};
  std::int64_t target_us_;
};

}  // namespace otklik::media
