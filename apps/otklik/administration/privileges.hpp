#pragma once
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/json_writer.hpp"
#include "core/identity.hpp"

namespace otklik::app {

/// As a JSON array of their names.
void append_privileges(JsonWriter& json, core::Privileges privileges);

/// `bad_request` that lists what there is, for a name that is none.
Result<core::Privileges> privileges_named(const std::vector<std::string>& names);

}  // namespace otklik::app
