#pragma once
#include <chrono>
#include <cstdint>
#include <string>

#include "base/clock.hpp"
#include "base/uuid.hpp"
#include "core/calls/views.hpp"
#include "core/ports/script_host.hpp"
#include "core/shared_map.hpp"
#include "core/states/user_state.hpp"

/// What the core knows, as an immutable value: each noun has its part, each part is made by the machine's part of the
/// same name.
namespace otklik::core {

/// The server itself.
struct ServerView {
  std::string version;
  Time started_at{};
  bool stopping = false;
};

/// A script that runs now.
struct ScriptRun {
  Uuid run;
  std::string scenario;
  LaunchCode code = LaunchCode::http;
  Uuid user;          ///< nil: without authorization
  std::string login;  ///< of the caller
  Uuid parent;        ///< the run that called it; nil: none
  Time since{};
};

/// What a scenario has done since the server started. started = finished + failed + stopped + running.
struct ScenarioFigures {
  std::uint64_t started = 0;
  std::uint64_t finished = 0;
  std::uint64_t failed = 0;   ///< a script error, or a budget used up
  std::uint64_t stopped = 0;  ///< ended from outside: the server stopped, or somebody did it
  std::uint64_t running = 0;
  std::chrono::microseconds took{0};  ///< together, of all that ended
  std::uint64_t instructions = 0;     ///< likewise
  std::string last_error;             ///< of the last failed run, at most 1,000 bytes; empty: none failed
  Time last_error_at{};
};

struct ScriptsView {
  SharedMap<Uuid, ScriptRun> running;
  /// By name. So that made-up names cannot fill the memory, past 4,096 names the rest are counted as `*`.
  SharedMap<std::string, ScenarioFigures> scenarios;
  ScenarioFigures total;  ///< of all scenarios
};

struct LoginsView {
  std::uint64_t succeeded = 0;
  std::uint64_t refused = 0;
  Time last_succeeded_at{};
  Time last_refused_at{};
};

/// A line with a working phone.
struct ConnectedLine {
  Uuid line;
  std::string number;
  std::string address;
  std::string user_agent;
  Time since{};
};

struct StatesView {
  /// Who has no entry is disconnected, in no mode.
  SharedMap<Uuid, UserStanding> users;
  SharedMap<Uuid, ConnectedLine> connected;  ///< by line

  /// Of any user.
  [[nodiscard]] UserStanding of(const Uuid& user) const {
    const UserStanding* known = users.find(user);
    return known == nullptr ? UserStanding{.user = user} : *known;
  }
};

/// All of it after some turn.
struct Overview {
  std::uint64_t turns = 0;  ///< facts applied so far; a later snapshot has more
  Time at{};                ///< of the last fact
  ServerView server;
  ScriptsView scripts;
  LoginsView logins;
  StatesView states;
  CallsView calls;
  std::uint64_t directory_changes = 0;
  std::uint64_t plan_changes = 0;
  std::uint64_t custom_events = 0;
  std::uint64_t files_stored = 0;
  std::uint64_t files_deleted = 0;
  /// Facts that cannot have happened, such as the end of a run that does not run: our mistakes, repaired and counted.
  std::uint64_t impossible = 0;
};

}  // namespace otklik::core
