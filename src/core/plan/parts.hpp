#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.hpp"
#include "base/clock.hpp"
#include "base/uuid.hpp"
#include "core/plan/digits.hpp"
#include "core/plan/timetable.hpp"

/// What a plan is made of. Each thing has a GUID for life; people name it by its number or name.
namespace otklik::core {

/// What a SIP registrar compares answers with (RFC 7616 3.4.2, RFC 8760): hashes of `sip_user:realm:secret`, hex in
/// lower case, made when the plan was read. As good as the secret itself within this realm: never logged, never shown.
struct SipDigest {
  std::string realm;
  std::string ha1_md5;
  std::string ha1_sha256;
  bool operator==(const SipDigest&) const = default;
};

/// Whether the talks of a line are recorded.
enum class LineRecording : std::uint8_t {
  by_rules,  ///< as the first recording rule that fits says
  always,
  never,
};

/// A phone's place in the exchange (an internal line).
struct Line {
  Uuid id;
  std::string number;  ///< `16001`; a SIP form such as `17e014` may be one too
  std::string name{};  ///< what people call it; empty: only its number
  Uuid user{};         ///< whose phone it is; nil: nobody's
  std::string sip_user;
  Uuid secret{};  ///< of the phone, kept by the store (ports/sip_secrets.hpp); nil: nobody can register
  std::optional<SipDigest> digest{};  ///< nothing: no secret, or it cannot be read
  bool enabled = true;                ///< a line that is not enabled neither registers nor calls nor is called
  bool calls_outside = true;
  std::string caller_id_outside{};  ///< shown to the other party outside where the trunk's rule lets the line decide
  LineRecording recording = LineRecording::by_rules;
  std::vector<std::string> codecs{};  ///< allowed, in order of preference, as codec_names has them; empty: the server's
  bool answers_by_server = false;     ///< the phone goes off the hook when asked to (`wp_answercall`)
  Time created{};
  Time changed{};
  bool operator==(const Line&) const = default;
};

/// A place that somebody works at; calls of its client act on its line. A line has one at most.
struct Workplace {
  Uuid id;
  std::string name;
  Uuid line;
  bool operator==(const Workplace&) const = default;
};

/// Kinds of internal number (NumType); the values are the wire's and the database's.
enum class NumberKind : std::uint8_t { standard = 0, special = 1, speed = 2, ivr = 3, emergency = 4 };

/// What a special number does (ExtraType); below 100 the values are the original's, above they are ours.
enum class SpecialKind : std::uint8_t {
  none = 0,
  flash = 1,         ///< as wp_flash in mode switch
  city = 2,          ///< what is dialled behind it goes outside
  pbx = 3,           ///< what is dialled behind it stays inside
  pick_up = 4,       ///< answers what rings at the number behind it; alone: what rings in a group of one's own
  sip_hotline = 9,   ///< calls `target` at once
  echo_test = 100,   ///< plays back what it hears
  conference = 101,  ///< a room that everybody enters who dials it
  voicemail = 102,   ///< one's own voicemail
};

enum class TargetKind : std::uint8_t { user = 0, line = 1, number = 2 };  // InnerAddressType

/// Whom a rule calls.
struct RuleTarget {
  TargetKind kind = TargetKind::user;
  Uuid id;
  bool operator==(const RuleTarget&) const = default;
};

enum class Hunting : std::uint8_t {
  one_after_another = 0,  ///< in the order of the targets, each for `ring_time`
  all_at_once = 1,
};

/// Whom a number calls, and in what order.
struct Rule {
  Uuid id;
  std::string name;
  Hunting hunting = Hunting::one_after_another;
  std::vector<RuleTarget> targets{};
  std::chrono::seconds ring_time{20};    ///< of each target, or of all at once; then it is the next one's turn
  std::uint32_t queue_limit = 0;         ///< so many may wait while all are busy; 0: nobody, busy is answered
  std::chrono::seconds longest_wait{0};  ///< of one who waits; 0: as long as he likes
  bool operator==(const Rule&) const = default;
};

/// What is dialled inside.
struct InternalNumber {
  Uuid id;
  std::string digits;  ///< unique
  std::string name{};
  NumberKind kind = NumberKind::standard;
  SpecialKind special = SpecialKind::none;  ///< of a special number only
  Rule rule{};                              ///< of a standard number only; others have a nil one
  /// speed: what is dialled in its place; emergency: the number outside, empty for its own digits; sip_hotline: whom
  std::string target{};
  std::string scenario{};  ///< ivr: the name of its scenario
  Time created{};
  Time changed{};
  bool operator==(const InternalNumber&) const = default;
};

enum class TrunkKind : std::uint8_t {
  registering,  ///< we register there with login and secret
  by_address,   ///< each side knows the other by its address
};

/// Which number of ours the other party sees.
enum class CallerIdRule : std::uint8_t {
  of_line,       ///< the line's caller_id_outside, else the trunk's
  of_trunk,      ///< the trunk's always
  pass_through,  ///< whoever called us, where his call goes out again; else as of_line
};

/// A way to another exchange.
struct Trunk {
  Uuid id;
  std::string name;
  std::string number;       ///< of its line in statistics, `13001`
  std::uint32_t order = 0;  ///< the lower the earlier it is tried
  bool enabled = true;
  TrunkKind kind = TrunkKind::by_address;
  std::string server;             ///< `host` or `host:port`, of one to whom calls go
  std::string transport = "udp";  ///< udp, tcp, tls
  std::string domain{};           ///< of our address there; empty: the server's host
  std::string login{};
  Uuid secret{};                   ///< by ports/sip_secrets.hpp; nil: none
  std::vector<Network> sources{};  ///< where its calls come from; empty for a registering one: the server's addresses
  CallerIdRule caller_id_rule = CallerIdRule::of_line;
  std::string caller_id{};
  std::vector<std::string> prefixes{};  ///< numbers outside that it takes, before rewriting; empty: all
  std::vector<RewriteRule> outgoing{};  ///< on the number called
  std::vector<RewriteRule> incoming{};  ///< on the number of who calls us
  std::vector<std::string> codecs{};
  std::uint32_t most_calls = 0;          ///< at once; 0: no limit
  std::uint32_t most_calls_an_hour = 0;  ///< outgoing; 0: no limit
  std::string incoming_number{};  ///< whom its calls reach; empty: the number they dialled, where it is in the plan
  Time created{};
  Time changed{};
  bool operator==(const Trunk&) const = default;
};

/// Settings of calls to outside; by `telephony.outside_…`.
struct OutsideCalls {
  std::string prefix{};                  ///< dialled before a number outside; empty: what is no internal number is one
  std::size_t shortest = 5;              ///< digits of a number outside, without the prefix
  std::vector<std::string> forbidden{};  ///< prefixes that nobody may call, before rewriting
  std::uint32_t most_calls_of_line_an_hour = 0;  ///< 0: no limit
  bool operator==(const OutsideCalls&) const = default;
};

/// Where a user's calls go in his stead. Fields beyond the first are those that clients send and read back
/// (`saveredirectrules`).
struct RedirectRule {
  Uuid id;
  Uuid user;
  std::string destination;
  bool enabled = true;
  bool only_for_redirect_state = true;  ///< acts only while he has redirection on
  bool allow_cascade = true;            ///< the destination's own redirection counts too
  std::int32_t priority = 1;            ///< lower first
  std::int32_t state = 2;               ///< kept as it is
  std::string caption{};
  std::string description{};
  std::vector<std::string> sources{};  ///< prefixes of callers it is for; empty: all
  Timetable timetable{};
  bool operator==(const RedirectRule&) const = default;
};

enum class TalkDirection : std::uint8_t { inside, incoming, outgoing };

/// Whether a talk is recorded: the first one that fits says it.
struct RecordingRule {
  Uuid id;
  std::uint32_t order = 0;
  bool record = true;
  std::string name{};
  std::optional<TalkDirection> direction{};  ///< nothing: any
  Uuid user{};                               ///< one of the two; nil: any
  Uuid line{};                               ///< likewise
  Uuid number{};                             ///< the internal number that was called; nil: any
  Uuid trunk{};                              ///< nil: any
  std::string prefix{};                      ///< of the other party's number outside; empty: any
  bool operator==(const RecordingRule&) const = default;
};

/// Codecs a line or trunk may name: `opus`, `g722`, `pcma`, `pcmu`.
std::span<const std::string_view> codec_names() noexcept;

std::string_view name(LineRecording) noexcept;  ///< rules, always, never
std::string_view name(NumberKind) noexcept;     ///< standard, special, speed, ivr, emergency
std::string_view name(SpecialKind) noexcept;    ///< flash, city, pbx, pick_up, sip_hotline, echo, conference, voicemail
std::string_view name(Hunting) noexcept;        ///< in_turn, all
std::string_view name(TargetKind) noexcept;     ///< user, line, number
std::string_view name(TrunkKind) noexcept;      ///< registering, address
std::string_view name(CallerIdRule) noexcept;   ///< line, trunk, pass
std::string_view name(TalkDirection) noexcept;  ///< inside, incoming, outgoing
std::optional<LineRecording> line_recording_named(std::string_view) noexcept;
std::optional<NumberKind> number_kind_named(std::string_view) noexcept;
std::optional<SpecialKind> special_kind_named(std::string_view) noexcept;
std::optional<Hunting> hunting_named(std::string_view) noexcept;
std::optional<TargetKind> target_kind_named(std::string_view) noexcept;
std::optional<TrunkKind> trunk_kind_named(std::string_view) noexcept;
std::optional<CallerIdRule> caller_id_rule_named(std::string_view) noexcept;
std::optional<TalkDirection> talk_direction_named(std::string_view) noexcept;

}  // namespace otklik::core
