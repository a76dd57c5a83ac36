#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/address.hpp"
#include "base/error.hpp"
#include "media/description.hpp"
#include "media/facts.hpp"
#include "media/sound/tone.hpp"

namespace otklik::media {

/// Of the whole engine.
struct EngineOptions {
  unsigned threads = 0;              ///< media threads; 0: one a core, at most 16
  std::uint16_t first_port = 10000;  ///< of RTP, even; its RTCP goes by the odd one after it. 0: the system chooses
  std::uint16_t last_port = 29999;   ///< the last port of the range, RTCP's included
  std::size_t most_legs = 8000;
  std::size_t sound_memory = 256UL * 1024 * 1024;  ///< bytes that decoded files may take, those at play included
  std::chrono::minutes longest_sound{30};          ///< a longer file is refused: it is decoded into memory
  ToneOptions tones{};
};

/// Whose packets a leg takes when they do not come from the address that was signalled (NAT).
enum class Latching : std::uint8_t {
  never,   ///< only the signalled address and port
  first,   ///< the first valid source after each set_remote(), then nobody else; we send there too (symmetric RTP)
  follow,  ///< like `first`, and another source takes over when the old one has been silent for a second
};

/// Of one leg, fixed for its life.
struct LegOptions {
  Address local_address;  ///< where its sockets are bound: 0.0.0.0, ::, or one of the machine's addresses
  /// Legs with one affinity (a call's id, a hash of it) live on one media thread, so that joining them moves nothing.
  std::uint64_t affinity = 0;
  Latching latching = Latching::first;
  bool rtcp = true;            ///< send and take RTCP
  bool inband_digits = false;  ///< listen for DTMF tones in G.711 and G.722 audio; costs some processor time
  std::chrono::milliseconds media_timeout{10'000};  ///< of MediaLost; 0: never
  /// Bounds of the adaptive jitter buffer, used where audio is decoded.
  std::chrono::milliseconds jitter_least{20};
  std::chrono::milliseconds jitter_most{300};
};

/// What came of create_leg(): what an offer or answer says about us.
struct LegPlace {
  LegId leg = LegId::none;
  std::uint16_t rtp_port = 0;
  std::uint16_t rtcp_port = 0;  ///< `rtp_port` + 1 unless the system chose; with rtcp-mux it stays unused
  std::uint32_t ssrc = 0;       ///< of all that we send
  std::string cname;            ///< likewise, for a=ssrc
};

/// One who is bridged.
struct Member {
  LegId leg = LegId::none;
  /// Members that he does not hear. A supervisor who listens in: the others are deaf to him. One who prompts: the
  /// customer alone is deaf to him.
  std::vector<LegId> deaf_to;
};

struct PlayTone {
  ToneKind kind = ToneKind::ring_back;
};
struct PlayCadence {
  Cadence cadence;
};
/// WAV files one after another: PCM of 8 or 16 bits, A-law or µ-law, mono or stereo, 8000 to 48000 Hz.
struct PlayFiles {
  std::vector<std::string> paths;
  bool repeat = false;  ///< from the first again, without end
};
/// All WAV files of a folder in the order of their names, without end. Everybody hears the same at the same moment, as
/// from a radio, so that a second hold does not begin the tune anew.
struct PlayMusic {
  std::string folder;
};

struct Play {
  std::variant<PlayTone, PlayCadence, PlayFiles, PlayMusic> what;
  bool over = false;           ///< heard together with the talk (call waiting); else instead of it
  bool stop_on_digit = false;  ///< ends when a digit comes from the leg
  int gain = 0;                ///< dB, -40 to 20
};

enum class RecordingFormat : std::uint8_t { wav, ogg_opus, mp3 };

struct RecordingTrack {
  LegId leg = LegId::none;
  std::string path;  ///< of its own file; empty: heard in the mix only. Missing folders on its way are made (0700)
};

/// What is said by some legs, on one time axis from the beginning of the recording. A track goes on wherever its leg is
/// bridged, through holds, until the recording is stopped; a leg that closes leaves silence on its track, and the last
/// one that closes ends the recording. What the engine plays to a leg is not on any track.
struct Recording {
  std::vector<RecordingTrack> tracks;  ///< 1 to 16
  std::string mix;                     ///< path of all tracks together; empty: none
  bool stereo_mix = false;             ///< the first track left, all others right
  RecordingFormat format = RecordingFormat::wav;
  std::uint32_t sample_rate = 8000;  ///< 8000 or 16000
  int bit_rate = 32'000;             ///< a channel, of Ogg Opus and MP3; 6000 to 128000
};
/// While it is written, a file is called as it will be with this at the end.
inline constexpr std::string_view unfinished_suffix = ".part";

/// What can be done with a recording that a killed program left behind under its name with `unfinished_suffix`.
/// Sizes are put right, what is cut in the middle is dropped, and it gets its own name. Blocks on the disk.
/// Errors: `not_found`; `bad_request` (nothing in it can be played; it stays); `conflict` (the name is taken);
/// `storage_full`, `failed`.
Result<RecordedFile> repair_recording(const std::string& path);

/// Sounds, sockets and talk: it knows legs, and no calls.
///
/// All functions may be called from any thread and none waits for the disk, the network or a media thread: they check
/// what they are given, and leave the rest to a command. Commands for one leg take effect in the order of the calls.
/// Errors of all: `not_found` (no such leg), `too_many` (the queue of commands is full: nothing was done, try again),
/// `unavailable` (the engine is stopping), and what stands with each.
///
/// Facts come by the listener, one at a time, on a thread of the engine: it must not block for long, may call the
/// engine, and must not destroy it. Facts about one leg come in their order.
class Engine {
 public:
  using Listener = std::function<void(Fact&&)>;

  /// Errors: `bad_request` (options that cannot be), `failed` (no thread or descriptor).
  static Result<std::unique_ptr<Engine>> start(EngineOptions options, Listener listener);
  /// Closes all legs, finishes all recordings, tells what is to tell, joins all threads.
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Takes a pair of ports. It neither sends nor takes anything before set_remote(). Errors: `too_many` (all ports of
  /// the range are taken, or too many legs), `bad_request` (no address of this machine), `failed`.
  Result<LegPlace> create_leg(const LegOptions& options);

  /// Where to send, what and how; what may come. May be given before the answer, and anew at any time.
  /// Errors: `bad_request` (a codec that is not supported, keys of the wrong length, …).
  Result<> set_remote(LegId leg, const Remote& remote);

  /// The two talk with each other and with nobody else: each is taken off what it was on before. Where both use one
  /// codec, packets are passed through as they are.
  Result<> join(LegId a, LegId b);
  /// The same for 2 to 64 members, with who is deaf to whom. The whole state at once: who is left out of a bridge that
  /// he shared with one of them stays there with the rest. Errors: `bad_request` (a leg twice, too many).
  Result<> bridge(const std::vector<Member>& members);
  /// Off its bridge: it hears silence, or what is played. Nothing if it is on none.
  Result<> part(LegId leg);
  /// It hears itself, until it is bridged or parted.
  Result<> echo(LegId leg);

  /// What it hears from now on, in place of what was played before; ended by PlayEnded. Files are read by a thread of
  /// the engine. Errors: `bad_request` (no files, a cadence of no length).
  Result<PlayId> play(LegId leg, Play what);
  /// Nothing if nothing plays.
  Result<> stop_playing(LegId leg);

  /// To the far end, as events (RFC 4733) or, where it does not take those, as tones; after what is being sent
  /// already. `digits`: 0-9 * # A-D, `!` a flash (events only), `,` half a second's pause; at most 64 wait.
  /// `length` of each, 40 to 1000 ms; as long a gap, at most 100 ms, follows.
  /// Errors: `bad_request`, `too_many`.
  Result<> send_digits(LegId leg, std::string_view digits,
                       std::chrono::milliseconds length = std::chrono::milliseconds(100));
  /// Forgets the digits that have not begun.
  Result<> stop_digits(LegId leg);

  /// Errors: `bad_request`, `not_found`, `conflict` (a leg is recorded four times already).
  Result<RecordingId> record(const Recording& recording);
  /// Silence on all tracks until it goes on: a card number is being told. Errors: `not_found`.
  Result<> pause_recording(RecordingId recording, bool paused);
  /// RecordingEnded follows. Errors: `not_found`.
  Result<> stop_recording(RecordingId recording);

  /// LegClosed follows. The id is unknown from now on.
  Result<> close(LegId leg);

  Result<LegFigures> figures(LegId leg) const;
  [[nodiscard]] EngineFigures figures() const;

 private:
  class Control;
  explicit Engine(std::unique_ptr<Control> control);
  std::unique_ptr<Control> control_;
};

}  // namespace otklik::media
