// The names that enumerations of the core have on the wire and in the event log.
#include <type_traits>

#include "core/events.hpp"
#include "core/ports/script_host.hpp"
#include "core/stored_file.hpp"

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

std::string_view name(FileArea area) noexcept {
  switch (area) {
    case FileArea::temp: return "temp";
    case FileArea::storage: return "storage";
    case FileArea::shared: return "shared";
    case FileArea::script: return "script";
    case FileArea::avatar: return "avatar";
    case FileArea::recording: return "recording";
    case FileArea::fax: return "fax";
    case FileArea::voicemail: return "voicemail";
  }
  return {};
}

std::optional<FileArea> file_area_named(std::string_view wanted) noexcept {
  for (const auto area : all_file_areas) {
    if (name(area) == wanted) return area;
  }
  return std::nullopt;
}

std::string_view name(FileState state) noexcept {
  switch (state) {
    case FileState::arriving: return "arriving";
    case FileState::growing: return "growing";
    case FileState::whole: return "whole";
    case FileState::leaving: return "leaving";
  }
  return {};
}

std::optional<FileState> file_state_named(std::string_view wanted) noexcept {
  for (const auto state : {FileState::arriving, FileState::growing, FileState::whole, FileState::leaving}) {
    if (name(state) == wanted) return state;
  }
  return std::nullopt;
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
  std::string_view operator()(const LicenceInstalled&) const { return "licence_installed"; }
  std::string_view operator()(const LicenceRefused&) const { return "licence_refused"; }
  std::string_view operator()(const LicenceRemoved&) const { return "licence_removed"; }
  std::string_view operator()(const CustomEvent&) const { return "custom_event"; }
  std::string_view operator()(const EventsLost&) const { return "events_lost"; }
  std::string_view operator()(const FileStored&) const { return "file_stored"; }
  std::string_view operator()(const FileDeleted&) const { return "file_deleted"; }
};

}  // namespace

std::string_view name(const EventBody& body) noexcept { return std::visit(NameOf{}, body); }

std::size_t weight(const EventBody& body) noexcept {
  // only these carry text of any length; the rest are names
  if (const auto* custom = std::get_if<CustomEvent>(&body)) return 1 + custom->data.size() / 256;
  if (const auto* ended = std::get_if<ScriptEnded>(&body)) return 1 + ended->error.size() / 256;
  if (const auto* stored = std::get_if<FileStored>(&body)) return 1 + (stored->path.size() + stored->name.size()) / 256;
  if (const auto* gone = std::get_if<FileDeleted>(&body)) return 1 + (gone->path.size() + gone->name.size()) / 256;
  return 1;
}

}  // namespace otklik::core
