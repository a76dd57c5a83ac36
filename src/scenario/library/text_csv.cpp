// Lines of separated values, RFC 4180.
#include <algorithm>

#include "scenario/library/cost.hpp"
#include "scenario/library/function.hpp"
#include "scenario/library/memory.hpp"
#include "scenario/library/text.hpp"

namespace otklik::scenario {
namespace {

char check_separator(lua_State* lua) {
  const auto separator = check_text_or(lua, 2, ",");
  luaL_argcheck(lua, separator.size() == 1 && separator != "\"" && separator != "\n" && separator != "\r", 2,
                "one character expected");
  return separator[0];
}

int csv_line(lua_State* lua) {
  luaL_checktype(lua, 1, LUA_TTABLE);
  const char separator = check_separator(lua);
  const char special[] = {separator, '"', '\n', '\r'};
  const auto count = static_cast<lua_Integer>(lua_rawlen(lua, 1));
  Meter meter(lua);
  Text out(lua);
  for (lua_Integer i = 1; i <= count; ++i) {
    const int type = lua_rawgeti(lua, 1, i);
    if (type != LUA_TSTRING && type != LUA_TNUMBER && type != LUA_TBOOLEAN && type != LUA_TNIL) {
      return luaL_error(lua, "bad value at index %I in table for 'csv_line' (a %s)", static_cast<LUAI_UACINT>(i),
                        luaL_typename(lua, -1));
    }
    const auto value = type == LUA_TBOOLEAN ? std::string_view(lua_toboolean(lua, -1) != 0 ? "true" : "false")
                       : type == LUA_TNIL   ? std::string_view()
                                            : text_at(lua, -1);
    meter.step(2 + reading(value.size()));
    if (i != 1) out += separator;
    if (value.find_first_of(std::string_view(special, sizeof special)) == std::string_view::npos &&
        !value.starts_with(' ') && !value.ends_with(' ')) {
      out += value;
    } else {
      out += '"';
      for (const char c : value) {
        if (c == '"') out += '"';
        out += c;
      }
      out += '"';
    }
    lua_pop(lua, 1);
  }
  meter.settle();
  push_text(lua, out);
  return 1;
}

/// One field from the front of `text` into `field`; false when its closing quote is missing.
bool read_field(std::string_view& text, char separator, Text& field) {
  field.clear();
  if (!text.starts_with('"')) {
    const char stops[] = {separator, '\n', '\r'};
    const std::size_t end = std::min(text.find_first_of(std::string_view(stops, sizeof stops)), text.size());
    field += text.substr(0, end);
    text.remove_prefix(end);
    return true;
  }
  text.remove_prefix(1);
  for (;;) {
    const std::size_t quote = text.find('"');
    if (quote == std::string_view::npos) return false;
    field += text.substr(0, quote);
    text.remove_prefix(quote + 1);
    if (!text.starts_with('"')) return true;
    field += '"';
    text.remove_prefix(1);
  }
}

int parse_csv(lua_State* lua) {
  auto text = check_text(lua, 1);
  const char separator = check_separator(lua);
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // spreadsheets write one
  Meter meter(lua);
  Text field(lua);
  lua_settop(lua, 2);
  lua_newtable(lua);
  for (lua_Integer row = 1; !text.empty(); ++row) {
    lua_newtable(lua);
    for (lua_Integer column = 1;; ++column) {
      if (!read_field(text, separator, field)) {
        luaL_pushfail(lua);
        lua_pushfstring(lua, "a quote is not closed in row %I", static_cast<LUAI_UACINT>(row));
        return 2;
      }
      meter.step(4 + reading(field.size()));
      push_text(lua, field);
      lua_rawseti(lua, -2, column);
      if (!text.starts_with(separator)) break;
      text.remove_prefix(1);
    }
    lua_rawseti(lua, -2, row);
    if (text.starts_with("\r\n")) {
      text.remove_prefix(2);
    } else if (text.starts_with('\n') || text.starts_with('\r')) {
      text.remove_prefix(1);
    } else if (!text.empty()) {
      luaL_pushfail(lua);
      lua_pushfstring(lua, "something behind a closing quote in row %I", static_cast<LUAI_UACINT>(row));
      return 2;
    }
  }
  meter.settle();
  return 1;
}

}  // namespace

void add_text_csv(lua_State* lua) {
  static constexpr luaL_Reg functions[] = {
      {"csv_line", guarded<csv_line>}, {"parse_csv", guarded<parse_csv>}, {nullptr, nullptr}};
  luaL_setfuncs(lua, functions, 0);
}

}  // namespace otklik::scenario
