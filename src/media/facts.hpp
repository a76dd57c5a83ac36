#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "media/description.hpp"

/// What the engine tells, and what it can be asked.
namespace otklik::media {

/// Never used twice in a process; `none` is nobody's.
enum class LegId : std::uint64_t { none = 0 };
enum class PlayId : std::uint64_t { none = 0 };
enum class RecordingId : std::uint64_t { none = 0 };

/// What is known of a leg's media: since it was created, or as it is now. For a page and for the call record.
struct LegFigures {
  std::uint64_t packets_received = 0;  ///< valid RTP of the peer
  std::uint64_t bytes_received = 0;    ///< payloads only, as RFC 3550 6.4.1 counts
  std::uint64_t packets_sent = 0;
  std::uint64_t bytes_sent = 0;
  std::int64_t packets_lost = 0;   ///< of those that the peer sent; negative: duplicates came
  std::uint64_t packets_late = 0;  ///< came after their moment, so were of no use
  std::uint64_t packets_duplicate = 0;
  std::uint64_t packets_refused = 0;      ///< no RTP, wrong source, wrong payload type, too long
  std::uint64_t packets_unprotected = 0;  ///< failed SRTP: wrong key, replay, plain where protected was agreed
  std::uint64_t send_failures = 0;        ///< the kernel did not take them
  std::uint64_t concealed = 0;            ///< frames of 20 ms that were made up where audio was decoded
  std::chrono::microseconds jitter{0};    ///< of what comes, RFC 3550 A.8
  std::chrono::milliseconds buffered{0};  ///< present depth of the jitter buffer; 0: passed through
  bool passed_through = false;            ///< now going on to the other leg without being decoded
  std::string codec;                      ///< of what came last, as SDP spells it
  std::optional<SocketAddress> source;    ///< where it comes from

  // What the peer says about what he gets (the newest report block of RTCP); nothing before the first.
  std::optional<std::int64_t> remote_lost;
  std::optional<double> remote_loss_fraction;  ///< since the report before, 0 to 1
  std::optional<std::chrono::microseconds> remote_jitter;
  std::optional<std::chrono::microseconds> round_trip;
};

enum class DigitSource : std::uint8_t { event, tone };

/// A digit came: told at its beginning where it is known then (RFC 4733), so that a menu answers at once; each once.
struct DigitCame {
  LegId leg = LegId::none;
  char digit = '0';  ///< `0`-`9` `*` `#` `A`-`D`; `!` is a hook flash
  DigitSource source = DigitSource::event;
};
/// All digits of a send_digits() have gone out.
struct DigitsSent {
  LegId leg = LegId::none;
};
/// The first valid packet came, or the first from another place than before.
struct MediaStarted {
  LegId leg = LegId::none;
  SocketAddress from;
};
/// Nothing has come for the leg's time-out though the peer should send. Told once for each silence.
struct MediaLost {
  LegId leg = LegId::none;
  std::chrono::milliseconds silent{0};
};
/// Something came again.
struct MediaBack {
  LegId leg = LegId::none;
};

enum class PlayEnd : std::uint8_t {
  finished,  ///< played to its end
  stopped,   ///< stop_playing()
  replaced,  ///< another play() took its place
  digit,     ///< a digit came, and it was to end by one
  closed,    ///< the leg is gone
  failed,    ///< see `error`
};
/// Told once for each play().
struct PlayEnded {
  LegId leg = LegId::none;
  PlayId play = PlayId::none;
  PlayEnd end = PlayEnd::finished;
  std::chrono::milliseconds played{0};  ///< heard by the leg
  std::optional<Error> error;           ///< `not_found`, `bad_request` (no WAV that we can read), `too_large`, `failed`
};

struct RecordedFile {
  std::string path;
  LegId leg = LegId::none;  ///< whose track; `none`: the mix
  std::uint64_t bytes = 0;
  std::chrono::milliseconds duration{0};
};
/// Told once for each record(): the files have their names and are on the disk, or `error` says why not.
struct RecordingEnded {
  RecordingId recording = RecordingId::none;
  std::vector<RecordedFile> files;  ///< those that are whole
  std::uint64_t frames_lost = 0;    ///< packets that the writer could not take in time: the disk was too slow
  std::optional<Error> error;       ///< `storage_full`, `failed`
};

/// The leg has let go of its ports. The last fact about it.
struct LegClosed {
  LegId leg = LegId::none;
  LegFigures figures;
};

using Fact =
    std::variant<DigitCame, DigitsSent, MediaStarted, MediaLost, MediaBack, PlayEnded, RecordingEnded, LegClosed>;

/// All media threads together.
struct EngineFigures {
  std::uint64_t legs = 0;
  std::uint64_t bridges = 0;
  std::uint64_t recordings = 0;
  std::uint64_t packets_received = 0;
  std::uint64_t packets_sent = 0;
  std::uint64_t packets_refused = 0;
  std::uint64_t late_ticks = 0;     ///< rounds of 20 ms that began more than 20 ms late: the machine is overloaded
  std::uint64_t facts_waiting = 0;  ///< not yet taken by the listener
};

}  // namespace otklik::media
