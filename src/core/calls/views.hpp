#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/uuid.hpp"
#include "core/calls/events.hpp"
#include "core/calls/states.hpp"
#include "core/shared_map.hpp"

/// Calls as readers see them: immutable values, in Overview.
namespace otklik::core {

/// `queuesource`; the values are the wire's.
enum class QueueSource : std::uint8_t { line_logic = 1, ivr = 2, incoming_task = 5, incoming_task_special = 8 };

/// One thing that happened to a chain. Which fields say something depends on `kind`.
struct TraceElement {
  enum class Kind : std::uint8_t {
    call,         ///< a to `number`; b: who answered
    commutation,  ///< a talks with b
    hold,         ///< a holds b
    transfer,     ///< a hands b over to `number`
    recording,    ///< of a with b
    ivr,          // their places: nothing makes these yet
    conference,
    fax,
    voicemail,
  };
  Kind kind = Kind::call;
  Uuid id{};     ///< of the call, commutation or recording; the held leg of a hold
  Time began{};  ///< of a commutation: of the call that led to it, or of the talk itself
  std::optional<Time> answered{};
  std::optional<Time> ended{};
  Cause cause = Cause::hung_up;  ///< of its end
  Party a{}, b{};
  std::string number{};  ///< dialled
  Uuid number_id{};      ///< of an internal number
  Uuid rule{};
  std::string rule_name{};
  bool outside = false;  ///< `pbxdirection` external
  ConnectionType connection = ConnectionType::none;
  bool recorded = false;
  QueueSource source = QueueSource::line_logic;
  std::uint32_t priority = 10;
};
std::string_view name(TraceElement::Kind kind) noexcept;

struct LegView {
  Uuid leg{};
  Party party{};
  LegState state = LegState::none;
  bool placed = false;
  Time since{};  ///< in this state
};

struct ChainView {
  Uuid chain{};
  ChainOrigin origin = ChainOrigin::line;
  ChainState state = ChainState::beginning;
  Time began{};
  Party caller{};
  std::string dialled{};
  std::string custom_field{};
  std::vector<LegView> legs{};
  std::vector<std::shared_ptr<const TraceElement>> trace{};
  bool trace_is_cut = false;  ///< the oldest elements were left out; the log has them
};

/// What a line is in: everything that `getextendedlineinfo` and wp_getabonentinfo show.
struct LineView {
  Uuid line{};
  std::string number{};
  Uuid user{};
  bool registered = false;
  LineState state = LineState::disconnected;
  Uuid chain{};  ///< nil while the line has nobody on it, a held party apart
  Uuid leg{};
  Time since{};                  ///< of `state`
  std::optional<Party> party{};  ///< the other one: who rings, is called, is talked to
  std::string called{};          ///< what was dialled
  bool is_autocall = false;      ///< the number is being called, and the line will be called back
  bool is_ringing = false;
  bool is_callback = false;  ///< what rings is the line's own autocall
  bool is_commutated = false;
  bool is_waiting_in_flash = false;    ///< the other party has it on hold
  bool is_waiting_for_answer = false;  ///< off the hook, and somebody is being called
  bool goes_outside = false;           ///< an outside line is in use
  Uuid commutation{};
  std::optional<Time> talks_since{};
  std::optional<Party> held{};  ///< who is on hold here
  Uuid held_chain{};
  bool held_by_phone = false;
  Uuid autocall{};
};

/// One who waits in line.
struct QueueEntryView {
  Uuid call{};
  Uuid chain{};
  Uuid leg{};
  Party caller{};
  std::string number{};
  Uuid number_id{};
  Uuid rule{};
  std::string rule_name{};
  std::uint32_t priority = 10;
  QueueSource source = QueueSource::line_logic;
  Time since{};
  bool served = false;        ///< somebody rings for it now
  std::vector<Uuid> users{};  ///< whom the number calls
};

struct CallFigures {
  std::uint64_t chains_begun = 0;
  std::uint64_t chains_ended = 0;
  std::uint64_t legs_begun = 0;
  std::uint64_t legs_ended = 0;
  std::uint64_t talks = 0;  ///< commutations that began
  std::uint64_t recordings = 0;
  std::uint64_t commands = 0;
  std::uint64_t refused = 0;      ///< of these
  std::uint64_t turned_away = 0;  ///< offers refused before they became a call
  std::uint64_t late = 0;         ///< facts of legs that had ended
  std::uint64_t impossible = 0;   ///< steps that no table has: our mistakes, passed over
  std::uint64_t repaired = 0;     ///< found wrong by the watchdog, and ended
};

struct CallsView {
  SharedMap<Uuid, ChainView> chains;
  SharedMap<Uuid, LineView> lines;  ///< those with a phone or a call
  SharedMap<Uuid, QueueEntryView> queue;
  CallFigures figures;
};

}  // namespace otklik::core
