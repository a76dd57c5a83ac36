#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "core/calls/commands.hpp"
#include "core/calls/options.hpp"
#include "core/calls/surroundings.hpp"
#include "core/calls/views.hpp"
#include "core/ports/telephony.hpp"

namespace otklik::core {

struct Event;

namespace calls {
struct State;
}

/// What a turn of the calls gets and gives.
struct CallTurn {
  Time at;                 ///< by the clock
  Uuid ids;                ///< random: the ids of this turn are made of it
  bool recordable = true;  ///< false: the log takes nothing, so nothing new begins, but calls to emergency numbers
  Surroundings& around;
  std::vector<Event>& events;
  std::vector<telephony::Order>& orders;
};

/// The machine's part for calls: legs, calls, commutations, autocalls, holds, those who wait in line. One turn at a
/// time; every turn first ends what is past its deadline.
class Calls {
 public:
  explicit Calls(CallOptions options = {});
  ~Calls();
  Calls(const Calls&) = delete;
  Calls& operator=(const Calls&) = delete;

  void happened(const telephony::Fact& fact, CallTurn turn);
  commands::Outcome command(const commands::Command& command, CallTurn turn);
  void time_passed(CallTurn turn);
  /// The first phone of a line was registered; its last one is gone. A call goes on: its media says whether it is lost.
  void line_connected(const Uuid& line, CallTurn turn);
  void line_disconnected(const Uuid& line, CallTurn turn);
  /// Users' states or the plan changed: those who wait in line look again.
  void availability_changed(CallTurn turn);
  /// Ends everything, and begins nothing any more.
  void stop(CallTurn turn);
  /// A server that starts has no calls and has counted nothing.
  void clear();

  /// When time_passed() is wanted at the latest, by the clock of the last turn; nothing: not at all.
  [[nodiscard]] std::optional<Time> next_deadline() const;
  [[nodiscard]] bool is_in_call(const Uuid& user) const;
  [[nodiscard]] const CallFigures& figures() const;
  [[nodiscard]] std::size_t live_legs() const;
  [[nodiscard]] CallsView snapshot();

  /// Appends a sentence for every invariant that does not hold. Walks everything.
  void check(std::vector<std::string>& violations) const;

 private:
  friend class CallsSpoiler;  // a test that plants faults

  std::unique_ptr<calls::State> state_;
};

}  // namespace otklik::core
