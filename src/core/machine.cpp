#include "core/machine.hpp"

#include <variant>

namespace otklik::core {

/// Which part hears of which fact.
struct Machine::Apply {
  Machine& machine;
  Time at;

  bool operator()(const ServerStarted& fact) const {
    // What an earlier life of the server left running died with it, and its figures are that life's.
    machine.server_ = {.version = fact.version, .started_at = at};
    machine.scripts_.clear();
    machine.logins_ = {};
    machine.directory_changes_ = 0;
    machine.custom_events_ = 0;
    machine.files_stored_ = 0;
    machine.files_deleted_ = 0;
    machine.impossible_ = 0;
    return true;
  }
  bool operator()(const ServerStopping&) const {
    machine.server_.stopping = true;
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
  bool operator()(const DirectoryChanged&) const {
    ++machine.directory_changes_;
    return true;
  }
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
};

bool Machine::turn(const Event& fact, std::vector<Event>& /*follow: nothing follows from a script or a login*/) {
  ++turns_;
  at_ = fact.at;
  const bool possible = std::visit(Apply{*this, fact.at}, fact.body);
  if (!possible) ++impossible_;
  return possible;
}

Overview Machine::snapshot() {
  return {.turns = turns_,
          .at = at_,
          .server = server_,
          .scripts = scripts_.snapshot(),
          .logins = logins_,
          .directory_changes = directory_changes_,
          .custom_events = custom_events_,
          .files_stored = files_stored_,
          .files_deleted = files_deleted_,
          .impossible = impossible_};
}

std::vector<std::string> Machine::violations() const {
  std::vector<std::string> out;
  scripts_.check(out);
  if (impossible_ > turns_) out.emplace_back("more facts were impossible than were told");
  return out;
}

}  // namespace otklik::core
