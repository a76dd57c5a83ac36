#pragma once

struct lua_State;

/// What a scenario finds in its globals, besides what waits (that is the host's): values in, values out, no time
/// passes. Each function leaves one table on the stack, for the host to set as a global.
namespace otklik::scenario {

int open_base(lua_State* lua);    ///< print-less base functions: assert error ipairs next pairs pcall select tonumber …
int open_string(lua_State* lua);  ///< Lua's string library, its pattern functions with a bound on their work
int open_table(lua_State* lua);   ///< Lua's table library, bounded
int open_math(lua_State* lua);    ///< with a generator of its own for each run
int open_utf8(lua_State* lua);    ///< Lua's utf8 library
int open_json(lua_State* lua);    ///< json.encode json.decode json.null
int open_xml(lua_State* lua);     ///< xml.parse xml.write xml.escape
int open_text(lua_State* lua);    ///< text.lower upper trim split lines from_1251 to_1251 base64 hex sha256 url …
int open_date(lua_State* lua);    ///< date.now parse format add diff parts weekday

}  // namespace otklik::scenario
