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
  std::string_view operator()(const PlanChanged&) const { return "plan_changed"; }
  std::string_view operator()(const LineConnected&) const { return "line_connected"; }
  std::string_view operator()(const LineDisconnected&) const { return "line_disconnected"; }
  std::string_view operator()(const UserStateRequested&) const { return "user_state_requested"; }
  std::string_view operator()(const UserStateRestored&) const { return "user_state_restored"; }
  std::string_view operator()(const UserStateChanged&) const { return "user_state_changed"; }
  std::string_view operator()(const LicenceInstalled&) const { return "licence_installed"; }
  std::string_view operator()(const LicenceRefused&) const { return "licence_refused"; }
  std::string_view operator()(const LicenceRemoved&) const { return "licence_removed"; }
  std::string_view operator()(const CustomEvent&) const { return "custom_event"; }
  std::string_view operator()(const EventsLost&) const { return "events_lost"; }
  std::string_view operator()(const FileStored&) const { return "file_stored"; }
  std::string_view operator()(const FileDeleted&) const { return "file_deleted"; }
  std::string_view operator()(const ChainBegan&) const { return "chain_began"; }
  std::string_view operator()(const ChainEnded&) const { return "chain_ended"; }
  std::string_view operator()(const LegBegan&) const { return "leg_began"; }
  std::string_view operator()(const LegAnswered&) const { return "leg_answered"; }
  std::string_view operator()(const LegMoved&) const { return "leg_moved"; }
  std::string_view operator()(const LegEnded&) const { return "leg_ended"; }
  std::string_view operator()(const CallBegan&) const { return "call_began"; }
  std::string_view operator()(const CallEnded&) const { return "call_ended"; }
  std::string_view operator()(const RingStarted&) const { return "ring_started"; }
  std::string_view operator()(const RingStopped&) const { return "ring_stopped"; }
  std::string_view operator()(const UserMissedCall&) const { return "user_missed_call"; }
  std::string_view operator()(const CommutationBegan&) const { return "commutation_began"; }
  std::string_view operator()(const CommutationEnded&) const { return "commutation_ended"; }
  std::string_view operator()(const HoldBegan&) const { return "hold_began"; }
  std::string_view operator()(const HoldEnded&) const { return "hold_ended"; }
  std::string_view operator()(const QueueEntered&) const { return "queue_entered"; }
  std::string_view operator()(const QueueLeft&) const { return "queue_left"; }
  std::string_view operator()(const CallTransferred&) const { return "call_transferred"; }
  std::string_view operator()(const AutocallStarted&) const { return "autocall_started"; }
  std::string_view operator()(const AutocallEnded&) const { return "autocall_ended"; }
  std::string_view operator()(const RecordingStarted&) const { return "recording_started"; }
  std::string_view operator()(const RecordingFinished&) const { return "recording_finished"; }
  std::string_view operator()(const LineStateChanged&) const { return "line_state_changed"; }
};

}  // namespace

std::string_view name(const EventBody& body) noexcept { return std::visit(NameOf{}, body); }

std::size_t weight(const EventBody& body) noexcept {
  // only these carry text of any length; the rest are names
  if (const auto* custom = std::get_if<CustomEvent>(&body)) return 1 + custom->data.size() / 256;
  if (const auto* ended = std::get_if<ScriptEnded>(&body)) return 1 + ended->error.size() / 256;
  if (const auto* stored = std::get_if<FileStored>(&body)) return 1 + (stored->path.size() + stored->name.size()) / 256;
  if (const auto* gone = std::get_if<FileDeleted>(&body)) return 1 + (gone->path.size() + gone->name.size()) / 256;
  if (const auto* asked = std::get_if<UserStateRequested>(&body)) {
    return 1 + (asked->wanted.reason_text ? asked->wanted.reason_text->size() / 256 : 0);
  }
  if (const auto* changed = std::get_if<UserStateChanged>(&body)) return 1 + changed->reason.text.size() / 256;
  return 1;
}

}  // namespace otklik::core
