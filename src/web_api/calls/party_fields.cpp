#include "web_api/calls/party_fields.hpp"

namespace otklik::web_api {

std::string guid(const Uuid& id) { return id.is_nil() ? std::string{} : id.text(); }

const Uuid& line_of(const core::Party& party) noexcept { return party.is_outside() ? party.trunk : party.line; }

std::string_view user_name(const core::Party& party) noexcept {
  return party.is_user() ? std::string_view(party.name) : std::string_view{};
}

std::string_view shown(const core::Party& party) noexcept {
  if (!party.name.empty()) return party.name;
  return party.number.empty() ? party.line_number : party.number;
}

std::string_view name(core::QueueSource source) noexcept {
  switch (source) {
    case core::QueueSource::line_logic:
      return "qsLineLogic";
    case core::QueueSource::ivr:
      return "qsIVR";
    case core::QueueSource::incoming_task:
      return "qsIncomingTask";
    case core::QueueSource::incoming_task_special:
      return "qsIncomingTaskSpecial";
  }
  return {};
}

}  // namespace otklik::web_api
