#pragma once
#include <exception>
#include <lua.hpp>
#include <string_view>

#include "base/error.hpp"
#include "scenario/run.hpp"

namespace otklik::scenario {

/// The lua_CFunction for `body`: an exception that is not Lua's own becomes a Lua error.
template <int (*body)(lua_State*)>
int guarded_function(lua_State* lua) {
  try {
    return body(lua);
  } catch (const std::exception&) {  // no memory, mostly; Lua's own exceptions are none of these
  }
  return luaL_error(lua, "not enough memory");
}

inline std::string_view text_argument(lua_State* lua, int index) {
  std::size_t size = 0;
  const char* text = luaL_checklstring(lua, index, &size);
  return {text, size};
}

inline void push_string(lua_State* lua, std::string_view text) { lua_pushlstring(lua, text.data(), text.size()); }

/// nil, the message, the code.
inline int push_failure(lua_State* lua, const Error& error) {
  lua_pushnil(lua);
  push_string(lua, error.message);
  push_string(lua, info(error.code).name);
  return 3;
}

/// A number of seconds as an argument: not negative; anything over a year is a year.
inline std::chrono::microseconds seconds_argument(lua_State* lua, int index) {
  const lua_Number seconds = luaL_checknumber(lua, index);
  luaL_argcheck(lua, seconds >= 0, index, "seconds cannot be negative");
  constexpr lua_Number year = 366.0 * 24 * 3600;
  return std::chrono::microseconds(static_cast<std::int64_t>((seconds < year ? seconds : year) * 1e6));
}

template <std::size_t n>
int push_functions(lua_State* lua, const luaL_Reg (&functions)[n]) {
  lua_createtable(lua, 0, static_cast<int>(n));
  for (const auto& [name, function] : functions) {
    lua_pushcfunction(lua, function);
    lua_setfield(lua, -2, name);
  }
  return 1;
}

}  // namespace otklik::scenario
