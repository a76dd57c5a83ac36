#pragma once
#include <array>
#include <cstdint>
#include <span>

namespace otklik::media {

/// 8000 Hz to 16000 and back while audio flows: half of a half-band filter's taps are zero, so this costs a third of a
/// general resampler, and it has no memory to allocate. 60 dB down from 4.6 kHz on, flat to 3.4 kHz. A delay of 1.5 ms.
class HalfBand {
 public:
  static constexpr std::size_t most = 1920;  ///< samples of one piece, of the lower rate

  /// `out` takes twice as many samples.
  void up(std::span<const std::int16_t> in, std::int16_t* out) noexcept;
  /// An even number of samples; `out` takes half as many. May write over what it reads.
  void down(std::span<const std::int16_t> in, std::int16_t* out) noexcept;
  void reset() noexcept { past_.fill(0); }

 private:
  static constexpr std::size_t side = 12;  // taps that are not zero on each side of the middle
  std::array<float, side * 4> past_{};     // one object is used in one direction only
};

}  // namespace otklik::media
