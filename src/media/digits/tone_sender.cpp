#include "media/digits/tone_sender.hpp"

#include <cmath>
#include <numbers>
#include <string_view>

namespace otklik::media {
namespace {
constexpr std::string_view keys = "123A456B789C*0#D";
constexpr float rows[] = {697, 770, 852, 941};
constexpr float columns[] = {1209, 1336, 1477, 1633};
// -8 dBm0 the higher, -10 the lower: what lines lose more of is sent louder (ITU-T Q.24's range).
constexpr float low_amplitude = 7218;
constexpr float high_amplitude = 9087;
constexpr std::int64_t units_a_ms = 16;

float turn(float& phase, float hertz, int rate) noexcept {
  constexpr float circle = 2 * std::numbers::pi_v<float>;
  const float value = std::sin(phase);
  phase += circle * hertz / static_cast<float>(rate);
  if (phase > circle) phase -= circle;
  return value;
}
}  // namespace

void ToneSender::begin(char digit, std::chrono::milliseconds length, std::chrono::milliseconds gap) noexcept {
  const auto at = keys.find(digit);
  low_hertz_ = at == std::string_view::npos ? 0 : rows[at / 4];
  high_hertz_ = at == std::string_view::npos ? 0 : columns[at % 4];
  low_phase_ = high_phase_ = 0;
  gap_ = gap.count() * units_a_ms;
  left_ = length.count() * units_a_ms + gap_;
}

void ToneSender::read(std::span<std::int16_t> out, int rate) noexcept {
  const std::int64_t step = rate == 8000 ? 2 : 1;
  for (auto& sample : out) {
    sample = 0;
    if (left_ > gap_ && low_hertz_ > 0) {
      sample = static_cast<std::int16_t>(turn(low_phase_, low_hertz_, rate) * low_amplitude +
                                         turn(high_phase_, high_hertz_, rate) * high_amplitude);
    }
    if (left_ > 0) left_ -= step;
  }
  if (left_ < 0) left_ = 0;
}

}  // namespace otklik::media
