// Lua's basic functions, without those that load code, reach the file system or steer the collector. pcall, xpcall and
// coroutines are the host's, because they must not catch the end of a budget.
#include "scenario/library.hpp"
#include "scenario/library/cost.hpp"
#include "scenario/library/function.hpp"

namespace otklik::scenario {
namespace {

enum Stock : std::uint8_t { to_number };

const std::vector<luaL_Reg>& charged_stock() {
  static const auto functions = stock_functions(luaopen_base, {"tonumber"});
  return functions;
}

int tonumber(lua_State* lua) {
  if (lua_type(lua, 1) == LUA_TSTRING) charge(lua, reading(lua_rawlen(lua, 1)));
  return charged_stock()[to_number].func(lua);
}

/// As Lua's, but a finalizer is refused: it would run outside of every budget, when the state is closed or collected.
/// (Lua looks for `__gc` only here, so one that is set later has no effect.) Weak tables and `__close` are allowed.
int setmetatable(lua_State* lua) {
  const int type = lua_type(lua, 2);
  luaL_checktype(lua, 1, LUA_TTABLE);
  luaL_argexpected(lua, type == LUA_TNIL || type == LUA_TTABLE, 2, "nil or table");
  if (luaL_getmetafield(lua, 1, "__metatable") != LUA_TNIL)
    return luaL_error(lua, "cannot change a protected metatable");
  lua_settop(lua, 2);
  if (type == LUA_TTABLE) {
    lua_pushliteral(lua, "__gc");
    if (lua_rawget(lua, 2) != LUA_TNIL) return luaL_argerror(lua, 2, "a scenario has no finalizers ('__gc')");
    lua_pop(lua, 1);
  }
  lua_setmetatable(lua, 1);
  return 1;
}

}  // namespace

int open_base(lua_State* lua) {
  static const auto functions = [] {
    auto all = stock_functions(luaopen_base, {"assert", "error", "getmetatable", "ipairs", "next", "pairs", "rawequal",
                                              "rawget", "rawlen", "rawset", "select", "tostring", "type"});
    all.push_back({"setmetatable", guarded<setmetatable>});
    all.push_back({"tonumber", guarded<tonumber>});
    return all;
  }();
  push_library(lua, functions, 1);
  lua_pushliteral(lua, LUA_VERSION);
  lua_setfield(lua, -2, "_VERSION");
  return 1;
}

}  // namespace otklik::scenario
