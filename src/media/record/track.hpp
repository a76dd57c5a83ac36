#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "media/record/tap.hpp"

namespace otklik::media {

/// The audio of one leg on the time axis of its recording: takes packets off a tap, orders and decodes them, and lays
/// each where its time stamp says. What is missing is silent. Belongs to the recording thread.
class Track {
 public:
  /// `rate` of its samples, 8000 or 16000; `begin_us`: the recording's beginning, of the engine's clock.
  Track(std::shared_ptr<Tap> tap, std::uint32_t rate, std::int64_t begin_us);

  /// Takes what the tap holds. What has waited for `order_us` is decoded; all of it with `to_the_end`.
  void take(std::int64_t now_us, bool to_the_end);
  /// The samples from the position after the last read on; what comes for them later is dropped.
  void read(std::span<std::int16_t> out) noexcept;

  [[nodiscard]] const Tap& tap() const noexcept { return *tap_; }
  [[nodiscard]] Tap& tap() noexcept { return *tap_; }

  /// Packets may come so much out of order. Nothing may be read that is younger than twice this.
  static constexpr std::int64_t order_us = 300'000;

 private:
  struct Waiting {
    TappedPacket packet;
    std::vector<std::uint8_t> payload;
  };
  void decode(const TappedPacket& packet, Bytes payload);
  void decode_waiting(std::int64_t before_us);
  [[nodiscard]] std::int64_t place(const TappedPacket& packet);
  void lay(std::int64_t position, std::span<const std::int16_t> samples) noexcept;

  std::shared_ptr<Tap> tap_;
  const std::uint32_t rate_;
  const std::int64_t begin_us_;
  std::vector<std::int16_t> window_;  // by position, going round
  std::int64_t read_ = 0;             // the position that is read next

  std::vector<Waiting> waiting_;  // in the order of their numbers
  std::array<std::unique_ptr<Decoder>, 8> decoders_;
  Format format_ = Format::none;
  std::uint32_t ssrc_ = 0;
  bool anchored_ = false;
  std::uint32_t anchor_timestamp_ = 0;
  std::int64_t anchor_position_ = 0;
  std::int64_t end_ = 0;  // where the last piece laid ends
};

}  // namespace otklik::media
