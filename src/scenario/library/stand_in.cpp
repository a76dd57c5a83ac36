// Lua's own libraries, until the bounded ones are here.
#include <lua.hpp>

#include "scenario/library.hpp"

namespace otklik::scenario {

int open_base(lua_State* lua) {
  lua_newtable(lua);
  lua_State* other = luaL_newstate();
  luaL_requiref(other, "_G", luaopen_base, 0);
  for (const char* name : {"assert", "error", "ipairs", "next", "pairs", "rawequal", "rawget", "rawlen", "rawset",
                           "select", "tonumber", "tostring", "type", "getmetatable", "setmetatable"}) {
    lua_getfield(other, -1, name);
    lua_pushcfunction(lua, lua_tocfunction(other, -1));
    lua_setfield(lua, -2, name);
    lua_pop(other, 1);
  }
  lua_close(other);
  return 1;
}
int open_string(lua_State* lua) { return luaopen_string(lua); }
int open_table(lua_State* lua) { return luaopen_table(lua); }
int open_math(lua_State* lua) { return luaopen_math(lua); }
int open_utf8(lua_State* lua) { return luaopen_utf8(lua); }
namespace {
int encode(lua_State* lua) {
  lua_pushliteral(lua, "{}");
  return 1;
}
}  // namespace
int open_json(lua_State* lua) {
  lua_newtable(lua);
  lua_pushcfunction(lua, encode);
  lua_setfield(lua, -2, "encode");
  return 1;
}
int open_xml(lua_State* lua) { lua_newtable(lua); return 1; }
int open_text(lua_State* lua) { lua_newtable(lua); return 1; }
int open_date(lua_State* lua) { lua_newtable(lua); return 1; }

}  // namespace otklik::scenario
