#include "scenario/value_text.hpp"

#include <cmath>
#include <lua.hpp>

#include "scenario/environment.hpp"
#include "scenario/library/json.hpp"

namespace otklik::scenario {

void push_value_text(lua_State* lua, int index, const char* what) {
  index = lua_absindex(lua, index);
  switch (lua_type(lua, index)) {
    case LUA_TNIL:
      lua_pushliteral(lua, "");
      return;
    case LUA_TSTRING:
      lua_pushvalue(lua, index);
      return;
    case LUA_TBOOLEAN:
      lua_pushstring(lua, lua_toboolean(lua, index) != 0 ? "true" : "false");
      return;
    case LUA_TNUMBER: {
      const lua_Number number = lua_tonumber(lua, index);
      if (lua_isinteger(lua, index) == 0 && number == std::floor(number) && std::abs(number) < 9e15) {
        lua_pushinteger(lua, static_cast<lua_Integer>(number));
      } else {
        lua_pushvalue(lua, index);
      }
      lua_tolstring(lua, -1, nullptr);  // turns the number on the stack into its text
      return;
    }
    case LUA_TTABLE:
      push_module(lua, "json");
      lua_getfield(lua, -1, "encode");
      lua_remove(lua, -2);
      lua_pushvalue(lua, index);
      lua_call(lua, 1, 2);
      if (lua_type(lua, -2) != LUA_TSTRING) {
        luaL_error(lua, "%s cannot be written as JSON: %s", what, luaL_tolstring(lua, -1, nullptr));
      }
      lua_pop(lua, 1);
      return;
    case LUA_TLIGHTUSERDATA:
      if (is_json_null(lua, index)) {
        lua_pushliteral(lua, "");
        return;
      }
      [[fallthrough]];
    default:
      luaL_error(lua, "%s is a %s, not a text", what, luaL_typename(lua, index));
  }
}

}  // namespace otklik::scenario
