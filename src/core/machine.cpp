#include "core/machine.hpp"

#include <utility>
#include <variant>

#include "core/calls/plan_surroundings.hpp"

namespace otklik::core {

/// Which part hears of which fact.
struct Machine::Apply {
  Machine& machine;
  const Moment& moment;
  Time at;
  std::vector<Event>& follow;
  std::vector<telephony::Order>& orders;

  /// Has the calls do something in this turn.
  template <class Do>
  auto in_calls(Do what) const {
    PlanSurroundings around(*machine.plan_, *machine.directory_, machine.states_, moment.local, at, follow);
    return what(machine.calls_, CallTurn{.at = at,
                                         .ids = moment.ids,
                                         .recordable = moment.recordable,
                                         .around = around,
                                         .events = follow,
                                         .orders = orders});
  }
  /// Those who wait in line may find somebody now.
  bool look_again() const {
    in_calls([](Calls& calls, const CallTurn& turn) { calls.availability_changed(turn); });
    return true;
  }

  bool operator()(const ServerStarted& fact) const {
    // What an earlier life of the server left running died with it, and its figures are that life's.
    machine.server_ = {.version = fact.version, .started_at = at};
    machine.scripts_.clear();
    machine.states_.clear();
    machine.calls_.clear();
    machine.logins_ = {};
    machine.directory_changes_ = 0;
    machine.plan_changes_ = 0;
    machine.custom_events_ = 0;
    machine.files_stored_ = 0;
    machine.files_deleted_ = 0;
    machine.impossible_ = 0;
    return true;
  }
  bool operator()(const ServerStopping&) const {
    machine.server_.stopping = true;
    in_calls([](Calls& calls, const CallTurn& turn) { calls.stop(turn); });
    return true;
  }
  bool operator()(const ScriptStarted& fact) const { return machine.scripts_.apply(fact, at); }
  bool operator()(const ScriptEnded& fact) const { return machine.scripts_.apply(fact, at); }
  bool operator()(const LoginSucceeded&) const {
    ++machine.logins_.succeeded;
    machine.logins_.last_succeeded_at = at;
    return true;
  }
  bool operator()(const LoginRefused&) const {
    ++machine.logins_.refused;
    machine.logins_.last_refused_at = at;
    return true;
  }
  bool operator()(const DirectoryChanged& fact) const {
    ++machine.directory_changes_;
    if (fact.directory) {
      machine.directory_ = fact.directory;
      machine.states_.use(machine.directory_, at, follow);
    }
    return look_again();
  }
  bool operator()(const PlanChanged& fact) const {
    ++machine.plan_changes_;
    if (fact.plan) {
      machine.plan_ = fact.plan;
      machine.states_.use(machine.plan_, at, follow);
    }
    return look_again();
  }
  bool operator()(const LineConnected& fact) const {
    const bool possible = machine.states_.apply(fact, at, follow);
    in_calls([&](Calls& calls, const CallTurn& turn) { calls.line_connected(fact.line, turn); });
    return possible;
  }
  bool operator()(const LineDisconnected& fact) const {
    const bool possible = machine.states_.apply(fact, at, follow);
    in_calls([&](Calls& calls, const CallTurn& turn) { calls.line_disconnected(fact.line, turn); });
    return possible;
  }
  bool operator()(const UserStateRequested& fact) const {
    const bool possible = machine.states_.apply(fact, at, follow);
    return look_again() && possible;
  }
  bool operator()(const UserStateRestored& fact) const {
    const bool possible = machine.states_.apply(fact, at, follow);
    return look_again() && possible;
  }
  // It follows from the others: told again, by who reads a log to a machine, it says nothing new.
  bool operator()(const UserStateChanged&) const { return true; }
  bool operator()(const CustomEvent&) const {
    ++machine.custom_events_;
    return true;
  }
  // Which licence holds is no state of the contact centre: Licensing says it.
  bool operator()(const LicenceInstalled&) const { return true; }
  bool operator()(const LicenceRefused&) const { return true; }
  bool operator()(const LicenceRemoved&) const { return true; }
  bool operator()(const EventsLost&) const { return true; }
  bool operator()(const FileStored&) const {
    ++machine.files_stored_;
    return true;
  }
  bool operator()(const FileDeleted&) const {
    ++machine.files_deleted_;
    return true;
  }
  /// What happens to calls follows from what telephony tells; as a fact it comes only where what an earlier life of the
  /// server left open in the log is closed, and that is no call of this one.
  template <CallEvent Told>
  bool operator()(const Told&) const {
    return true;
  }
};

bool Machine::turn(const Event& fact, const Moment& moment, std::vector<Event>& follow,
                   std::vector<telephony::Order>& orders) {
  ++turns_;
  at_ = fact.at;
  const bool possible = std::visit(
      Apply{.machine = *this, .moment = moment, .at = fact.at, .follow = follow, .orders = orders}, fact.body);
  if (!possible) ++impossible_;
  return possible;
}

bool Machine::turn(const Event& fact, std::vector<Event>& follow) {
  std::vector<telephony::Order> nobody;
  return turn(fact, {.at = fact.at}, follow, nobody);
}

void Machine::happened(const telephony::Fact& fact, const Moment& moment, std::vector<Event>& follow,
                       std::vector<telephony::Order>& orders) {
  ++turns_;
  at_ = moment.at;
  Apply{.machine = *this, .moment = moment, .at = moment.at, .follow = follow, .orders = orders}.in_calls(
      [&](Calls& calls, const CallTurn& turn) { calls.happened(fact, turn); });
}

commands::Outcome Machine::command(const commands::Command& command, const Moment& moment, std::vector<Event>& follow,
                                   std::vector<telephony::Order>& orders) {
  ++turns_;
  at_ = moment.at;
  return Apply{.machine = *this, .moment = moment, .at = moment.at, .follow = follow, .orders = orders}.in_calls(
      [&](Calls& calls, const CallTurn& turn) { return calls.command(command, turn); });
}

void Machine::time_passed(const Moment& moment, std::vector<Event>& follow, std::vector<telephony::Order>& orders) {
  ++turns_;
  at_ = moment.at;
  Apply{.machine = *this, .moment = moment, .at = moment.at, .follow = follow, .orders = orders}.in_calls(
      [](Calls& calls, const CallTurn& turn) { calls.time_passed(turn); });
}

Overview Machine::snapshot() {
  return {.turns = turns_,
          .at = at_,
          .server = server_,
          .scripts = scripts_.snapshot(),
          .logins = logins_,
          .states = states_.snapshot(),
          .calls = calls_.snapshot(),
          .directory_changes = directory_changes_,
          .plan_changes = plan_changes_,
          .custom_events = custom_events_,
          .files_stored = files_stored_,
          .files_deleted = files_deleted_,
          .impossible = impossible_};
}

std::vector<std::string> Machine::violations() const {
  std::vector<std::string> out;
  scripts_.check(out);
  states_.check(out);
  calls_.check(out);
  if (impossible_ > turns_) out.emplace_back("more facts were impossible than were told");
  return out;
}

}  // namespace otklik::core
