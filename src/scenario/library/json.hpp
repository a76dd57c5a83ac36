#pragma once
#include <lua.hpp>

namespace otklik::scenario {

/// How deep tables and documents of JSON and XML may be nested.
inline constexpr int most_nested = 128;

/// Pushes `json.null`: what stands for null in tables, where nil cannot stand. The same value in every state.
void push_json_null(lua_State* lua);
bool is_json_null(lua_State* lua, int index);

/// Pushes the metatable that marks a table as an array, so that an empty one is written as `[]`.
void push_json_array_mark(lua_State* lua);

int json_decode(lua_State* lua);
int json_encode(lua_State* lua);

}  // namespace otklik::scenario
