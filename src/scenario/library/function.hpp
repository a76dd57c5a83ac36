#pragma once
#include <cstring>
#include <initializer_list>
#include <lua.hpp>
#include <new>
#include <span>
#include <string_view>
#include <vector>

#include "scenario/budget.hpp"

/// How a function of the library looks, and how it speaks with Lua.
///
/// What is wrong in the call (a type, a range) is a Lua error. What is wrong in the data (text that is no JSON) is a
/// value: the function returns nil and a message.
namespace otklik::scenario {

/// The function that Lua is given for `body`: no C++ exception leaves it but Lua's own.
template <int (*body)(lua_State*)>
int guarded(lua_State* lua) {
  char why[160] = "";
  try {
    return body(lua);
  } catch (const std::bad_alloc&) {
  } catch (const std::exception& e) {
    std::strncpy(why, e.what(), sizeof why - 1);
  }
  if (why[0] != '\0') return luaL_error(lua, "%s", why);
  lua_pushliteral(lua, "not enough memory");  // exactly this value makes it Lua's own memory error, LUA_ERRMEM
  return lua_error(lua);
}

inline std::string_view check_text(lua_State* lua, int argument) {
  std::size_t size = 0;
  const char* bytes = luaL_checklstring(lua, argument, &size);
  return {bytes, size};
}

inline std::string_view check_text_or(lua_State* lua, int argument, std::string_view otherwise) {
  return lua_isnoneornil(lua, argument) ? otherwise : check_text(lua, argument);
}

/// The string at `index`, which must be one.
inline std::string_view text_at(lua_State* lua, int index) {
  std::size_t size = 0;
  const char* bytes = lua_tolstring(lua, index, &size);
  return {bytes, size};
}

inline void push_text(lua_State* lua, std::string_view text) { lua_pushlstring(lua, text.data(), text.size()); }

/// What was wrong in the data: nil and the message.
inline int return_failure(lua_State* lua, std::string_view message) {
  luaL_pushfail(lua);
  push_text(lua, message);
  return 2;
}

/// Pushes a table of `functions`.
inline void push_library(lua_State* lua, std::span<const luaL_Reg> functions, int further = 0) {
  lua_createtable(lua, 0, static_cast<int>(functions.size()) + further);
  for (const luaL_Reg& function : functions) {
    lua_pushcfunction(lua, function.func);
    lua_setfield(lua, -2, function.name);
  }
}

/// Functions of one of Lua's own libraries, by name, taken from a state made for that. Called once for a program.
std::vector<luaL_Reg> stock_functions(lua_CFunction open, std::initializer_list<const char*> names);

}  // namespace otklik::scenario
