#pragma once
#include <simdjson.h>

#include <optional>
#include <string>
#include <string_view>

#include "core/events.hpp"

/// Call events as JSON, by the one list of their fields (call_event_fields.hpp).
namespace otklik::store {

template <core::CallEvent Event>
void append_call_event(std::string& out, const Event& event);

/// Nothing: no call event is called so. `well_formed` becomes false where a field is not of its kind.
std::optional<core::EventBody> read_call_event(std::string_view type, simdjson::dom::object object, bool& well_formed);

}  // namespace otklik::store
