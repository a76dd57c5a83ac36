#include <algorithm>

#include "base/text.hpp"
#include "scenario/library/cost.hpp"
#include "scenario/library/function.hpp"
#include "scenario/library/json.hpp"
#include "scenario/library/xml.hpp"

namespace otklik::scenario {
namespace {

/// The ASCII part of XML's names; beyond ASCII every letter is taken. XML 1.0 2.3.
bool is_xml_name(std::string_view name) noexcept {
  const auto is_letter = [](unsigned char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == ':' || c >= 0x80;
  };
  const auto follows = [&](unsigned char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.'; };
  return !name.empty() && is_letter(static_cast<unsigned char>(name[0])) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return follows(static_cast<unsigned char>(c)); }) &&
         is_utf8(name);
}

class ElementWriter {
 public:
  ElementWriter(lua_State* lua, bool pretty) : lua_(lua), meter_(lua), out_(lua), pretty_(pretty) {}

  void declaration() {
    out_ += pretty_ ? "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n" : "<?xml version=\"1.0\" encoding=\"utf-8\"?>";
  }

  /// Writes the element at the top of the stack.
  void element(int depth) {  // NOLINT(misc-no-recursion): depth is bounded
    if (depth >= most_nested) luaL_error(lua_, "xml.write: nested too deep (%d)", most_nested);
    luaL_checkstack(lua_, 8, "xml.write");
    meter_.step(4);
    lua_pushliteral(lua_, "name");
    lua_rawget(lua_, -2);
    if (lua_type(lua_, -1) != LUA_TSTRING || !is_xml_name(text_at(lua_, -1))) {
      luaL_error(lua_, "xml.write: an element without a name that XML allows");
    }
    const auto name = text_at(lua_, -1);  // the table keeps it
    lua_pop(lua_, 1);
    out_ += '<';
    out_ += name;
    attributes();
    const auto count = static_cast<lua_Integer>(lua_rawlen(lua_, -1));
    if (count == 0) {
      out_ += "/>";
      return;
    }
    out_ += '>';
    const bool indented = pretty_ && only_elements(count);
    for (lua_Integer i = 1; i <= count; ++i) {
      lua_rawgeti(lua_, -1, i);
      if (indented) new_line(depth + 1);
      child(depth);
      lua_pop(lua_, 1);
    }
    if (indented) new_line(depth);
    out_ += "</";
    out_ += name;
    out_ += '>';
  }

  int push() {
    meter_.step(copying(out_.size()));
    meter_.settle();
    push_text(lua_, out_);
    return 1;
  }

 private:
  void child(int depth) {  // NOLINT(misc-no-recursion)
    if (lua_type(lua_, -1) != LUA_TTABLE) return value(false);
    lua_pushliteral(lua_, "cdata");
    if (lua_rawget(lua_, -2) != LUA_TNIL) {
      cdata();
      lua_pop(lua_, 1);
    } else {
      lua_pop(lua_, 1);
      element(depth + 1);
    }
  }

  void attributes() {
    lua_pushliteral(lua_, "attributes");
    const int type = lua_rawget(lua_, -2);
    if (type == LUA_TTABLE) {
      List<std::string_view> names(lua_);
      for (lua_pushnil(lua_); lua_next(lua_, -2) != 0; lua_pop(lua_, 1)) {
        meter_.step(8);
        if (lua_type(lua_, -2) != LUA_TSTRING || !is_xml_name(text_at(lua_, -2))) {
          luaL_error(lua_, "xml.write: an attribute with a name that XML does not allow");
        }
        names.push_back(text_at(lua_, -2));
      }
      std::sort(names.begin(), names.end());
      for (const auto name : names) {
        out_ += ' ';
        out_ += name;
        out_ += "=\"";
        push_text(lua_, name);
        lua_rawget(lua_, -2);
        value(true);
        lua_pop(lua_, 1);
        out_ += '"';
      }
    } else if (type != LUA_TNIL) {
      luaL_error(lua_, "xml.write: 'attributes' is a %s, not a table", luaL_typename(lua_, -1));
    }
    lua_pop(lua_, 1);
  }

  /// A string, a number or a boolean at the top.
  void value(bool in_attribute) {
    const int type = lua_type(lua_, -1);
    if (type == LUA_TBOOLEAN) {
      out_ += lua_toboolean(lua_, -1) != 0 ? "true" : "false";
      return;
    }
    if (type != LUA_TSTRING && type != LUA_TNUMBER) {
      luaL_error(lua_, "xml.write: a %s has no XML", luaL_typename(lua_, -1));
    }
    lua_pushvalue(lua_, -1);  // a number must stay one in the table
    const auto text = text_at(lua_, -1);
    meter_.step(reading(text.size()));
    append_xml(out_, text, in_attribute);
    lua_pop(lua_, 1);
  }

  void cdata() {
    if (lua_isstring(lua_, -1) == 0) luaL_error(lua_, "xml.write: 'cdata' is no string");
    auto text = text_at(lua_, -1);
    meter_.step(reading(text.size()));
    out_ += "<![CDATA[";
    for (;;) {  // "]]>" cannot stand inside: it is cut in two
      const std::size_t end = text.find("]]>");
      out_ += text.substr(0, end);
      if (end == std::string_view::npos) break;
      out_ += "]]]]><![CDATA[>";
      text.remove_prefix(end + 3);
    }
    out_ += "]]>";
  }

  bool only_elements(lua_Integer count) {
    for (lua_Integer i = 1; i <= count; ++i) {
      meter_.step();
      const int type = lua_rawgeti(lua_, -1, i);
      lua_pop(lua_, 1);
      if (type != LUA_TTABLE) return false;
    }
    return true;
  }

  void new_line(int depth) {
    out_ += '\n';
    out_.append(static_cast<std::size_t>(depth) * 2, ' ');
  }

  lua_State* lua_;
  Meter meter_;
  Text out_;
  bool pretty_;
};

}  // namespace

void append_xml(Text& out, std::string_view text, bool in_attribute) {
  while (!text.empty()) {
    char32_t c = 0;
    const int n = otklik::detail::decode_utf8(text, c);
    if (n == 0) c = 0xFFFD;
    const auto size = static_cast<std::size_t>(n == 0 ? 1 : n);
    const bool forbidden = n == 0 || (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0xFFFE || c == 0xFFFF;
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
      case '\r':
        out += "&#13;";
        break;
      case '"':
      case '\'':
      case '\n':
      case '\t':
        if (in_attribute) {
          out += c == '"' ? "&quot;" : c == '\'' ? "&apos;" : c == '\n' ? "&#10;" : "&#9;";
          break;
        }
        [[fallthrough]];
      default:
        out += forbidden ? std::string_view("\xEF\xBF\xBD") : text.substr(0, size);
    }
    text.remove_prefix(size);
  }
}

int xml_write(lua_State* lua) {
  luaL_checktype(lua, 1, LUA_TTABLE);
  bool pretty = false;
  bool declaration = false;
  if (!lua_isnoneornil(lua, 2)) {
    luaL_checktype(lua, 2, LUA_TTABLE);
    lua_getfield(lua, 2, "pretty");
    lua_getfield(lua, 2, "declaration");
    pretty = lua_toboolean(lua, -2) != 0;
    declaration = lua_toboolean(lua, -1) != 0;
  }
  lua_settop(lua, 1);
  ElementWriter writer(lua, pretty);
  if (declaration) writer.declaration();
  writer.element(0);
  return writer.push();
}

}  // namespace otklik::scenario
