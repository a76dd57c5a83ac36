#pragma once
#include <cstddef>
#include <string_view>

struct lua_State;

/// The globals of a run. A state starts with almost none: what a scenario names is opened when it names it, so that a
/// short run pays for nothing it does not use.
namespace otklik::scenario {

/// Makes the globals of a new state answer. Raises when memory is out.
void open_environment(lua_State* lua);

/// Whether a scenario finds something under that name without having assigned it.
bool is_known_global(std::string_view name);

/// Whether what a scenario finds under that name, and whatever it can do with it, takes no time worth speaking of:
/// values, and functions that neither work through their arguments nor call anything. (`setmetatable` is none of them:
/// it makes any operator a call.)
bool is_quick_global(std::string_view name);

/// Pushes a module as it was opened, whatever the scenario has put in its place (`json`).
void push_module(lua_State* lua, std::string_view name);

/// Pushes value `i` of the table `result` of the scenario at that depth; nil when it has made none.
void push_result_value(lua_State* lua, std::size_t depth, int i);

/// `param` belongs to one scenario of a run: call it when another goes on in its place.
void forget_parameters(lua_State* lua, std::size_t depth);
/// `param` and `result`: call it when a sub-scenario begins there.
void forget_frame_values(lua_State* lua, std::size_t depth);

}  // namespace otklik::scenario
