#include <limits>

#include "scenario/library/cost.hpp"
#include "scenario/library/find_bytes.hpp"
#include "scenario/library/function.hpp"
#include "scenario/library/memory.hpp"
#include "scenario/library/text.hpp"

namespace otklik::scenario {
namespace {

int split(lua_State* lua) {
  const auto text = check_text(lua, 1);
  const auto separator = check_text(lua, 2);
  luaL_argcheck(lua, !separator.empty(), 2, "empty separator");
  const lua_Integer most = luaL_optinteger(lua, 3, std::numeric_limits<lua_Integer>::max());
  luaL_argcheck(lua, most > 0, 3, "at least 1 expected");
  Meter meter(lua);
  lua_newtable(lua);
  std::size_t from = 0;
  for (lua_Integer i = 1;; ++i) {
    const std::size_t end = i < most ? find_bytes(text, separator, from) : std::string_view::npos;
    const auto piece = text.substr(from, end - from);
    meter.step(2 + copying(piece.size()));
    push_text(lua, piece);
    lua_rawseti(lua, -2, i);
    if (end == std::string_view::npos) break;
    from = end + separator.size();
  }
  meter.settle();
  return 1;
}

int lines(lua_State* lua) {
  auto text = check_text(lua, 1);
  Meter meter(lua);
  lua_newtable(lua);
  for (lua_Integer i = 1; !text.empty(); ++i) {
    const std::size_t end = text.find('\n');
    auto line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    meter.step(2 + copying(line.size()));
    push_text(lua, line);
    lua_rawseti(lua, -2, i);
  }
  meter.settle();
  return 1;
}

int join(lua_State* lua) {
  luaL_checktype(lua, 1, LUA_TTABLE);
  const auto separator = check_text_or(lua, 2, "");
  const auto count = static_cast<lua_Integer>(lua_rawlen(lua, 1));
  Meter meter(lua);
  Text out(lua);
  for (lua_Integer i = 1; i <= count; ++i) {
    const int type = lua_rawgeti(lua, 1, i);
    if (type != LUA_TSTRING && type != LUA_TNUMBER && type != LUA_TBOOLEAN) {
      return luaL_error(lua, "bad value at index %I in table for 'join' (a %s)", static_cast<LUAI_UACINT>(i),
                        luaL_typename(lua, -1));
    }
    const auto piece =
        type != LUA_TBOOLEAN ? text_at(lua, -1) : std::string_view(lua_toboolean(lua, -1) != 0 ? "true" : "false");
    meter.step(1 + copying(piece.size() + separator.size()));
    if (i != 1) out += separator;
    out += piece;
    lua_pop(lua, 1);
  }
  meter.settle();
  push_text(lua, out);
  return 1;
}

int replace(lua_State* lua) {
  const auto text = check_text(lua, 1);
  const auto wanted = check_text(lua, 2);
  const auto instead = check_text(lua, 3);
  luaL_argcheck(lua, !wanted.empty(), 2, "something to look for expected");
  const lua_Integer most = luaL_optinteger(lua, 4, std::numeric_limits<lua_Integer>::max());
  Meter meter(lua);
  Text out(lua);
  lua_Integer count = 0;
  std::size_t from = 0;
  for (; count < most; ++count) {
    const std::size_t at = find_bytes(text, wanted, from);
    if (at == std::string_view::npos) break;
    meter.step(2 + copying(at - from + instead.size()));
    out += text.substr(from, at - from);
    out += instead;
    from = at + wanted.size();
  }
  meter.step(copying(text.size() - from));
  meter.settle();
  if (count == 0) {
    lua_pushvalue(lua, 1);
  } else {
    out += text.substr(from);
    push_text(lua, out);
  }
  lua_pushinteger(lua, count);
  return 2;
}

int starts(lua_State* lua) {
  lua_pushboolean(lua, check_text(lua, 1).starts_with(check_text(lua, 2)));
  return 1;
}

int ends(lua_State* lua) {
  lua_pushboolean(lua, check_text(lua, 1).ends_with(check_text(lua, 2)));
  return 1;
}

int contains(lua_State* lua) {
  const auto text = check_text(lua, 1);
  const auto wanted = check_text(lua, 2);
  charge(lua, copying(text.size()));
  lua_pushboolean(lua, find_bytes(text, wanted, 0) != std::string_view::npos);
  return 1;
}

}  // namespace

void add_text_pieces(lua_State* lua) {
  static constexpr luaL_Reg functions[] = {{"split", guarded<split>},       {"lines", guarded<lines>},
                                           {"join", guarded<join>},         {"replace", guarded<replace>},
                                           {"starts", guarded<starts>},     {"ends", guarded<ends>},
                                           {"contains", guarded<contains>}, {nullptr, nullptr}};
  luaL_setfuncs(lua, functions, 0);
}

}  // namespace otklik::scenario
