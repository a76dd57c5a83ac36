// pcall and xpcall: as Lua has them, but for what a scenario must not get in its hands, the end of its run.
#include "scenario/functions/arguments.hpp"
#include "scenario/functions/functions.hpp"

namespace otklik::scenario {
namespace {

/// The context of a continuation: depth of sub-scenarios in the upper half, values to leave out in the lower.
lua_KContext pack(std::size_t depth, int extra) {
  return static_cast<lua_KContext>((depth << 8) | static_cast<unsigned>(extra));
}

int after_protected(lua_State* lua, int status, lua_KContext context) {
  if (status == LUA_OK || status == LUA_YIELD) return lua_gettop(lua) - static_cast<int>(context & 0xFF);
  Run::of(lua).pass_on(lua, status, static_cast<std::size_t>(context) >> 8);
  lua_pushboolean(lua, 0);
  lua_pushvalue(lua, -2);
  return 2;
}

/// Runs where the error happened. The end of a run is nobody's to handle.
int handle(lua_State* lua) {
  Run& run = Run::of(lua);
  if (run.is_ending()) return 1;
  lua_pushvalue(lua, lua_upvalueindex(1));
  lua_insert(lua, 1);
  lua_call(lua, lua_gettop(lua) - 1, 1);
  return 1;
}

}  // namespace

int protected_call(lua_State* lua) {
  luaL_checkany(lua, 1);
  lua_pushboolean(lua, 1);  // the first result, if there is no error
  lua_insert(lua, 1);
  const auto context = pack(Run::of(lua).depth(), 0);
  return after_protected(lua, lua_pcallk(lua, lua_gettop(lua) - 2, LUA_MULTRET, 0, context, after_protected), context);
}

int protected_call_with_handler(lua_State* lua) {
  const int arguments = lua_gettop(lua) - 2;
  luaL_checktype(lua, 2, LUA_TFUNCTION);
  lua_pushvalue(lua, 2);
  lua_pushcclosure(lua, handle, 1);
  lua_replace(lua, 2);
  lua_pushboolean(lua, 1);
  lua_pushvalue(lua, 1);
  lua_rotate(lua, 3, 2);  // handler, true and the function below the arguments
  const auto context = pack(Run::of(lua).depth(), 2);
  return after_protected(lua, lua_pcallk(lua, arguments, LUA_MULTRET, 2, context, after_protected), context);
}

}  // namespace otklik::scenario
