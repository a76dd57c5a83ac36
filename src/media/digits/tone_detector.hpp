#pragma once
#include <cstdint>
#include <memory>
#include <span>

struct dtmf_rx_state_s;

namespace otklik::media {

/// Hears DTMF digits in audio of 8000 Hz (spandsp). Each press is told once.
class ToneDetector {
 public:
  /// Nothing when there is no memory.
  static std::unique_ptr<ToneDetector> make();
  ~ToneDetector();
  ToneDetector(const ToneDetector&) = delete;
  ToneDetector& operator=(const ToneDetector&) = delete;

  /// The next piece of audio. A digit that was recognised in it, or 0; pieces are shorter than a digit.
  char hear(std::span<const std::int16_t> samples) noexcept;
  /// So many samples are missing.
  void miss(std::size_t samples) noexcept;

 private:
  explicit ToneDetector(dtmf_rx_state_s* state) : state_(state) {}
  dtmf_rx_state_s* state_;
};

}  // namespace otklik::media
