#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/clock.hpp"
#include "base/uuid.hpp"
#include "core/calls/cause.hpp"
#include "core/calls/party.hpp"

/// What happens to calls, whole: a reader of the log needs nothing else. docs/call-lifecycle.md says in which order.
namespace otklik::core {

enum class ChainOrigin : std::uint8_t { line, trunk, autocall };
std::string_view name(ChainOrigin origin) noexcept;

/// A call begins: a phone or a trunk came, or the server calls on behalf of a line. `caller` is that line in every
/// case.
struct ChainBegan {
  Uuid chain{};
  ChainOrigin origin = ChainOrigin::line;
  Party caller{};
  std::string dialled{};
};
/// Its last leg is gone. `into`: the chain that it was joined to; nil: none.
struct ChainEnded {
  Uuid chain{};
  Cause cause = Cause::hung_up;
  Time began{};
  std::chrono::milliseconds talked{0};
  Uuid into{};
};

/// `placed`: we called; otherwise it came to us.
struct LegBegan {
  Uuid leg{};
  Uuid chain{};
  bool placed = false;
  Party party{};
};
struct LegAnswered {
  Uuid leg{};
  Uuid chain{};
  Party party{};
};
struct LegMoved {
  Uuid leg{};
  Uuid chain{};
  Uuid from{};
};
struct LegEnded {
  Uuid leg{};
  Uuid chain{};
  Party party{};
  Cause cause = Cause::hung_up;
  Time began{};
  bool answered = false;
};

/// An attempt to reach somebody begins (`call` in the trace of a chain); `number_id`, `rule` of an internal number.
struct CallBegan {
  Uuid call{};
  Uuid chain{};
  Party caller{};
  std::string number{};
  Uuid number_id{};
  Uuid rule{};
  std::string rule_name{};
  std::string redirected_from{};
};
/// `party`: who answered; with a cause other than hung_up nobody did.
struct CallEnded {
  Uuid call{};
  Uuid chain{};
  bool answered = false;
  Party party{};
  Cause cause = Cause::hung_up;
  Time began{};
};

/// A phone or an outside party rings. `callback`: it is the line on whose behalf an autocall runs.
struct RingStarted {
  Uuid call{};
  Uuid chain{};
  Uuid leg{};
  Party party{};
  Party caller{};
  std::string number{};
  bool callback = false;
};
struct RingStopped {
  Uuid call{};
  Uuid chain{};
  Uuid leg{};
  Party party{};
  Party caller{};
  bool answered = false;
  Cause cause = Cause::hung_up;
  Time began{};
};
/// It rang at a user's, and nobody took it or he was not quick enough to.
struct UserMissedCall {
  Uuid user{};
  std::string login{};
  Uuid line{};
  Uuid call{};
  Uuid chain{};
  Party caller{};
  std::string number{};
  Uuid rule{};
  Time began{};
};

/// Two parties can talk. `dialled`: the number by which A reached B.
struct CommutationBegan {
  Uuid commutation{};
  Uuid chain{};
  Uuid a_leg{};
  Uuid b_leg{};
  Party a{};
  Party b{};
  ConnectionType type = ConnectionType::none;
  std::string dialled{};
  bool recorded = false;
};
/// `cause`: hung_up where one of them left; redirected for a hold; transferred.
struct CommutationEnded {
  Uuid commutation{};
  Uuid chain{};
  Uuid a_leg{};
  Uuid b_leg{};
  Party a{};
  Party b{};
  Cause cause = Cause::hung_up;
  Time began{};
};

/// How a hold ended; the values are `flashtypeid` of the one who held.
enum class HoldEnd : std::uint8_t {
  returned = 2,     ///< taken back
  broken = 3,       ///< who held hung up
  left = 4,         ///< who was held did
  handed_over = 5,  ///< joined with somebody else
  conference = 6,   ///< both went there
  swapped = 7,      ///< with the party talked to
};
std::string_view name(HoldEnd end) noexcept;
struct HoldBegan {
  Uuid chain{};
  Uuid holder_leg{};
  Uuid held_leg{};
  Party holder{};
  Party held{};
  bool by_phone = false;
  bool swapped = false;
};
struct HoldEnded {
  Uuid chain{};
  Uuid holder_leg{};
  Uuid held_leg{};
  Party holder{};
  Party held{};
  HoldEnd how = HoldEnd::returned;
  Time began{};
};

/// One who waits in line at a number.
struct QueueEntered {
  Uuid call{};
  Uuid chain{};
  Party caller{};
  std::string number{};
  Uuid number_id{};
  Uuid rule{};
  std::string rule_name{};
  std::uint32_t priority = 10;
};
struct QueueLeft {
  Uuid call{};
  Uuid chain{};
  Party caller{};
  std::string number{};
  Uuid number_id{};
  bool answered = false;
  Cause cause = Cause::hung_up;
  Time began{};
};

/// `by` hands `party` over to `number`, or (attended) to `target`.
struct CallTransferred {
  Uuid chain{};
  Party by{};
  Party party{};
  std::string number{};
  Party target{};
  bool attended = false;
};

/// The server calls on behalf of a line. `sequence`: `direct`, `back`, or `consult` on the open line.
struct AutocallStarted {
  Uuid autocall{};
  Uuid chain{};
  Party owner{};
  std::string number{};
  std::string sequence{};
};
/// It has come to an ordinary call (`connected`), or to nothing.
struct AutocallEnded {
  Uuid autocall{};
  Uuid chain{};
  Party owner{};
  std::string number{};
  bool connected = false;
  Cause cause = Cause::hung_up;
  Time began{};
};

struct RecordingStarted {
  Uuid recording{};
  Uuid chain{};
  Uuid commutation{};
  Party a{};
  Party b{};
};
/// `file` nil: it was not kept, and `trouble` says why.
struct RecordingFinished {
  Uuid recording{};
  Uuid chain{};
  Uuid commutation{};
  Uuid file{};
  std::string path{};
  std::uint64_t size = 0;
  std::chrono::milliseconds length{0};
  std::string trouble{};
  Time began{};
};

struct LineStateChanged {
  Uuid line{};
  std::string number{};
  Uuid user{};
  std::string login{};
  LineState state = LineState::ready;
  Uuid chain{};
};

template <class Event, class... These>
inline constexpr bool is_one_of = (std::is_same_v<Event, These> || ...);

/// One of the above.
template <class Event>
concept CallEvent = is_one_of<Event, ChainBegan, ChainEnded, LegBegan, LegAnswered, LegMoved, LegEnded, CallBegan,
                              CallEnded, RingStarted, RingStopped, UserMissedCall, CommutationBegan, CommutationEnded,
                              HoldBegan, HoldEnded, QueueEntered, QueueLeft, CallTransferred, AutocallStarted,
                              AutocallEnded, RecordingStarted, RecordingFinished, LineStateChanged>;

}  // namespace otklik::core
