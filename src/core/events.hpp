#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>

#include "base/clock.hpp"
#include "base/uuid.hpp"
#include "core/calls/events.hpp"
#include "core/licence/terms.hpp"
#include "core/ports/script_host.hpp"
#include "core/states/user_state.hpp"

/// Everything that can have happened. An event says all that a reader needs: no reader asks back.
namespace otklik::core {

class Directory;
class Plan;

struct ServerStarted { std::string version; };
struct ServerStopping {};

struct ScriptStarted {
  Uuid run;
  std::string scenario;
  LaunchCode code = LaunchCode::http;
  Uuid user;  ///< nil: without authorization
  std::string login;
  Uuid parent;  ///< the run that called it; nil: none
};
struct ScriptEnded {
  Uuid run;
  std::string scenario;
  ScriptEnd::Kind kind = ScriptEnd::Kind::finished;
  std::string error;
  std::chrono::microseconds took{0};
  std::uint64_t instructions = 0;
};

/// A password or token was checked and found right. Not one for every request: verified credentials are remembered.
struct LoginSucceeded { Uuid user; std::string login; std::string by; /* password, token */ std::string address; };
struct LoginRefused { std::string login; std::string reason; std::string address; };

/// Users, roles, departments or tokens changed. `what` is the operation (`user.add`), `key` the login or name.
/// `directory` is the one that holds from now on, for the machine; the log does without it. `what` of the first one is
/// `load`.
struct DirectoryChanged {
  std::string what;
  std::string key;
  std::string by;
  std::shared_ptr<const Directory> directory{};
};

/// Lines, numbers, trunks or rules changed; otherwise as DirectoryChanged.
struct PlanChanged {
  std::string what;
  std::string key;
  std::string by;
  std::shared_ptr<const Plan> plan{};
};

/// A line has a working phone from now on: its first one has registered. `address` is the phone's.
struct LineConnected { Uuid line; std::string number; std::string address; std::string user_agent; };
/// It has none any more. `reason`: `unregistered`, `expired`, `lost` (its connection broke), `refused` (the line is
/// gone or has another secret).
struct LineDisconnected { Uuid line; std::string number; std::string reason; };

/// Somebody wants a user's state or modes changed; what came of it follows. `outcome`, where given, is filled in when
/// the machine has decided: whoever told it reads it in his `done`. `by` is a login, or `shell`.
struct UserStateRequested {
  Uuid user;
  std::string login;
  StateRequest wanted;
  std::string by;
  std::shared_ptr<StateOutcome> outcome{};
};
/// What he had chosen before the server started holds again.
struct UserStateRestored {
  Uuid user;
  std::string login;
  UserModes modes;
  ChosenState chosen = ChosenState::ready;
  BreakReason reason;
};
/// His state, a mode or the reason of his break is another. It follows from other facts and is never told by itself.
struct UserStateChanged {
  Uuid user;
  std::string login;
  UserState from = UserState::disconnected;
  UserState to = UserState::disconnected;
  UserModes modes;
  ChosenState chosen = ChosenState::ready;
  BreakReason reason;
  StateCause cause = StateCause::request;
  std::string by;
  Duration lasted{0};  ///< how long he was in `from`
};

/// A licence certificate holds from now on: at the start, after it was put there, when its first day came.
struct LicenceInstalled { Terms terms; std::string issuer; /* whose key has signed it */ };
/// One was found that does not hold, or holds no more: the open licence holds instead. `reason` is a
/// CertificateFault's name.
struct LicenceRefused { std::string reason; std::string text; };
/// There was one, and it is there no more.
struct LicenceRemoved {};

/// Posted by a scenario. `data` is JSON text.
struct CustomEvent { std::string name; std::string data; Uuid run; };

/// A file was stored: uploaded, recorded, received, or registered by the administrator. `path` is below its area's
/// folder, and empty where knowing it opens the file (temp). `reason` of its deletion: `age` and `size` (a rule),
/// `shell`, `script`, `user` (a picture whose user is gone, or has chosen another), `lost` (it had gone from the disk),
/// `never_arrived`, `interrupted` (a crash or a failing disk came in between).
struct FileStored { Uuid file; std::string area; std::string path; std::string name; std::uint64_t size = 0; std::string sha256; Uuid user; std::string login; Uuid chain; };
struct FileDeleted { Uuid file; std::string area; std::string path; std::string name; std::uint64_t size = 0; std::string reason; Uuid chain; };

/// Written by the log itself: so many events before this one could not be kept (full disk, full queue) and are in no
/// file. A reader that counts knows by it that his figures lack them.
struct EventsLost { std::uint64_t count = 0; Time since{}; };

using EventBody = std::variant<ServerStarted, ServerStopping, ScriptStarted, ScriptEnded, LoginSucceeded, LoginRefused,
                               DirectoryChanged, CustomEvent, EventsLost, FileStored, FileDeleted, LicenceInstalled,
                               LicenceRefused, LicenceRemoved, PlanChanged, LineConnected, LineDisconnected,
                               UserStateRequested, UserStateRestored, UserStateChanged,
                               // core/calls/events.hpp
                               ChainBegan, ChainEnded, LegBegan, LegAnswered, LegMoved, LegEnded, CallBegan, CallEnded,
                               RingStarted, RingStopped, UserMissedCall, CommutationBegan, CommutationEnded, HoldBegan,
                               HoldEnded, QueueEntered, QueueLeft, CallTransferred, AutocallStarted, AutocallEnded,
                               RecordingStarted, RecordingFinished, LineStateChanged>;

struct Event {
  Time at;
  EventBody body;
};

/// `script_started`, …: what the log and, later, every push calls it.
std::string_view name(const EventBody& body) noexcept;

/// What an event takes in a queue, in units of about 256 bytes and at least one: queues are bounded in these.
std::size_t weight(const EventBody& body) noexcept;

}  // namespace otklik::core
