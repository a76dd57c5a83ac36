#pragma once
#include <lua.hpp>
#include <string_view>

#include "scenario/library/memory.hpp"

/// An element in Lua: `{name = "item", attributes = {key = "value"}, "text", {name = "child", …}, …}`.
namespace otklik::scenario {

int xml_parse(lua_State* lua);
int xml_write(lua_State* lua);
int xml_find(lua_State* lua);
int xml_all(lua_State* lua);
int xml_text(lua_State* lua);

/// Appends text for XML: `&`, `<`, `>` escaped, in an attribute quotes and line ends too. What XML cannot hold (control
/// characters, bytes that are no UTF-8) becomes U+FFFD.
void append_xml(Text& out, std::string_view text, bool in_attribute);

}  // namespace otklik::scenario
