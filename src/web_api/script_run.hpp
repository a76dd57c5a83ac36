#pragma once
#include <array>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <variant>

#include "base/error.hpp"
#include "core/ports/script_host.hpp"
#include "net/application.hpp"
#include "net/http/form.hpp"
#include "web_api/call.hpp"
#include "web_api/options.hpp"

namespace otklik::web_api {

/// What a request says about the script to run: the parameters that execsvcscript and all its kin share.
struct ScriptOrder {
  std::string scenario;
  std::array<std::string, 5> parameters;
  bool wait = true;
  std::chrono::milliseconds timeout{0};  ///< how long to wait, ceiling applied
};

/// What wins over `async` and `timeout` of a request.
struct DecidedElsewhere {
  std::optional<bool> async;
  std::optional<std::chrono::milliseconds> timeout;
};

/// Reads `startparam1` to `5` (`startparam` stands for the first), and `async` and `timeout` where nobody has `decided`
/// them. Errors: `bad_request`.
Result<ScriptOrder> read_script_order(const net::Form& parameters, const Options& options,
                                      const DecidedElsewhere& decided = {});
/// Reads `name` too, which is required.
Result<ScriptOrder> read_named_script_order(const net::Form& parameters, const Options& options);

/// What came of it, as far as the waiting request is told.
struct NotWaitedFor {};
struct WaitBrokenOff {};
using ScriptOutcome = std::variant<core::StartRefusal, NotWaitedFor, WaitBrokenOff, core::ScriptEnd>;

using MakeResponse = std::move_only_function<net::Response(ScriptOutcome)>;

/// Starts a script and answers once: when it has ended, when the time to wait is over (the script runs on), when it was
/// not to be waited for, or when it could not start. `make` runs once, on whichever thread that comes, before the
/// request dies.
void run_script(const Services& services, core::ScriptStart start, const ScriptOrder& order, net::Responder responder,
                MakeResponse make);

/// What a caller with authorization starts: on his behalf, with the request for the script to look at. The request's
/// headers come without the password in them.
core::ScriptStart script_start(const Call& call, ScriptOrder& order);

/// The request as scripts may see it, its headers whole.
core::ScriptRequest script_request(const net::Request& request);

/// A header section without its Authorization and Proxy-Authorization fields.
std::string without_credentials(const net::RequestHead& head);

}  // namespace otklik::web_api
