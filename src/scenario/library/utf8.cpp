// Lua's utf8 library: Lua's own functions, with a charge for the bytes they go over.
#include "scenario/library.hpp"
#include "scenario/library/cost.hpp"
#include "scenario/library/function.hpp"

namespace otklik::scenario {
namespace {

// One UTF-8 sequence, as a pattern; it holds a zero byte.
constexpr std::string_view any_character("[\0-\x7F\xC2-\xFD][\x80-\xBF]*", 14);

enum Stock : std::uint8_t { codepoint, len, offset };

const std::vector<luaL_Reg>& stock() {
  static const auto functions = stock_functions(luaopen_utf8, {"codepoint", "len", "offset"});
  return functions;
}

int counted_codepoint(lua_State* lua) {
  const int results = stock()[codepoint].func(lua);
  charge(lua, static_cast<std::uint64_t>(results));
  return results;
}

int counted_len(lua_State* lua) {
  const int results = stock()[len].func(lua);
  const lua_Integer passed = lua_tointeger(lua, -1);  // the length, or the place of the first broken byte
  charge(lua, static_cast<std::uint64_t>(passed) / 2);
  return results;
}

int counted_offset(lua_State* lua) {
  const lua_Integer characters = lua_tointeger(lua, 2);
  const std::size_t size = lua_type(lua, 1) == LUA_TSTRING ? lua_rawlen(lua, 1) : 0;
  const int results = stock()[offset].func(lua);
  const auto distance =
      characters < 0 ? 0 - static_cast<std::uint64_t>(characters) : static_cast<std::uint64_t>(characters);
  charge(lua, (distance < size ? distance : size) / 2);
  return results;
}

}  // namespace

int open_utf8(lua_State* lua) {
  static const auto functions = [] {
    auto all = stock_functions(luaopen_utf8, {"char", "codes"});
    all.insert(all.end(), {{"codepoint", counted_codepoint}, {"len", counted_len}, {"offset", counted_offset}});
    return all;
  }();
  push_library(lua, functions, 1);
  lua_pushlstring(lua, any_character.data(), any_character.size());
  lua_setfield(lua, -2, "charpattern");
  return 1;
}

}  // namespace otklik::scenario
