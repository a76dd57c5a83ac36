// The names that enumerations of the core have on the wire and in the event log.
#include <type_traits>

#include "core/events.hpp"
#include "core/ports/script_host.hpp"

namespace otklik::core {

std::string_view name(StartRefusal refusal) noexcept {
  switch (refusal) {
    case StartRefusal::not_found: return "notfound";
    case StartRefusal::disabled: return "disabled";
    case StartRefusal::bad_parameter: return "badparameter";
    case StartRefusal::too_many: return "toomany";
    case StartRefusal::licence: return "licence";
    case StartRefusal::broken: return "broken";
    case StartRefusal::storage_full: return "storagefull";
    case StartRefusal::stopping: return "stopping";
  }
  return {};
}

std::string_view name(ScriptEnd::Kind kind) noexcept {
  switch (kind) {
    case ScriptEnd::Kind::finished: return "finished";
    case ScriptEnd::Kind::failed: return "failed";
    case ScriptEnd::Kind::budget_memory: return "budget_memory";
    case ScriptEnd::Kind::budget_instructions: return "budget_instructions";
    case ScriptEnd::Kind::budget_time: return "budget_time";
    case ScriptEnd::Kind::stopped: return "stopped";
  }
  return {};
}

namespace {

struct NameOf {
  std::string_view operator()(const ServerStarted&) const { return "server_started"; }
  std::string_view operator()(const ServerStopping&) const { return "server_stopping"; }
  std::string_view operator()(const ScriptStarted&) const { return "script_started"; }
  std::string_view operator()(const ScriptEnded&) const { return "script_ended"; }
  std::string_view operator()(const LoginSucceeded&) const { return "login_succeeded"; }
  std::string_view operator()(const LoginRefused&) const { return "login_refused"; }
  std::string_view operator()(const DirectoryChanged&) const { return "directory_changed"; }
  std::string_view operator()(const CustomEvent&) const { return "custom_event"; }
  std::string_view operator()(const EventsLost&) const { return "events_lost"; }
};

}  // namespace

std::string_view name(const EventBody& body) noexcept { return std::visit(NameOf{}, body); }

std::size_t weight(const EventBody& body) noexcept {
  // only these carry text of any length; the rest are names
  if (const auto* custom = std::get_if<CustomEvent>(&body)) return 1 + custom->data.size() / 256;
  if (const auto* ended = std::get_if<ScriptEnded>(&body)) return 1 + ended->error.size() / 256;
  return 1;
}

}  // namespace otklik::core
