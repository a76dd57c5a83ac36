#pragma once
#include <string>
#include <string_view>

namespace otklik::plugins {

/// A plugin's text for the log or for a caller: UTF-8, control characters as spaces, `…` where it was cut at `most`
/// bytes.
std::string one_line(std::string_view text, std::size_t most);

}  // namespace otklik::plugins
