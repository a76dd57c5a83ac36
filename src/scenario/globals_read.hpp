#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace otklik::scenario {

struct GlobalUse {
  std::string name;
  int line = 0;
  auto operator<=>(const GlobalUse&) const = default;
};

/// The globals that a compiled scenario (a lua_dump of ours, with its line numbers) reads, although no scenario has
/// them and it assigns them nowhere: misspellings, mostly. In the order of lines, each name once for a line.
///
/// Source: the format of ldump.c of Lua 5.4.
std::vector<GlobalUse> unknown_globals(std::string_view compiled);

/// Whether all that it names and calls is quick (see is_quick_global) and it is short itself, as far as its code shows.
/// False also when in doubt.
bool looks_quick(std::string_view compiled);

}  // namespace otklik::scenario
