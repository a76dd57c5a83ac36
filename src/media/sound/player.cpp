#include "media/sound/player.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace otklik::media {
namespace {

// A full sine of 16 bits is +3.14 dBm0 (G.711 table 5).
constexpr float full_scale_dbm0 = 3.14F;
constexpr int ramp_units = 8000 * 4 / 1000;  // tones rise and fall for 4 ms, so that they do not click

class TonePlayer final : public Player {
 public:
  TonePlayer(const Cadence& cadence, int gain)
      : cadence_(cadence),
        amplitude_(32767.0F * std::pow(10.0F, (static_cast<float>(cadence.level + gain) - full_scale_dbm0) / 20.0F)) {}

  std::size_t read(std::span<std::int16_t> out, int rate) noexcept override {
    std::size_t done = 0;
    while (done < out.size() && !ended_) {
      const ToneStretch& stretch = cadence_.stretches[stretch_];
      const auto length = static_cast<std::uint64_t>(stretch.time.count()) * static_cast<unsigned>(rate) / 1000;
      if (rate != rate_) {
        at_ = rate_ == 0 ? 0 : at_ * static_cast<unsigned>(rate) / static_cast<unsigned>(rate_);
        rate_ = rate;
      }
      for (; done < out.size() && at_ < length; ++done, ++at_) out[done] = sample(stretch, length, rate);
      if (at_ >= length) advance();
    }
    std::fill(out.begin() + static_cast<std::ptrdiff_t>(done), out.end(), std::int16_t{0});
    return done;
  }

 private:
  std::int16_t sample(const ToneStretch& stretch, std::uint64_t length, int rate) noexcept {
    if (stretch.hertz == 0 && stretch.second_hertz == 0) return 0;
    float value = 0;
    if (stretch.hertz != 0) value += oscillate(first_phase_, stretch.hertz, rate);
    if (stretch.second_hertz != 0) value += oscillate(second_phase_, stretch.second_hertz, rate);
    const std::uint64_t edge = std::min(at_ + 1, length - at_);
    const auto ramp = static_cast<std::uint64_t>(ramp_units) * static_cast<unsigned>(rate) / 8000;
    // An endless tone of one stretch has no edges but its first.
    const bool endless = cadence_.repeats && cadence_.stretches.size() == 1;
    if (edge < ramp && (!endless || (laps_ == 0 && at_ < ramp)))
      value *= static_cast<float>(edge) / static_cast<float>(ramp);
    return static_cast<std::int16_t>(std::clamp(value * amplitude_, -32767.0F, 32767.0F));
  }

  static float oscillate(float& phase, unsigned hertz, int rate) noexcept {
    const float value = std::sin(phase);
    phase += 2 * std::numbers::pi_v<float> * static_cast<float>(hertz) / static_cast<float>(rate);
    if (phase > 2 * std::numbers::pi_v<float>) phase -= 2 * std::numbers::pi_v<float>;
    return value;
  }

  void advance() noexcept {
    at_ = 0;
    if (++stretch_ < cadence_.stretches.size()) return;
    stretch_ = 0;
    ++laps_;
    ended_ = !cadence_.repeats;
  }

  const Cadence cadence_;
  const float amplitude_;
  std::size_t stretch_ = 0;
  std::uint64_t at_ = 0;  // samples into the stretch
  int rate_ = 0;
  std::uint64_t laps_ = 0;
  float first_phase_ = 0;
  float second_phase_ = 0;
  bool ended_ = false;
};

class SoundPlayer final : public Player {
 public:
  SoundPlayer(std::vector<std::shared_ptr<const Sound>> sounds, bool repeat, std::uint64_t begin, int gain)
      : sounds_(std::move(sounds)), repeat_(repeat), factor_(factor_of_gain(gain)), plain_(gain == 0) {
    std::uint64_t whole = 0;
    for (const auto& sound : sounds_) whole += sound->units();
    ended_ = whole == 0;
    at_ = whole == 0 ? 0 : begin % whole * 2;
    while (!ended_ && at_ >= sounds_[which_]->units() * 2) at_ -= sounds_[which_++]->units() * 2;
  }

  std::size_t read(std::span<std::int16_t> out, int rate) noexcept override {
    const std::size_t step = rate == 8000 ? 2 : 1;  // at_ counts 1/16000 s
    std::size_t done = 0;
    while (done < out.size() && !ended_) {
      const auto samples = sounds_[which_]->at(rate);
      const std::size_t from = at_ / step;
      const std::size_t count = std::min(samples.size() - std::min(from, samples.size()), out.size() - done);
      for (std::size_t i = 0; i < count; ++i)
        out[done + i] = plain_ ? samples[from + i] : scaled(samples[from + i], factor_);
      done += count;
      at_ += count * step;
      if (at_ / step >= samples.size()) {
        at_ = 0;
        if (++which_ == sounds_.size()) {
          which_ = 0;
          ended_ = !repeat_;
        }
      }
    }
    std::fill(out.begin() + static_cast<std::ptrdiff_t>(done), out.end(), std::int16_t{0});
    return done;
  }

 private:
  const std::vector<std::shared_ptr<const Sound>> sounds_;
  const bool repeat_;
  const float factor_;
  const bool plain_;
  std::size_t which_ = 0;
  std::size_t at_ = 0;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<Player> make_tone_player(const Cadence& cadence, int gain) {
  return std::make_unique<TonePlayer>(cadence, gain);
}

std::unique_ptr<Player> make_sound_player(std::vector<std::shared_ptr<const Sound>> sounds, bool repeat,
                                          std::uint64_t begin, int gain) {
  return std::make_unique<SoundPlayer>(std::move(sounds), repeat, begin, gain);
}

std::int16_t scaled(std::int16_t sample, float factor) noexcept {
  return static_cast<std::int16_t>(std::clamp(static_cast<float>(sample) * factor, -32768.0F, 32767.0F));
}

float factor_of_gain(int decibel) noexcept { return std::pow(10.0F, static_cast<float>(decibel) / 20.0F); }

}  // namespace otklik::media
