#pragma once
#include <compare>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "core/calls/options.hpp"
#include "core/calls/surroundings.hpp"
#include "core/calls/views.hpp"
#include "core/ports/telephony.hpp"

/// What the calls of an exchange are made of, inside. Things refer to each other by id; one that is over stays in its
/// map until the end of the turn, so that references hold within it.
namespace otklik::core::calls {

struct Leg {
  Uuid id{};
  Uuid chain{};
  LegState state = LegState::none;
  bool placed = false;
  Party party{};
  Time began{};
  Time since{};  ///< in this state
  bool answered = false;
  Uuid commutation{};           ///< while talking
  Uuid held_by{};               ///< while held: the leg of who holds
  Uuid holds{};                 ///< the leg that waits for this one
  bool holds_by_phone = false;  ///< ... because the phone itself put it there
  bool phone_holds = false;     ///< its last offer was sendonly or inactive, whomever it talked to
  Time held_since{};
  Uuid call_out{};  ///< the call that is made for this leg
  Uuid call_in{};   ///< the call that this leg was placed for
  std::string dialled{};
  bool told_ringing = false;  ///< an offered one has been sent 180
  bool hears = false;         ///< a sound plays
  bool can_be_asked = false;  ///< AskToAnswer may work
  bool media_lost = false;
  bool in_service = false;  ///< is connected with something of the server's own, such as the echo
  bool refer = false;       ///< waits for FinishTransfer
  Uuid owner_line{};        ///< of one placed outside: on whose rights
};

struct Chain {
  Uuid id{};
  ChainOrigin origin = ChainOrigin::line;
  ChainState state = ChainState::none;
  Time began{};
  Party caller{};
  std::string dialled{};
  std::string custom_field{};
  std::vector<Uuid> legs{};
  std::vector<std::shared_ptr<const TraceElement>> trace{};
  bool trace_is_cut = false;
  std::chrono::milliseconds talked{0};
  Cause cause = Cause::hung_up;  ///< of its last leg's end
  Uuid into{};
};

/// What an answer is for.
enum class Purpose : std::uint8_t {
  connect,      ///< to be joined with the leg that calls
  party_first,  ///< an autocall's other party; then the line is called back
  line_first,   ///< an autocall's own line; then the number is called
  call_back,    ///< the line, for the party that has answered
  recall,       ///< back to who transferred, because nobody answered there
};

struct Ring {
  Uuid leg{};
  Uuid user{};
  Uuid trunk{};
  Time rang{};            ///< when it began to ring; the epoch: not yet
  bool picks_up = false;  ///< a colleague's phone
};

/// An attempt to reach somebody.
struct Call {
  Uuid id{};
  Uuid chain{};
  CallState state = CallState::none;
  Purpose purpose = Purpose::connect;
  Uuid for_leg{};  ///< nil: nobody waits for it yet
  Party caller{};
  telephony::Shown shown{};
  std::string number{};
  Uuid owner_line{};  ///< on whose rights it goes outside
  Route route = NoRoute{};
  std::size_t next_target = 0;
  std::vector<Ring> rings{};
  std::set<Uuid> rung_users;        ///< in this round: users; and lines of nobody
  std::map<Uuid, Time> left_alone;  ///< of one who waits: until when whom is not rung again
  Cause cause = Cause::no_answer;   ///< the best that is known of why nobody answered
  bool any_busy = false;
  Time began{};
  Time waits_since{};
  std::uint32_t priority = 10;
  std::size_t hops = 0;
  std::string redirected_from{};
  bool auto_answer = false;
  bool ignores_state = false;  ///< the line's own phone rings whatever its user's state
  Uuid autocall{};
  Uuid recall_line{};  ///< whom to call if nobody answers; nil: nobody
  Uuid early{};        ///< the early join of its single ringing leg with for_leg
};

struct Commutation {
  Uuid id{};
  Uuid chain{};
  Uuid a{}, b{};
  Party a_party{}, b_party{};
  std::string dialled{};
  Time began{};
  Uuid recording{};
  bool over = false;
};

struct Recording {
  Uuid id{};
  Uuid chain{}, commutation{};
  RecordingState state = RecordingState::none;
  Time began{};
};

struct Autocall {
  Uuid id{};
  Uuid chain{};
  AutocallState state = AutocallState::none;
  Uuid line{};
  Party owner{};
  std::string number{};
  commands::Where where = commands::Where::by_plan;
  bool intercom = false;
  Uuid call{};
  Time began{};
};

/// A line as long as it has a phone or a call.
struct LineNow {
  Party party{};
  bool registered = false;
  bool answers_by_command = false;
  std::vector<Uuid> legs{};
  Uuid autocall{};
  std::deque<Time> outside;  ///< calls outside of the last hour
  std::size_t outside_now = 0;
};

struct TrunkNow {
  bool down = false;
  std::size_t legs = 0;
  std::deque<Time> outgoing;  ///< of the last hour
};

enum class Timer : std::uint8_t { leg, media, call, queue, queue_retry, chain, recording, watch };
struct TimerKey {
  Timer kind = Timer::leg;
  Uuid id{};
  auto operator<=>(const TimerKey&) const = default;
};

/// When what is due. One deadline for each key.
class Deadlines {
 public:
  void set(TimerKey key, Time when);
  void clear(TimerKey key);
  [[nodiscard]] std::optional<Time> first() const;
  [[nodiscard]] std::optional<Time> of(TimerKey key) const;
  /// The first that is due; taken out.
  std::optional<TimerKey> take_due(Time now);
  [[nodiscard]] std::size_t size() const noexcept { return of_key_.size(); }
  void reset();
  template <class Each>
  void for_each(Each each) const {
    for (const auto& [key, when] : of_key_) each(key, when);
  }

 private:
  std::set<std::pair<Time, TimerKey>> by_time_;
  std::map<TimerKey, Time> of_key_;
};

/// All of it.
struct State {
  CallOptions options;
  std::map<Uuid, Leg> legs;
  std::map<Uuid, Chain> chains;
  std::map<Uuid, Call> calls;
  std::map<Uuid, Commutation> commutations;
  std::map<Uuid, Recording> recordings;
  std::map<Uuid, Autocall> autocalls;
  std::map<Uuid, LineNow> lines;
  std::map<Uuid, TrunkNow> trunks;
  std::map<Uuid, std::size_t> users;  ///< legs of each user's lines and autocalls reserving them
  std::set<Uuid> told_users;          ///< whose states were told that they are in a call
  std::vector<Uuid> waiting{};        ///< calls in line, in order of priority and time
  Deadlines deadlines;
  Time last{};              ///< of the last turn, in the machine's own time
  Duration skew{0};         ///< machine's own time minus the clock's, which may be set back
  std::size_t outside = 0;  ///< legs outside that lines have made
  bool stopping = false;
  CallFigures figures;

  SharedMapWriter<Uuid, ChainView> chain_views;
  SharedMapWriter<Uuid, LineView> line_views;
  SharedMapWriter<Uuid, QueueEntryView> queue_views;
};

}  // namespace otklik::core::calls
