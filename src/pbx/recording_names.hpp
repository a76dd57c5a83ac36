#pragma once
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "media/engine.hpp"

namespace otklik::pbx {

/// Where a recording lies, below the folder of recordings: `20261201/1305/mix_16001_16002__2026_12_01__13_05_07_123`,
/// as integrators look for it: the two numbers in ascending order as texts, the time the beginning of the commutation
/// in the server's own time zone. Without its suffix.
struct RecordingPlace {
  std::string folder;  ///< `20261201/1305`
  std::string mix;     ///< file names
  std::string track_a;
  std::string track_b;
};

/// Characters of a number that no file name should have are left out; an empty number is `0`.
RecordingPlace recording_place(std::string_view a_line, std::string_view b_line, Time began);

/// `.wav`, `.ogg`, `.mp3`.
std::string_view suffix(media::RecordingFormat format) noexcept;

}  // namespace otklik::pbx
