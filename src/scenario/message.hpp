#pragma once
#include <string>
#include <string_view>

namespace otklik::scenario {

/// A Lua error message made fit for a log: UTF-8, one line, at most 1000 bytes. (Lua cuts long file names at a byte,
/// not at a character.)
std::string clean_message(std::string_view message);

/// The line a message speaks of (`Echo.lua:3: …`), or 0.
int line_of(std::string_view message) noexcept;

}  // namespace otklik::scenario
