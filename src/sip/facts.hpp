#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/uuid.hpp"
#include "sip/values.hpp"

/// What the agent tells. For every dialog: Invited (or the Invite that was posted) is the first, Ended is the last and
/// comes exactly once, whatever the peer, the network or the agent's watchdog does.
namespace otklik::sip {

// --- calls --------------------------------------------------------------------------------------------------------

/// Somebody calls. Whoever is neither a known account nor a trunk was refused before this.
struct Invited {
  Uuid dialog;      ///< of the agent's making
  Uuid line;        ///< of the account that proved itself; nil for a trunk
  Uuid trunk;       ///< nil for a line
  std::string aor;  ///< of the account
  Party from;       ///< as the caller says; a trunk's P-Asserted-Identity wins over From
  Party called;     ///< number dialled: the request's URI, or To where a trunk's registration hides it there
  std::string sdp;  ///< the offer; empty: the caller wants ours
  std::optional<Uuid>
      replaces;            ///< RFC 3891: the dialog of ours that this call is to take the place of. Answering ends it
  bool anonymous = false;  ///< Privacy asked for
  std::string call_id;
  std::string user_agent;
  Peer peer;
  std::vector<Header> headers;  ///< Alert-Info, Diversion, History-Info, Referred-By and X-…, at most 32
};

struct Ringing {
  Uuid dialog;
  std::uint32_t branch = 0;  ///< which phone of a line that has several
};
/// An SDP before the answer. Another branch may bring another.
struct EarlyMedia {
  Uuid dialog;
  std::uint32_t branch = 0;
  std::string sdp;
  bool browser = false;  ///< answers Invite::browser_sdp
};
struct Answered {
  Uuid dialog;
  std::uint32_t branch = 0;
  std::string sdp;       ///< the answer; empty when EarlyMedia of the same branch brought it and it was not repeated
  bool browser = false;  ///< answers Invite::browser_sdp
  Party connected;       ///< who has answered, where the peer says so
  std::string contact;   ///< of the phone, as in Registered; empty for a trunk
  std::string user_agent;
};
/// A phone or a trunk wants the call to go elsewhere (3xx). Nothing is followed by the agent; Ended comes next unless
/// other phones still ring.
struct Redirected {
  Uuid dialog;
  std::vector<Party> to;
  bool permanent = false;
};
/// The ACK of an answer that we gave has come. Media may flow before.
struct Confirmed {
  Uuid dialog;
  std::string sdp;  ///< the answer, where Invited::sdp was empty
};

/// The last fact of a dialog.
struct Ended {
  enum class By : std::uint8_t {
    us,       ///< End, Refuse
    peer,     ///< BYE, CANCEL, a refusal
    limit,    ///< Invite::limit
    network,  ///< no answer to a request, a connection that broke, a session timer that ran out
    agent,    ///< nobody could be called, a bad command, the watchdog, stop()
    replaced  ///< by another dialog, see Replaced
  };
  Uuid dialog;
  Cause cause = Cause::normal;
  By by = By::peer;
  int status = 0;      ///< of the final answer; 0 where there was none
  std::string reason;  ///< its phrase, or what Reason says; for people
  bool answered = false;
};

// --- within a call ------------------------------------------------------------------------------------------------

/// The peer offers anew (INVITE or UPDATE); wants AnswerReoffer or RefuseReoffer within 20 s, else 500.
struct Reoffered {
  Uuid dialog;
  std::string sdp;                                ///< empty: the peer wants our offer
  Direction direction = Direction::send_receive;  ///< of its first audio, as the peer sends it
};
/// The peer has put us on hold, or back: told just before the Reoffered that says so.
struct Held {
  Uuid dialog;
};
struct Resumed {
  Uuid dialog;
};
struct ReofferAnswered {
  Uuid dialog;
  std::string sdp;
};
struct ReofferRefused {
  Uuid dialog;
  int status = 0;
  std::string reason;
};
/// A command that the dialog's state, the peer or the agent's tables do not allow. The dialog is as it was.
struct Refused {
  Uuid dialog;  ///< or the trunk
  std::string command;
  int status = 0;
  std::string reason;
};

/// Digits by INFO. What comes as telephone-event in RTP is the media's business.
struct DigitsCame {
  Uuid dialog;
  std::string digits;
  std::chrono::milliseconds duration{0};  ///< 0: not said
};

/// The peer asks us to call somebody else in its place (REFER). Wants AcceptTransfer or RefuseTransfer within 10 s.
struct TransferAsked {
  Uuid dialog;
  std::uint32_t transfer = 0;
  Party target;
  std::optional<Uuid> replaces;   ///< attended: our dialog with the one who is to be connected
  bool unknown_replaces = false;  ///< attended, and with a dialog that we do not have
  std::string referred_by;
};
/// What became of our Refer: 202 was the first, a status of the new call each time after.
struct TransferProgressed {
  Uuid dialog;
  int status = 0;
  bool final = false;
};
/// `by` has taken the place of `dialog`, whose Ended follows.
struct Replaced {
  Uuid dialog;
  Uuid by;
};

// --- phones --------------------------------------------------------------------------------------------------------

/// A phone that was not there before, or that comes another way now. A refresh of the same is not told.
struct Registered {
  Uuid line;
  std::string aor;
  std::string contact;  ///< its Contact URI
  std::string user_agent;
  Peer received;  ///< where it was heard from
  std::chrono::seconds expires{0};
};
struct Unregistered {
  enum class Why : std::uint8_t {
    asked,  ///< by the phone
    expired,
    displaced,     ///< more phones than the account may have
    disconnected,  ///< the connection it came by is gone
    silent,        ///< it does not answer OPTIONS any more
    dropped        ///< DropContact, or the account is no more
  };
  Uuid line;
  std::string aor;
  std::string contact;
  Why why = Why::asked;
};

/// A phone wants to see the messages or the lamp of a number.
struct SubscriptionOpened {
  Uuid subscription;
  Uuid line;            ///< who subscribes
  std::string event;    ///< `message-summary` or `dialog`
  std::string subject;  ///< SetMessages::aor, SetLamp::number
};
struct SubscriptionClosed {
  Uuid subscription;
};

// --- trunks --------------------------------------------------------------------------------------------------------

struct TrunkRegistered {
  Uuid trunk;
  std::chrono::seconds expires{0};
};
struct TrunkFailed {
  Uuid trunk;
  int status = 0;  ///< 0: no answer, or the host cannot be resolved or connected
  std::string reason;
  std::chrono::seconds again_in{0};  ///< 0: not again, the settings have to change
};
struct TrunkUnregistered {
  Uuid trunk;
};
/// Answers to OPTIONS began or ceased. Told on change.
struct TrunkReachable {
  Uuid trunk;
  bool reachable = false;
  int status = 0;
};

using Fact = std::variant<Invited, Ringing, EarlyMedia, Answered, Redirected, Confirmed, Ended, Reoffered, Held,
                          Resumed, ReofferAnswered, ReofferRefused, Refused, DigitsCame, TransferAsked,
                          TransferProgressed, Replaced, Registered, Unregistered, SubscriptionOpened,
                          SubscriptionClosed, TrunkRegistered, TrunkFailed, TrunkUnregistered, TrunkReachable>;

}  // namespace otklik::sip
