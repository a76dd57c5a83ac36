#include "scenario/library/json.hpp"

#include "scenario/library.hpp"
#include "scenario/library/function.hpp"

namespace otklik::scenario {
namespace {

constexpr char null_address = 0;  // its address is json.null
constexpr char mark_address = 0;  // its address is the key of the mark of arrays in the registry

/// json.array(table): marks and returns it.
int array(lua_State* lua) {
  if (lua_isnone(lua, 1)) lua_newtable(lua);
  luaL_checktype(lua, 1, LUA_TTABLE);
  lua_settop(lua, 1);
  push_json_array_mark(lua);
  lua_setmetatable(lua, 1);
  return 1;
}

}  // namespace

void push_json_null(lua_State* lua) { lua_pushlightuserdata(lua, const_cast<char*>(&null_address)); }

bool is_json_null(lua_State* lua, int index) { return lua_touserdata(lua, index) == &null_address; }

void push_json_array_mark(lua_State* lua) {
  if (lua_rawgetp(lua, LUA_REGISTRYINDEX, &mark_address) == LUA_TTABLE) return;
  lua_pop(lua, 1);
  lua_createtable(lua, 0, 1);
  lua_pushliteral(lua, "json.array");
  lua_setfield(lua, -2, "__name");
  lua_pushvalue(lua, -1);
  lua_rawsetp(lua, LUA_REGISTRYINDEX, &mark_address);
}

int open_json(lua_State* lua) {
  static constexpr luaL_Reg functions[] = {
      {"array", guarded<array>}, {"decode", guarded<json_decode>}, {"encode", guarded<json_encode>}};
  push_library(lua, functions, 1);
  push_json_null(lua);
  lua_setfield(lua, -2, "null");
  return 1;
}

}  // namespace otklik::scenario
