#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "base/clock.hpp"
#include "base/uuid.hpp"
#include "core/calls/cause.hpp"

/// The seam between the calls of the core and whatever carries them (SIP and media). Orders go out, facts come in; only
/// values cross. A leg is one party's dialog with us, known by an id for life.
///
/// What holds:
/// * Who brings a leg into being names it: the core in PlaceLeg, the telephony in LegOffered.
/// * A leg ends once: by LegEnded from the telephony, or by EndLeg from the core. After either neither says anything of
///   it any more. The two may cross on their way: an order for a leg that has ended, and a fact of one that was ended,
///   are passed over in silence. So EndLeg has no answer, and must work in every state the leg may be in by then:
///   refuse, CANCEL or BYE.
/// * What cannot be carried out ends the leg: the telephony tells LegEnded with the cause.
/// * Orders come in order, in one call at a time; a leg's later orders rest on its earlier ones.
namespace otklik::core::telephony {

// ── Orders: core → telephony

struct ToLine {
  Uuid line{};  ///< all phones registered for it ring; the first to answer is the leg
};
struct ToTrunk {
  Uuid trunk{};
  std::string number{};  ///< as this trunk wants it
};

/// Whom the called party sees.
struct Shown {
  std::string number{};  ///< empty: withheld, or the trunk's own
  std::string name{};    ///< UTF-8; may be empty
};

/// Call somebody. LegRinging, LegEarlyMedia, LegAnswered or LegEnded follow.
struct PlaceLeg {
  Uuid leg{};
  Uuid chain{};
  Uuid for_leg{};  ///< the leg that waits for the answer; nil: none yet
  std::variant<ToLine, ToTrunk> to;
  Shown caller{};
  std::string called{};           ///< what was dialled to get here, for the To header
  std::string redirected_from{};  ///< number that sent the call on, for Diversion (RFC 5806); empty: none
  bool auto_answer = false;  ///< intercom, call-back of a headset: Call-Info answer-after=0, Alert-Info auto answer
  bool early_media = false;  ///< somebody can hear what comes before the answer: LegEarlyMedia is wanted
};

/// Say 180 to a leg that was offered.
struct RingLeg {
  Uuid leg{};
};
/// Say 200 to a leg that was offered. It is answered from then on; LegEnded follows if it cannot be.
struct AnswerLeg {
  Uuid leg{};
};
/// End it, whatever it is in. `cause` says what to answer, or what to put into Reason.
struct EndLeg {
  Uuid leg{};
  Cause cause = Cause::hung_up;
};
/// Make a ringing phone answer by itself (NOTIFY, event `talk`). AnswerNotSupported where it is known that it cannot.
struct AskToAnswer {
  Uuid leg{};
};

enum class Sound : std::uint8_t { ringback, busy, congestion, waiting, music };
std::string_view name(Sound) noexcept;

/// Let a leg hear something until StopSound, Join or EndLeg; a new one takes the place of the old. Of a leg that is not
/// answered it is early media (183).
struct PlaySound {
  Uuid leg{};
  Sound sound = Sound::ringback;
};
struct StopSound {
  Uuid leg{};
};

/// Connect two legs: each hears the other and nothing else. An offered leg that is not answered may be joined: it hears
/// early media. Each leg is in one commutation at most; the core parts the old one first.
struct Join {
  Uuid commutation{};
  Uuid a{}, b{};
};
/// They hear each other no longer; both legs live on and hear silence.
struct Part {
  Uuid commutation{};
};

/// Record a commutation; it has been joined. RecordingFinished follows exactly once, also when it could not begin.
struct StartRecording {
  Uuid recording{};
  Uuid chain{}, commutation{};
  Uuid a{}, b{};                   ///< the legs
  std::string a_line{}, b_line{};  ///< five-digit line numbers for the file's name, mix_A_B__…; of a trunk, its number
  Time began{};                    ///< of the commutation, for the file's name
};
struct StopRecording {
  Uuid recording{};
};

/// Answered already: let it hear what it says, until it ends.
struct EchoLeg {
  Uuid leg{};
};

/// DTMF towards the party.
struct SendDigits {
  Uuid leg{};
  std::string digits{};  ///< 0-9 * # A-D
};

/// Answers to TransferAsked: 202 and the first NOTIFY; the last NOTIFY, where the leg still lives; or a refusal.
struct AcceptTransfer {
  Uuid leg{};
};
struct FinishTransfer {
  Uuid leg{};
  std::optional<Cause> failed;  ///< nothing: it worked (200 in the sipfrag)
};
struct RefuseTransfer {
  Uuid leg{};
  Cause cause = Cause::not_permitted;
};

using Order =
    std::variant<PlaceLeg, RingLeg, AnswerLeg, EndLeg, AskToAnswer, PlaySound, StopSound, Join, Part, StartRecording,
                 StopRecording, EchoLeg, SendDigits, AcceptTransfer, FinishTransfer, RefuseTransfer>;

/// `place_leg`, `join`, …: for logs and figures.
std::string_view name(const Order& order) noexcept;

// ── Facts: telephony → core

struct FromLine {
  Uuid line{};
};
struct FromTrunk {
  Uuid trunk{};
};

/// An INVITE came from a phone that has shown its digest, or from a trunk's address. Nothing has been answered but 100.
struct LegOffered {
  Uuid leg{};
  std::variant<FromLine, FromTrunk> from;
  std::string dialled{};  ///< user part of the request URI, as it came
  Shown caller{};         ///< of a trunk; a line's is the plan's
  Uuid replaces{};        ///< the leg that an INVITE with Replaces names (RFC 3891); nil: none
};
struct LegRinging {
  Uuid leg{};
};
/// 183 with a session: what is heard now may be passed on.
struct LegEarlyMedia {
  Uuid leg{};
};
struct LegAnswered {
  Uuid leg{};
};
/// It is gone: hung up, refused, cancelled, failed; `cause` as the other side said it.
struct LegEnded {
  Uuid leg{};
  Cause cause = Cause::hung_up;
  std::string redirected_to{};  ///< 302 to a leg that we placed: the number; cause is `redirected`
};
/// The phone itself put the other party on hold, and takes it back (re-INVITE with sendonly or inactive).
struct LegHeldByPhone {
  Uuid leg{};
};
struct LegResumedByPhone {
  Uuid leg{};
};

/// REFER: the phone wants the party of `leg` handed over.
struct ToNumber {
  std::string number{};
};
struct ToPartyOf {
  Uuid leg{};  ///< Refer-To with Replaces names this leg of ours: its party is meant
};
struct TransferAsked {
  Uuid leg{};
  std::variant<ToNumber, ToPartyOf> to;
};

struct DigitsCame {
  Uuid leg{};
  std::string digits{};
};
/// No packet and no keep-alive for longer than the media engine's patience, though the leg is not on hold; and again.
struct MediaLost {
  Uuid leg{};
};
struct MediaBack {
  Uuid leg{};
};
/// The phone turned AskToAnswer down, or is known not to understand it.
struct AnswerNotSupported {
  Uuid leg{};
};

/// The end of every StartRecording, within a few minutes of StopRecording or of the end of a leg.
struct RecordingFinished {
  Uuid recording{};
  Uuid file{};         ///< its id in the index of files; nil: it was not kept
  std::string path{};  ///< below the folder of recordings
  std::uint64_t size = 0;
  std::chrono::milliseconds length{0};
  std::string
      trouble{};  ///< why it was not kept, or is not whole: `storage_full`, `failed`, `interrupted`; empty: it is
};

/// A trunk works or does not, by its registration or by OPTIONS. One of which nothing was told counts as working.
struct TrunkUp {
  Uuid trunk{};
};
struct TrunkDown {
  Uuid trunk{};
};

using Fact = std::variant<LegOffered, LegRinging, LegEarlyMedia, LegAnswered, LegEnded, LegHeldByPhone,
                          LegResumedByPhone, TransferAsked, DigitsCame, MediaLost, MediaBack, AnswerNotSupported,
                          RecordingFinished, TrunkUp, TrunkDown>;

std::string_view name(const Fact& fact) noexcept;

}  // namespace otklik::core::telephony

namespace otklik::core {

/// Carries calls. Implemented by `pbx` on SIP and media.
class Telephony {
 public:
  virtual ~Telephony() = default;

  /// Takes what a turn of the core ordered, in order. Called from whatever thread took the turn, one call at a time,
  /// after the turn's events went to the log; never blocks, never fails. It may tell facts from within: they are taken
  /// up after it. Hold no lock here that somebody could hold who tells the core something.
  virtual void carry_out(std::span<const telephony::Order> orders) = 0;
};

/// The core's ear for telephony. Implemented by Core.
///
/// Which phones are registered is told as events (Journal: LineConnected, LineDisconnected), since it is worth keeping;
/// what is told here is not written to the log as it stands: what follows from it is.
class TelephonyEar {
 public:
  virtual ~TelephonyEar() = default;

  /// Any thread; order is kept for each thread. Waits only where the core's queue is full. The turn may be taken here,
  /// and orders that follow may be carried out before it returns: hold no lock that carry_out() takes.
  virtual void happened(telephony::Fact fact) = 0;
};

}  // namespace otklik::core
