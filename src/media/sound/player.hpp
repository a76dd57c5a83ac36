#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "media/sound/sound.hpp"
#include "media/sound/tone.hpp"

namespace otklik::media {

/// Gives out what a leg is to hear, piece by piece. Made by whoever asks for it, then used by one media thread.
/// Allocates nothing once it is made. The rate may change from piece to piece.
class Player {
 public:
  virtual ~Player() = default;
  /// Fills `out` with sound at `rate` (8000 or 16000). Returns how many samples are sound; fewer than asked: it has
  /// ended, and the rest of `out` is silent.
  virtual std::size_t read(std::span<std::int16_t> out, int rate) noexcept = 0;
};

/// Errors are none: a cadence that could not be is refused before. `gain` in dB.
std::unique_ptr<Player> make_tone_player(const Cadence& cadence, int gain);
/// `sounds` is not empty. `begin`: where in all of them together to start, in 1/8000 s, taken around.
std::unique_ptr<Player> make_sound_player(std::vector<std::shared_ptr<const Sound>> sounds, bool repeat,
                                          std::uint64_t begin, int gain);

/// `sample` times `factor` (a gain), held within 16 bits.
std::int16_t scaled(std::int16_t sample, float factor) noexcept;
float factor_of_gain(int decibel) noexcept;

}  // namespace otklik::media
