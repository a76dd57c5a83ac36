#include <algorithm>
#include <cstdint>

#include "base/base64.hpp"
#include "base/text.hpp"
#include "scenario/library/cost.hpp"
#include "scenario/library/function.hpp"
#include "scenario/library/memory.hpp"
#include "scenario/library/text.hpp"

namespace otklik::scenario {
namespace {

constexpr char upper_digits[] = "0123456789ABCDEF";

int digit_of(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = ascii_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// Argument 1, charged.
std::string_view charged_text(lua_State* lua) {
  const auto text = check_text(lua, 1);
  charge(lua, reading(text.size()));
  return text;
}

int from_1251(lua_State* lua) {
  const auto text = charged_text(lua);
  const Reservation reservation(lua, 2 * text.size());
  push_text(lua, utf8_from_windows_1251(text));
  return 1;
}

int to_1251(lua_State* lua) {
  auto text = charged_text(lua);
  const Reservation reservation(lua, text.size());
  if (const auto whole = windows_1251_from_utf8(text)) {
    push_text(lua, *whole);
    return 1;
  }
  if (lua_isnoneornil(lua, 2)) return return_failure(lua, "a character without a place in Windows-1251");
  const auto instead = check_text(lua, 2);
  charge(lua, text.size());
  Text out(lua);
  while (!text.empty()) {
    char32_t code_point = 0;
    const int n = otklik::detail::decode_utf8(text, code_point);
    const auto size = static_cast<std::size_t>(n == 0 ? 1 : n);
    const auto one = windows_1251_from_utf8(text.substr(0, size));
    out += one ? std::string_view(*one) : instead;
    text.remove_prefix(size);
  }
  push_text(lua, out);
  return 1;
}

int to_base64(lua_State* lua) {
  const auto text = charged_text(lua);
  const Reservation reservation(lua, text.size() * 4 / 3);
  push_text(lua, base64(text));
  return 1;
}

int base64_decode(lua_State* lua) {
  const auto text = charged_text(lua);
  Text packed(lua);  // line ends and blanks between are usual in letters and certificates
  std::copy_if(text.begin(), text.end(), std::back_inserter(packed),
               [](char c) { return c != '\n' && c != '\r' && c != ' ' && c != '\t'; });
  const Reservation reservation(lua, packed.size() * 3 / 4);
  if (const auto bytes = from_base64(packed)) {
    push_text(lua, *bytes);
    return 1;
  }
  return return_failure(lua, "no base64");
}

int to_hex(lua_State* lua) {
  const auto text = charged_text(lua);
  const Reservation reservation(lua, text.size() * 2);
  push_text(lua, hex(text));
  return 1;
}

int from_hex(lua_State* lua) {
  const auto text = charged_text(lua);
  if (text.size() % 2 != 0) return return_failure(lua, "an odd number of hexadecimal digits");
  Text out(lua);
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = digit_of(text[i]);
    const int low = digit_of(text[i + 1]);
    if (high < 0 || low < 0) return return_failure(lua, "no hexadecimal digits");
    out += static_cast<char>(static_cast<std::uint8_t>(high * 16 + low));
  }
  push_text(lua, out);
  return 1;
}

/// RFC 3986 2.3: letters, digits and `-._~` stay, every other byte becomes %XX.
void append_url_encoded(Text& out, std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<std::uint8_t>(c);
    if ((ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
        c == '_' || c == '~') {
      out += c;
    } else {
      out += '%';
      out += upper_digits[byte >> 4];
      out += upper_digits[byte & 15];
    }
  }
}

/// `%XX` and, as forms have it, `+` for a blank; a `%` without two digits behind it stays.
void append_url_decoded(Text& out, std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] == '%' && i + 2 < text.size() && digit_of(text[i + 1]) >= 0 && digit_of(text[i + 2]) >= 0) {
      out += static_cast<char>(static_cast<std::uint8_t>(digit_of(text[i + 1]) * 16 + digit_of(text[i + 2])));
      i += 2;
    } else {
      out += text[i];
    }
  }
}

template <void (*append)(Text&, std::string_view)>
int converted(lua_State* lua) {
  const auto text = charged_text(lua);
  Text out(lua);
  out.reserve(text.size());
  append(out, text);
  push_text(lua, out);
  return 1;
}

void append_html(Text& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
}

/// One `name=value` of the value at the top.
void append_pair(lua_State* lua, Text& out, Meter& meter, std::string_view name) {
  const int type = lua_type(lua, -1);
  if (type != LUA_TSTRING && type != LUA_TNUMBER && type != LUA_TBOOLEAN) {
    luaL_error(lua, "text.query: a %s as a value", luaL_typename(lua, -1));
  }
  lua_pushvalue(lua, -1);  // a number must stay one in the table
  const auto value =
      type == LUA_TBOOLEAN ? std::string_view(lua_toboolean(lua, -1) != 0 ? "true" : "false") : text_at(lua, -1);
  meter.step(2 + reading(name.size() + value.size()));
  if (!out.empty()) out += '&';
  append_url_encoded(out, name);
  out += '=';
  append_url_encoded(out, value);
  lua_pop(lua, 1);
}

int query(lua_State* lua) {
  luaL_checktype(lua, 1, LUA_TTABLE);
  Meter meter(lua);
  List<std::string_view> names(lua);
  lua_settop(lua, 1);
  for (lua_pushnil(lua); lua_next(lua, 1) != 0; lua_pop(lua, 1)) {
    meter.step(8);
    if (lua_type(lua, -2) != LUA_TSTRING) return luaL_error(lua, "text.query: a %s as a name", luaL_typename(lua, -2));
    names.push_back(text_at(lua, -2));
  }
  std::sort(names.begin(), names.end());
  Text out(lua);
  for (const auto name : names) {
    push_text(lua, name);
    if (lua_rawget(lua, 1) == LUA_TTABLE) {
      const auto count = static_cast<lua_Integer>(lua_rawlen(lua, -1));
      for (lua_Integer i = 1; i <= count; ++i) {
        lua_rawgeti(lua, -1, i);
        append_pair(lua, out, meter, name);
        lua_pop(lua, 1);
      }
    } else {
      append_pair(lua, out, meter, name);
    }
    lua_pop(lua, 1);
  }
  meter.settle();
  push_text(lua, out);
  return 1;
}

int parse_query(lua_State* lua) {
  auto text = charged_text(lua);
  if (text.starts_with('?')) text.remove_prefix(1);
  Meter meter(lua);
  lua_newtable(lua);
  Text part(lua);
  const auto push_decoded = [&](std::string_view encoded) {
    part.clear();
    append_url_decoded(part, encoded);
    push_text(lua, part);
  };
  while (!text.empty()) {
    const std::size_t end = text.find('&');
    const auto pair = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    meter.step(4);
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    push_decoded(pair.substr(0, equals));
    push_decoded(equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1));
    lua_rawset(lua, -3);
  }
  meter.settle();
  return 1;
}

}  // namespace

void add_text_codes(lua_State* lua) {
  static constexpr luaL_Reg functions[] = {{"from_1251", guarded<from_1251>},
                                           {"to_1251", guarded<to_1251>},
                                           {"base64", guarded<to_base64>},
                                           {"from_base64", guarded<base64_decode>},
                                           {"hex", guarded<to_hex>},
                                           {"from_hex", guarded<from_hex>},
                                           {"url_encode", guarded<converted<append_url_encoded>>},
                                           {"url_decode", guarded<converted<append_url_decoded>>},
                                           {"html_escape", guarded<converted<append_html>>},
                                           {"query", guarded<query>},
                                           {"parse_query", guarded<parse_query>},
                                           {nullptr, nullptr}};
  luaL_setfuncs(lua, functions, 0);
}

}  // namespace otklik::scenario
