#pragma once
#include <simdjson.h>

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "plugins/manifest/manifest.hpp"

namespace otklik::plugins {

/// A caller's inputs as the plugin gets them: a JSON object of every declared input in the order of the manifest,
/// defaults filled in. `text`: a JSON object; empty: none given. Errors: `bad_request`, naming the input.
Result<std::string> checked_inputs(const Form& form, std::string_view text);

/// A plugin's outputs as the caller gets them: every promised output, in the order of the manifest. Errors: `failed`,
/// naming the output that is missing, not promised or of another type.
Result<std::string> checked_outputs(const Form& form, const simdjson::dom::element& outputs);

}  // namespace otklik::plugins
