#pragma once
#include <spandsp.h>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace otklik::media {

/// Makes up audio for what was lost by repeating the last pitch period, fading (ITU-T G.711 appendix I's idea,
/// spandsp's work). For codecs that cannot do it themselves.
class Concealment {
 public:
  /// Whatever is played goes through here: it is remembered, and joined smoothly to what was made up before.
  void hear(std::int16_t* samples, std::size_t count) noexcept { plc_rx(&state_, samples, static_cast<int>(count)); }
  void fill(std::int16_t* samples, std::size_t count) noexcept {
    plc_fillin(&state_, samples, static_cast<int>(count));
  }

  Concealment() { plc_init(&state_); }

 private:
  plc_state_t state_{};
};

}  // namespace otklik::media
