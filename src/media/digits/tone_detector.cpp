#include "media/digits/tone_detector.hpp"

#include <spandsp.h>

namespace otklik::media {

std::unique_ptr<ToneDetector> ToneDetector::make() {
  auto* state = dtmf_rx_init(nullptr, nullptr, nullptr);
  if (state == nullptr) return nullptr;
  return std::unique_ptr<ToneDetector>(new ToneDetector(state));
}

ToneDetector::~ToneDetector() { dtmf_rx_free(state_); }

char ToneDetector::hear(std::span<const std::int16_t> samples) noexcept {
  dtmf_rx(state_, samples.data(), static_cast<int>(samples.size()));
  char digit[2] = {};
  return dtmf_rx_get(state_, digit, 1) == 1 ? digit[0] : '\0';
}

void ToneDetector::miss(std::size_t samples) noexcept { dtmf_rx_fillin(state_, static_cast<int>(samples)); }

}  // namespace otklik::media
