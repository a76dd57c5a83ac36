#pragma once
#include <expected>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "core/events.hpp"

namespace otklik::store {

/// Appends the payload of an event: one JSON object without line breaks. The fields are those of docs/events.md;
/// a field without a value (a nil id, an empty text) is left out.
void append_json(std::string& out, const core::EventBody& body);

/// The event back from its type and payload. Errors: `not_found` (a type that this version does not know),
/// `bad_request` (no JSON, or a field of the wrong kind). Fields it does not know are passed over.
Result<core::EventBody> event_from_json(std::string_view type, std::string_view payload);

}  // namespace otklik::store
