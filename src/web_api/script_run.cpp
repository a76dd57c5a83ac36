#include "web_api/script_run.hpp"

#include <mutex>
#include <utility>

#include "base/text.hpp"
#include "web_api/parameters.hpp"

namespace otklik::web_api {
namespace {

/// A request that waits for its script. The script's end and the time-out race for it; the first takes it away.
class Wait {
 public:
  Wait(net::Responder responder, MakeResponse make) : responder_(std::move(responder)), make_(std::move(make)) {}

  void answer(ScriptOutcome outcome) {
    net::Responder responder;
    MakeResponse make;
    {
      const std::lock_guard lock(mutex_);
      if (answered_) return;
      answered_ = true;
      responder = std::move(responder_);
      make = std::move(make_);
    }
    responder.send(make(std::move(outcome)));
  }

  /// Unless answered already, which quick scripts are.
  void call_after(std::chrono::milliseconds delay, std::move_only_function<void()> work) {
    const std::lock_guard lock(mutex_);
    if (!answered_) responder_.after(delay, std::move(work));
  }

 private:
  std::mutex mutex_;
  bool answered_ = false;
  net::Responder responder_;
  MakeResponse make_;
};

bool is_credential(std::string_view line) noexcept {
  const auto name = line.substr(0, line.find(':'));
  return iequals_ascii(name, "authorization") || iequals_ascii(name, "proxy-authorization");
}

}  // namespace

Result<ScriptOrder> read_script_order(const net::Form& parameters, const Options& options,
                                      const DecidedElsewhere& decided) {
  ScriptOrder order;
  std::string name = "startparam0";
  for (std::size_t i = 0; i < order.parameters.size(); ++i) {
    name.back() = static_cast<char>('1' + i);
    if (const auto value = parameters.find(name)) order.parameters[i] = *value;
  }
  if (order.parameters[0].empty()) {
    if (const auto value = parameters.find("startparam")) order.parameters[0] = *value;
  }
  auto async = decided.async;
  if (!async) {
    const auto given = read_flag(parameters, "async");
    if (!given) return std::unexpected(given.error());
    async = *given;
  }
  auto timeout = decided.timeout;
  if (!timeout) {
    const auto given = read_seconds(parameters, "timeout");
    if (!given) return std::unexpected(given.error());
    timeout = *given;
  }
  order.wait = !async.value_or(false);
  order.timeout = std::min(timeout.value_or(options.script_timeout), options.script_timeout_ceiling);
  return order;
}

Result<ScriptOrder> read_named_script_order(const net::Form& parameters, const Options& options) {
  const auto name = parameters.find("name");
  if (!name) return fail(ErrorCode::bad_request, "name is missing");
  auto order = read_script_order(parameters, options);
  if (order) order->scenario = *name;
  return order;
}

void run_script(const Services& services, core::ScriptStart start, const ScriptOrder& order, net::Responder responder,
                MakeResponse make) {
  Counters& counters = services.counters;
  if (!order.wait) {
    const auto run = services.scripts.start(std::move(start), [](const core::ScriptEnd&) {});
    if (!run) Counters::count(counters.script_refusals);
    responder.send(make(run ? ScriptOutcome(NotWaitedFor{}) : ScriptOutcome(run.error())));
    return;
  }
  // The script holds the wait, the timer only looks for it: whichever ends first, nothing is left over.
  const auto wait = std::make_shared<Wait>(std::move(responder), std::move(make));
  const auto run =
      services.scripts.start(std::move(start), [wait](core::ScriptEnd end) { wait->answer(std::move(end)); });
  if (!run) {
    Counters::count(counters.script_refusals);
    wait->answer(run.error());
    return;
  }
  wait->call_after(order.timeout, [weak = std::weak_ptr(wait), &counters] {
    if (const auto waiting = weak.lock()) {
      Counters::count(counters.script_timeouts);
      waiting->answer(WaitBrokenOff{});
    }
  });
}

std::string without_credentials(const net::RequestHead& head) {
  std::string out;
  out.reserve(head.text.size());
  std::string_view rest = head.text;
  while (!rest.empty()) {
    auto end = rest.find('\n');
    end = end == std::string_view::npos ? rest.size() : end + 1;
    if (!is_credential(rest.substr(0, end))) out.append(rest, 0, end);
    rest.remove_prefix(end);
  }
  return out;
}

core::ScriptRequest script_request(const net::Request& request) {
  return {std::string(request.method_text),
          std::string(request.path),
          std::string(request.query),
          std::string(request.request_line),
          std::string(request.text),
          std::string(request.body),
          request.peer.text()};
}

core::ScriptStart script_start(const Call& call, ScriptOrder& order) {
  core::ScriptStart start;
  start.scenario = std::move(order.scenario);
  start.parameters = std::move(order.parameters);
  start.code = core::LaunchCode::http;
  start.user = call.caller().user;
  start.login = call.caller().login;
  const auto& request = call.request();
  start.request = core::ScriptRequest{std::string(request.method_text),
                                      std::string(request.path),
                                      std::string(request.query),
                                      std::string(request.request_line),
                                      without_credentials(request),
                                      std::string(request.body),
                                      request.peer.text()};
  return start;
}

}  // namespace otklik::web_api
