#include "pbx/sounds.hpp"

namespace otklik::pbx {

using core::telephony::Sound;

media::Cadence made_tune() {
  using std::chrono::milliseconds;
  // C major, A minor, F major, G major, each as four notes going up and a rest. Frequencies of equal temperament.
  constexpr std::uint16_t notes[][4] = {
      {262, 330, 392, 523}, {220, 262, 330, 440}, {175, 220, 262, 349}, {196, 247, 294, 392}};
  media::Cadence tune;
  tune.stretches.clear();
  for (const auto& chord : notes) {
    for (const auto note : chord) {
      tune.stretches.push_back({note, 0, milliseconds(360)});
      tune.stretches.push_back({0, 0, milliseconds(40)});
    }
    tune.stretches.push_back({chord[0], chord[2], milliseconds(900)});
    tune.stretches.push_back({0, 0, milliseconds(300)});
  }
  tune.repeats = true;
  tune.level = -22;
  return tune;
}

media::Play playing(Sound sound, const std::string& music) {
  switch (sound) {
    case Sound::ringback:
      return {.what = media::PlayTone{media::ToneKind::ring_back}};
    case Sound::busy:
      return {.what = media::PlayTone{media::ToneKind::busy}};
    case Sound::congestion:
      return {.what = media::PlayTone{media::ToneKind::congestion}};
    case Sound::waiting:
      return {.what = media::PlayTone{media::ToneKind::call_waiting}, .over = true};
    case Sound::music:
      break;
  }
  if (music.empty()) return {.what = media::PlayCadence{made_tune()}};
  return {.what = media::PlayMusic{music}};
}

}  // namespace otklik::pbx
