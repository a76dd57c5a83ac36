#pragma once
#include <array>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "base/uuid.hpp"

namespace otklik::core {

/// What started a scenario, as the scenario itself can ask. 27 is the vendor's number; the others are ours.
enum class LaunchCode : int {
  http = 27,      ///< execsvcscript, execsvcscriptplain, a hook, download/byscript, upload
  shell = 1027,   ///< `otklik script run`
  plugin = 1028,  ///< `start_scenario` of a plugin
};

/// The HTTP request behind a start, for scenarios that want to look at it.
struct ScriptRequest {
  std::string method, page, query, request_line, headers, content, peer;
};

struct ScriptStart {
  std::string scenario;                  ///< its name, UTF-8, as the caller gave it
  std::array<std::string, 5> parameters;
  LaunchCode code = LaunchCode::http;
  Uuid user;                             ///< on whose behalf; nil for a hook
  std::string login;
  bool anonymous = false;                ///< a hook: counts against the limit of runs without authorization
  std::string caller_key;                ///< anonymous: what counts as one caller (his address)
  std::optional<ScriptRequest> request;  ///< hooks and the shell may leave it out
};

/// Why a scenario did not start. The names are on the wire (`startresult`), see name().
enum class StartRefusal : std::uint8_t {
  not_found = 1, disabled, bad_parameter, too_many, licence, broken, storage_full, stopping,
};
/// `notfound`, `disabled`, …: what `startresult` shows as its name; its value is the enumeration's number.
std::string_view name(StartRefusal refusal) noexcept;

/// How a run ended.
struct ScriptEnd {
  enum class Kind : std::uint8_t { finished, failed, budget_memory, budget_instructions, budget_time, stopped };
  Kind kind = Kind::finished;
  std::array<std::string, 3> returns;  ///< Return values 1 to 3, only of a finished run
  std::string error;                   ///< for the log and the shell: the message with file and line
};
std::string_view name(ScriptEnd::Kind kind) noexcept;

/// Runs service scenarios.
class ScriptHost {
 public:
  virtual ~ScriptHost() = default;

  /// The run's id, or why there is none. `ended` runs exactly once for a started run, perhaps before start() returns,
  /// on any thread; a run goes on whether or not anybody still waits for it. Any thread.
  virtual std::expected<Uuid, StartRefusal> start(ScriptStart start, std::move_only_function<void(ScriptEnd)> ended) = 0;
};

}  // namespace otklik::core
