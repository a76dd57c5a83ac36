#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "base/text.hpp"
#include "scenario/library/cost.hpp"
#include "scenario/library/function.hpp"
#include "scenario/library/json.hpp"
#include "scenario/library/memory.hpp"

namespace otklik::scenario {
namespace {

class JsonTextWriter {
 public:
  JsonTextWriter(lua_State* lua, bool pretty, bool ascii)
      : lua_(lua), meter_(lua), out_(lua), within_(lua), pretty_(pretty), ascii_(ascii) {
    push_json_array_mark(lua);
    mark_ = lua_topointer(lua, -1);
    lua_pop(lua, 1);
  }

  /// Writes the value at the top of the stack.
  void value() {
    meter_.step(4);
    switch (lua_type(lua_, -1)) {
      case LUA_TNIL:
        out_ += "null";
        break;
      case LUA_TBOOLEAN:
        out_ += lua_toboolean(lua_, -1) != 0 ? "true" : "false";
        break;
      case LUA_TNUMBER:
        number();
        break;
      case LUA_TSTRING:
        string(text_at(lua_, -1));
        break;
      case LUA_TTABLE:
        table();
        break;
      case LUA_TLIGHTUSERDATA:
        if (is_json_null(lua_, -1)) {
          out_ += "null";
          break;
        }
        [[fallthrough]];
      default:
        luaL_error(lua_, "json.encode: a %s has no JSON", luaL_typename(lua_, -1));
    }
  }

  int push() {
    meter_.step(copying(out_.size()));
    meter_.settle();
    push_text(lua_, out_);
    return 1;
  }

 private:
  /// A name of an object: where it stands in the table, as a string or an integer.
  struct Name {
    std::string_view text;   ///< of a string key: Lua's own bytes, which the table keeps
    lua_Integer number = 0;  ///< of an integer key
    bool is_number = false;
    char digits[21] = {};
    std::uint8_t size = 0;

    [[nodiscard]] std::string_view shown() const noexcept { return is_number ? std::string_view(digits, size) : text; }
  };

  void number() {
    char digits[40];
    char* end = digits;
    if (lua_isinteger(lua_, -1) != 0) {
      end = std::to_chars(digits, digits + sizeof digits, lua_tointeger(lua_, -1)).ptr;
    } else {
      const double real = lua_tonumber(lua_, -1);
      if (!std::isfinite(real)) luaL_error(lua_, "json.encode: a number that is not finite has no JSON");
      end = std::to_chars(digits, digits + sizeof digits, real).ptr;
    }
    out_.append(digits, end);
  }

  void string(std::string_view text) {
    static constexpr char hex_digits[] = "0123456789abcdef";
    meter_.step(reading(text.size()));
    const auto unit = [&](char32_t u) {
      out_ += "\\u";
      for (int shift = 12; shift >= 0; shift -= 4) out_ += hex_digits[u >> shift & 15];
    };
    out_ += '"';
    std::size_t plain = 0;  // start of the bytes that go through as they are
    for (std::size_t i = 0; i < text.size();) {
      const auto byte = static_cast<std::uint8_t>(text[i]);
      if (byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\' && byte != 0x7F) {
        ++i;
        continue;
      }
      char32_t c = byte;
      int n = 1;
      if (byte >= 0x80) {
        n = otklik::detail::decode_utf8(text.substr(i), c);
        if (n != 0 && !ascii_) {
          i += static_cast<std::size_t>(n);
          continue;
        }
      }
      out_.append(text.substr(plain, i - plain));
      if (n == 0) {
        n = 1;
        c = 0xFFFD;
        if (!ascii_) out_ += "\xEF\xBF\xBD";
      }
      i += static_cast<std::size_t>(n);
      plain = i;
      switch (c) {
        case '"':
          out_ += "\\\"";
          break;
        case '\\':
          out_ += "\\\\";
          break;
        case '\b':
          out_ += "\\b";
          break;
        case '\f':
          out_ += "\\f";
          break;
        case '\n':
          out_ += "\\n";
          break;
        case '\r':
          out_ += "\\r";
          break;
        case '\t':
          out_ += "\\t";
          break;
        default:
          if (c < 0x80) {
            unit(c);
          } else if (ascii_ && c < 0x10000) {
            unit(c);
          } else if (ascii_) {
            unit(0xD800 + ((c - 0x10000) >> 10));
            unit(0xDC00 + ((c - 0x10000) & 0x3FF));
          }
      }
    }
    out_.append(text.substr(plain));
    out_ += '"';
  }

  void table() {
    const void* const self = lua_topointer(lua_, -1);
    if (std::find(within_.begin(), within_.end(), self) != within_.end()) {
      luaL_error(lua_, "json.encode: a table contains itself");
    }
    if (within_.size() >= most_nested) luaL_error(lua_, "json.encode: nested too deep (%d)", most_nested);
    luaL_checkstack(lua_, 6, "json.encode");
    within_.push_back(self);
    const lua_Integer length = array_length();
    if (length >= 0) {
      array(length);
    } else {
      object();
    }
    within_.pop_back();
  }

  /// The number of values when the table is an array (marked, or with the keys 1 to n and no other), else -1.
  lua_Integer array_length() {
    const auto length = static_cast<lua_Integer>(lua_rawlen(lua_, -1));
    if (lua_getmetatable(lua_, -1) != 0) {
      const bool marked = lua_topointer(lua_, -1) == mark_;
      lua_pop(lua_, 1);
      if (marked) return length;
    }
    if (length == 0) return -1;
    lua_Integer count = 0;
    for (lua_pushnil(lua_); lua_next(lua_, -2) != 0; ++count) {
      lua_pop(lua_, 1);
      meter_.step();
      const lua_Integer key = lua_isinteger(lua_, -1) != 0 ? lua_tointeger(lua_, -1) : 0;
      if (key < 1 || key > length) {
        lua_pop(lua_, 1);
        return -1;
      }
    }
    return count == length ? length : -1;
  }

  void array(lua_Integer length) {
    out_ += '[';
    for (lua_Integer i = 1; i <= length; ++i) {
      if (i != 1) out_ += ',';
      new_line();
      lua_rawgeti(lua_, -1, i);
      value();
      lua_pop(lua_, 1);
    }
    close(']', length != 0);
  }

  void object() {
    List<Name> names(lua_);
    for (lua_pushnil(lua_); lua_next(lua_, -2) != 0; lua_pop(lua_, 1)) {
      meter_.step(2);
      Name name;
      if (lua_type(lua_, -2) == LUA_TSTRING) {
        name.text = text_at(lua_, -2);
      } else if (lua_isinteger(lua_, -2) != 0) {
        name.is_number = true;
        name.number = lua_tointeger(lua_, -2);
        name.size = static_cast<std::uint8_t>(
            std::to_chars(name.digits, name.digits + sizeof name.digits, name.number).ptr - name.digits);
      } else {
        luaL_error(lua_, "json.encode: a %s as a name of an object", luaL_typename(lua_, -2));
      }
      names.push_back(name);
    }
    // Sorted, so that the same table always gives the same text.
    meter_.step(names.size() * 8);
    std::sort(names.begin(), names.end(), [](const Name& a, const Name& b) { return a.shown() < b.shown(); });
    out_ += '{';
    const Name* before = nullptr;
    for (const Name& name : names) {
      if (before != nullptr) {
        if (before->shown() == name.shown()) {
          luaL_error(lua_, "json.encode: the name %s is there as a number and as a string",
                     (name.is_number ? name : *before).digits);
        }
        out_ += ',';
      }
      before = &name;
      new_line();
      string(name.shown());
      out_ += ':';
      if (pretty_) out_ += ' ';
      if (name.is_number) {
        lua_rawgeti(lua_, -1, name.number);
      } else {
        push_text(lua_, name.text);
        lua_rawget(lua_, -2);
      }
      value();
      lua_pop(lua_, 1);
    }
    close('}', !names.empty());
  }

  void new_line() {
    if (!pretty_) return;
    out_ += '\n';
    out_.append(within_.size() * 2, ' ');
  }

  void close(char bracket, bool filled) {
    if (pretty_ && filled) {
      out_ += '\n';
      out_.append((within_.size() - 1) * 2, ' ');
    }
    out_ += bracket;
  }

  lua_State* lua_;
  Meter meter_;
  Text out_;
  List<const void*> within_;  ///< the tables that the value being written stands in
  const void* mark_ = nullptr;
  bool pretty_, ascii_;
};

bool option(lua_State* lua, int table, const char* name) {
  lua_getfield(lua, table, name);
  const bool set = lua_toboolean(lua, -1) != 0;
  lua_pop(lua, 1);
  return set;
}

}  // namespace

int json_encode(lua_State* lua) {
  luaL_checkany(lua, 1);
  bool pretty = false;
  bool ascii = false;
  if (!lua_isnoneornil(lua, 2)) {
    luaL_checktype(lua, 2, LUA_TTABLE);
    pretty = option(lua, 2, "pretty");
    ascii = option(lua, 2, "ascii");
  }
  lua_settop(lua, 1);
  JsonTextWriter writer(lua, pretty, ascii);
  writer.value();
  return writer.push();
}

}  // namespace otklik::scenario
