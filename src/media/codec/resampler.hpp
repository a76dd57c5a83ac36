#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

struct SpeexResamplerState_;

namespace otklik::media {

/// One channel from one sample rate to another (speexdsp), keeping its filter's memory from call to call.
class Resampler {
 public:
  /// Rates in Hz, 8000 to 48000. Throws std::bad_alloc when there is no memory.
  Resampler(std::uint32_t from, std::uint32_t to);
  ~Resampler();
  Resampler(const Resampler&) = delete;
  Resampler& operator=(const Resampler&) = delete;

  /// All of `in`; as much as fits of what comes out. Returns the samples written. Allocates nothing.
  std::size_t process(std::span<const std::int16_t> in, std::span<std::int16_t> out) noexcept;

 private:
  SpeexResamplerState_* state_;
};

/// A whole sound at another rate, its filter's delay taken off.
std::vector<std::int16_t> resampled(std::span<const std::int16_t> samples, std::uint32_t from, std::uint32_t to);

}  // namespace otklik::media
