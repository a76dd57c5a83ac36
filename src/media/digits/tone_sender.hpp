#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <span>

namespace otklik::media {

/// Digits on their way out, in their order: of fixed room, so that a media thread can fill and empty it.
class DigitQueue {
 public:
  static constexpr std::size_t room = 64;
  struct Digit {
    char digit = 0;
    std::uint16_t length_ms = 100;
    bool told = false;  ///< it is the last of a send_digits(), which is to be told
  };
  [[nodiscard]] bool try_push(Digit digit) noexcept {
    if (count_ == room) return false;
    digits_[(first_ + count_++) % room] = digit;
    return true;
  }
  bool pop(Digit& digit) noexcept {
    if (count_ == 0) return false;
    digit = digits_[first_];
    first_ = (first_ + 1) % room;
    --count_;
    return true;
  }
  void clear() noexcept { count_ = 0; }
  [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
  [[nodiscard]] std::size_t size() const noexcept { return count_; }

 private:
  std::array<Digit, room> digits_{};
  std::size_t first_ = 0;
  std::size_t count_ = 0;
};

/// The tones of one key (ITU-T Q.23) after another, without memory of its own.
class ToneSender {
 public:
  /// `digit` 0-9 * # A-D; anything else is silence.
  void begin(char digit, std::chrono::milliseconds length, std::chrono::milliseconds gap) noexcept;
  [[nodiscard]] bool is_busy() const noexcept { return left_ > 0; }
  void stop() noexcept { left_ = 0; }
  /// Writes over `out`: the tone, and silence where it has ended.
  void read(std::span<std::int16_t> out, int rate) noexcept;

 private:
  float low_hertz_ = 0;
  float high_hertz_ = 0;
  float low_phase_ = 0;
  float high_phase_ = 0;
  std::int64_t gap_ = 0;   // in 1/16000 s
  std::int64_t left_ = 0;  // likewise, the gap included
};

}  // namespace otklik::media
