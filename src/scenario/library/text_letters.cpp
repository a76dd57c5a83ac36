// Characters of UTF-8 text: counted and cut by code points. A byte that is no UTF-8 counts as one character.
#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "scenario/library/cost.hpp"
#include "scenario/library/function.hpp"
#include "scenario/library/memory.hpp"
#include "scenario/library/text.hpp"

namespace otklik::scenario {
namespace {

std::size_t size_of_first(std::string_view text, char32_t& code_point) noexcept {
  const int n = otklik::detail::decode_utf8(text, code_point);
  if (n == 0) code_point = 0xFFFD;
  return n == 0 ? 1 : static_cast<std::size_t>(n);
}

std::size_t size_of_first(std::string_view text) noexcept {
  char32_t code_point = 0;
  return size_of_first(text, code_point);
}

lua_Integer count_characters(std::string_view text) noexcept {
  lua_Integer count = 0;
  for (; !text.empty(); ++count) text.remove_prefix(size_of_first(text));
  return count;
}

/// Every letter through `change`; broken bytes stay as they are.
template <char32_t (*change)(char32_t) noexcept>
int change_letters(lua_State* lua) {
  auto text = check_text(lua, 1);
  charge(lua, reading(text.size()));
  Text out(lua);
  out.reserve(text.size());
  std::string letter;  // at most four bytes: never on the heap
  while (!text.empty()) {
    char32_t code_point = 0;
    const int n = otklik::detail::decode_utf8(text, code_point);
    const auto size = static_cast<std::size_t>(n == 0 ? 1 : n);
    if (n == 1) {
      out += static_cast<char>(change(code_point));
    } else if (n == 0 || change(code_point) == code_point) {
      out += text.substr(0, size);
    } else {
      letter.clear();
      append_utf8(letter, change(code_point));
      out += letter;
    }
    text.remove_prefix(size);
  }
  push_text(lua, out);
  return 1;
}

int len(lua_State* lua) {
  const auto text = check_text(lua, 1);
  charge(lua, reading(text.size()));
  lua_pushinteger(lua, count_characters(text));
  return 1;
}

int sub(lua_State* lua) {
  auto text = check_text(lua, 1);
  lua_Integer first = luaL_checkinteger(lua, 2);
  lua_Integer last = luaL_optinteger(lua, 3, -1);
  charge(lua, reading(text.size()));
  if (first < 0 || last < 0) {
    const lua_Integer count = count_characters(text);
    if (first < 0) first = std::max<lua_Integer>(first < -count ? 1 : count + first + 1, 1);
    if (last < 0) last = last < -count ? 0 : count + last + 1;
  }
  first = std::max<lua_Integer>(first, 1);
  for (lua_Integer i = 1; i < first && !text.empty(); ++i) text.remove_prefix(size_of_first(text));
  std::size_t size = 0;
  for (lua_Integer i = first; i <= last && size < text.size(); ++i) size += size_of_first(text.substr(size));
  push_text(lua, text.substr(0, size));
  return 1;
}

bool is_blank(char32_t c) noexcept {
  return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xA0 || c == 0x2007 || c == 0x202F || c == 0x3000 ||
         c == 0xFEFF || (c >= 0x2000 && c <= 0x200B);
}

std::string_view trim_front(std::string_view text) noexcept {
  while (!text.empty()) {
    char32_t code_point = 0;
    const std::size_t size = size_of_first(text, code_point);
    if (!is_blank(code_point)) break;
    text.remove_prefix(size);
  }
  return text;
}

std::string_view trim_back(std::string_view text) noexcept {
  while (!text.empty()) {
    std::size_t begin = text.size() - 1;
    for (int i = 0; i < 3 && begin > 0 && (text[begin] & 0xC0) == 0x80; ++i) --begin;
    char32_t code_point = 0;
    if (size_of_first(text.substr(begin), code_point) != text.size() - begin || !is_blank(code_point)) break;
    text.remove_suffix(text.size() - begin);
  }
  return text;
}

template <bool front, bool back>
int trim_blanks(lua_State* lua) {
  const auto whole = check_text(lua, 1);
  auto text = whole;
  if (front) text = trim_front(text);
  if (back) text = trim_back(text);
  charge(lua, reading(whole.size() - text.size()) + copying(text.size()));
  push_text(lua, text);
  return 1;
}

template <bool in_front>
int pad(lua_State* lua) {
  const auto text = check_text(lua, 1);
  const lua_Integer width = luaL_checkinteger(lua, 2);
  const auto fill = check_text_or(lua, 3, " ");
  luaL_argcheck(lua, !fill.empty(), 3, "something to fill with expected");
  charge(lua, reading(text.size()));
  const lua_Integer missing = width - std::min(count_characters(text), std::max<lua_Integer>(width, 0));
  if (width <= 0 || missing == 0) {
    lua_settop(lua, 1);
    return 1;
  }
  Meter meter(lua);
  Text filling(lua);
  auto rest = fill;
  for (lua_Integer i = 0; i < missing; ++i) {
    meter.step();
    const std::size_t size = size_of_first(rest);
    filling += rest.substr(0, size);
    rest.remove_prefix(size);
    if (rest.empty()) rest = fill;
  }
  meter.settle();
  if (in_front) {
    filling += text;
  } else {
    filling.insert(0, text);
  }
  push_text(lua, filling);
  return 1;
}

int to_utf8_text(lua_State* lua) {
  const auto text = check_text(lua, 1);
  charge(lua, reading(text.size()));
  if (is_utf8(text)) {
    lua_settop(lua, 1);
  } else {
    push_text(lua, utf8_from_windows_1251(text));
  }
  return 1;
}

int is_utf8_text(lua_State* lua) {
  const auto text = check_text(lua, 1);
  charge(lua, reading(text.size()));
  lua_pushboolean(lua, is_utf8(text));
  return 1;
}

}  // namespace

void add_text_letters(lua_State* lua) {
  static constexpr luaL_Reg functions[] = {{"lower", guarded<change_letters<lower_of>>},
                                           {"upper", guarded<change_letters<upper_of>>},
                                           {"len", guarded<len>},
                                           {"sub", guarded<sub>},
                                           {"trim", guarded<trim_blanks<true, true>>},
                                           {"trim_start", guarded<trim_blanks<true, false>>},
                                           {"trim_end", guarded<trim_blanks<false, true>>},
                                           {"pad_start", guarded<pad<true>>},
                                           {"pad_end", guarded<pad<false>>},
                                           {"is_utf8", guarded<is_utf8_text>},
                                           {"to_utf8", guarded<to_utf8_text>},
                                           {nullptr, nullptr}};
  luaL_setfuncs(lua, functions, 0);
}

}  // namespace otklik::scenario
