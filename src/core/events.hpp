#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

#include "base/clock.hpp"
#include "base/uuid.hpp"
#include "core/licence/terms.hpp"
#include "core/ports/script_host.hpp"

/// Everything that can have happened. An event says all that a reader needs: no reader asks back.
namespace otklik::core {

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
struct DirectoryChanged { std::string what; std::string key; std::string by; };

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
                               LicenceRefused, LicenceRemoved>;

struct Event {
  Time at;
  EventBody body;
};

/// `script_started`, …: what the log and, later, every push calls it.
std::string_view name(const EventBody& body) noexcept;

/// What an event takes in a queue, in units of about 256 bytes and at least one: queues are bounded in these.
std::size_t weight(const EventBody& body) noexcept;

}  // namespace otklik::core
