#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace otklik::media {

/// What a network tells by tones.
enum class ToneKind : std::uint8_t {
  dial,
  ring_back,
  busy,
  congestion,  ///< all lines busy
  call_waiting,
  unobtainable,  ///< special information: no such number
  beep,          ///< before a message is recorded
};

/// A stretch of a tone: up to two frequencies at once, or silence.
struct ToneStretch {
  std::uint16_t hertz = 425;       ///< 0: silence; at most 3400
  std::uint16_t second_hertz = 0;  ///< 0: none
  std::chrono::milliseconds time{0};

  bool operator==(const ToneStretch&) const = default;
};

/// Stretches in their order.
struct Cadence {
  std::vector<ToneStretch> stretches;
  bool repeats = true;  ///< from the first stretch again; else it ends after the last
  int level = -13;      ///< of each frequency, dBm0, -60 to 0

  bool operator==(const Cadence&) const = default;
};

/// `425/1000 0/4000`: frequency, or two with a plus, and milliseconds; an exclamation mark at the end: once only.
/// Errors: `bad_request`, with what is wrong with it.
Result<Cadence> parse_cadence(std::string_view text);
std::string text(const Cadence& cadence);

/// The cadences of a country. The defaults are Russia's (425 Hz throughout, as ITU-T E.180 supplement 2 lists them).
struct ToneOptions {
  Cadence dial{{{425, 0, std::chrono::milliseconds(1000)}}};
  Cadence ring_back{{{425, 0, std::chrono::milliseconds(1000)}, {0, 0, std::chrono::milliseconds(4000)}}};
  Cadence busy{{{425, 0, std::chrono::milliseconds(400)}, {0, 0, std::chrono::milliseconds(400)}}};
  Cadence congestion{{{425, 0, std::chrono::milliseconds(200)}, {0, 0, std::chrono::milliseconds(200)}}};
  Cadence call_waiting{{{425, 0, std::chrono::milliseconds(200)}, {0, 0, std::chrono::milliseconds(5000)}}};
  Cadence unobtainable{{{950, 0, std::chrono::milliseconds(330)},
                        {1400, 0, std::chrono::milliseconds(330)},
                        {1800, 0, std::chrono::milliseconds(330)},
                        {0, 0, std::chrono::milliseconds(1000)}}};
  Cadence beep{{{1000, 0, std::chrono::milliseconds(400)}}, false};

  [[nodiscard]] const Cadence& of(ToneKind kind) const noexcept;
};

}  // namespace otklik::media
