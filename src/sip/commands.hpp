#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/uuid.hpp"
#include "sip/values.hpp"

/// What the agent can be told to do. Every command names its dialog (or trunk, or subject). One for a dialog that has
/// ended meanwhile does nothing: its Ended is on the way or was told already. One that the dialog's state does not
/// allow is answered by Refused, never by silence.
namespace otklik::sip {

// --- calls --------------------------------------------------------------------------------------------------------

/// All phones that are registered under an account's address-of-record; they ring together.
struct ToLine {
  std::string aor;
  bool operator==(const ToLine&) const = default;
};
/// One registered phone of it, by Registered::contact.
struct ToContact {
  std::string aor;
  std::string contact;
  bool operator==(const ToContact&) const = default;
};
struct ToTrunk {
  Uuid trunk;
  bool operator==(const ToTrunk&) const = default;
};
using Destination = std::variant<ToLine, ToContact, ToTrunk>;

/// Calls. Facts: Ringing and EarlyMedia any number of times, Redirected, then Answered or Ended.
struct Invite {
  Uuid dialog;  ///< a new id, of the caller's making
  Destination to;
  Party from;
  Party called;                    ///< its number goes into To and, by a trunk, into the request's URI
  std::string sdp;                 ///< the offer to phones and trunks
  std::string browser_sdp;         ///< the offer to browsers; empty: they are not called
  bool answer_at_once = false;     ///< asks the phone to answer by itself: Call-Info, Alert-Info and Answer-Mode
  bool anonymous = false;          ///< From is anonymous, Privacy: id (RFC 3323, 3325)
  std::chrono::seconds limit{60};  ///< until the answer; past it: Ended with no_answer
  std::optional<Uuid> replaces;    ///< a dialog of ours with the same phone, which this call takes the place of
  std::vector<Header> headers;     ///< Alert-Info, Diversion, X-…

  bool operator==(const Invite&) const = default;
};

/// 180, or 183 when there is an SDP (early media). 180 with an SDP: `ringing`.
struct Ring {
  Uuid dialog;
  std::string sdp;
  bool ringing = true;
};

/// 200. `sdp` answers Invited::sdp; where that was empty it is an offer, and Confirmed brings the answer.
struct Answer {
  Uuid dialog;
  std::string sdp;
};

/// A final refusal of an incoming call. `status` 300–699, or 0 for the one that fits `cause`.
struct Refuse {
  Uuid dialog;
  int status = 0;
  Cause cause = Cause::normal;
  std::string redirect_to;  ///< a SIP URI for Contact of a 3xx
};

/// Ends a call whatever its state: CANCEL, a refusal or BYE. Ended follows always, at once or within 32 s.
struct End {
  Uuid dialog;
  Cause cause = Cause::normal;  ///< goes into Reason
  std::string text;             ///< likewise; may be empty
};

// --- within a call ------------------------------------------------------------------------------------------------

/// A new offer: hold, resume, other codecs. Facts: ReofferAnswered or ReofferRefused. Glare (491) is tried again by
/// the agent after the pause of RFC 3261 14.1.
struct Reinvite {
  Uuid dialog;
  std::string sdp;
};
/// Answers Reoffered. Where Reoffered::sdp was empty, `sdp` is an offer and ReofferAnswered brings the answer.
struct AnswerReoffer {
  Uuid dialog;
  std::string sdp;
};
struct RefuseReoffer {
  Uuid dialog;
  int status = 488;
};

/// Digits by INFO (application/dtmf-relay): `0-9*#A-D`. Fact: Refused if the peer does not take them.
struct SendDigits {
  Uuid dialog;
  std::string digits;
  std::chrono::milliseconds each{160};
};

/// Lets a ringing phone answer, or an answered one hold, as if its key had been pressed: NOTIFY with `Event: talk` or
/// `hold` (Yealink, Polycom, Snom, Grandstream). Works where the phone knows it; Refused says that it does not.
struct PressKey {
  Uuid dialog;
  bool talk = true;  ///< false: hold
};

/// Asks the other end to call somebody else. Facts: TransferProgressed until one is final.
struct Refer {
  Uuid dialog;
  std::string target;             ///< a number (our domain is added) or a SIP URI
  std::optional<Uuid> replacing;  ///< attended: the target is the far end of this dialog
};

/// Accepts what TransferAsked asked for: 202 and a first NOTIFY.
struct AcceptTransfer {
  Uuid dialog;
  std::uint32_t transfer = 0;
};
struct RefuseTransfer {
  Uuid dialog;
  std::uint32_t transfer = 0;
  int status = 603;
};
/// How an accepted transfer goes: a status of the new call. From 200 on it is the last.
struct TellTransfer {
  Uuid dialog;
  std::uint32_t transfer = 0;
  int status = 180;
};

// --- lamps ---------------------------------------------------------------------------------------------------------

/// Messages waiting for an address-of-record; goes to all who subscribed to it, now or later, and to its registered
/// phones that did not (RFC 3842). All zero takes the lamp out.
struct SetMessages {
  std::string aor;
  std::uint32_t fresh = 0;
  std::uint32_t old = 0;
  std::uint32_t urgent_fresh = 0;
  std::uint32_t urgent_old = 0;
};

/// What a busy-lamp key shows of a number (RFC 4235).
struct SetLamp {
  enum class State : std::uint8_t { idle, calling, ringing, talking, held };
  std::string number;
  State state = State::idle;
  Party remote;  ///< shown while ringing; may be empty
  Uuid dialog;   ///< nil, or the ringing dialog of ours: a phone can take it over by INVITE with Replaces
};

// --- trunks --------------------------------------------------------------------------------------------------------

/// Registers and goes on registering until UnregisterTrunk. Facts: TrunkRegistered, TrunkFailed (tried again with
/// growing pauses).
struct RegisterTrunk {
  Uuid trunk;
};
struct UnregisterTrunk {
  Uuid trunk;
};

/// Takes a registered phone off, as an administrator does. Fact: Unregistered.
struct DropContact {
  std::string aor;
  std::string contact;  ///< empty: all of them
};

using Command = std::variant<Invite, Ring, Answer, Refuse, End, Reinvite, AnswerReoffer, RefuseReoffer, SendDigits,
                             PressKey, Refer, AcceptTransfer, RefuseTransfer, TellTransfer, SetMessages, SetLamp,
                             RegisterTrunk, UnregisterTrunk, DropContact>;

}  // namespace otklik::sip
