#pragma once
#include <chrono>
#include <span>

#include "base/error.hpp"
#include "scenario/library/function.hpp"
#include "scenario/run.hpp"

namespace otklik::scenario {

/// nil, the message, the code.
inline int push_failure(lua_State* lua, const Error& error) {
  lua_pushnil(lua);
  push_text(lua, error.message);
  push_text(lua, info(error.code).name);
  return 3;
}

/// A number of seconds as an argument: not negative; anything over a year is a year.
inline std::chrono::microseconds seconds_argument(lua_State* lua, int index) {
  const lua_Number seconds = luaL_checknumber(lua, index);
  luaL_argcheck(lua, seconds >= 0, index, "seconds cannot be negative");
  constexpr lua_Number year = 366.0 * 24 * 3600;
  return std::chrono::microseconds(static_cast<std::int64_t>((seconds < year ? seconds : year) * 1e6));
}

/// `return push_table_of(lua, functions)` from an open function.
inline int push_table_of(lua_State* lua, std::span<const luaL_Reg> functions) {
  push_library(lua, functions);
  return 1;
}

}  // namespace otklik::scenario
