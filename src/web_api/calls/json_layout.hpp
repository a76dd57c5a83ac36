#pragma once
#include <string>
#include <string_view>

namespace otklik::web_api {

/// JSON as the description prints it: every member and element on a line of its own, `step` blanks a level, a blank
/// after each colon; `[]` and `{}` stay as they are. `compact` is valid JSON without blanks outside its strings.
std::string laid_out(std::string_view compact, std::size_t step);

}  // namespace otklik::web_api
