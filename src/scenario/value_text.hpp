#pragma once

struct lua_State;

namespace otklik::scenario {

/// Pushes the value at `index` as the text that leaves the scenario (a return value, a parameter of a sub-scenario):
/// nil and json.null are empty, a whole number has no fraction, a table is its JSON. Anything else raises, with `what`
/// in the message.
void push_value_text(lua_State* lua, int index, const char* what);

}  // namespace otklik::scenario
