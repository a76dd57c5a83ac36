#include <algorithm>
#include <pugixml.hpp>
#include <string>

#include "base/text.hpp"
#include "scenario/library/cost.hpp"
#include "scenario/library/function.hpp"
#include "scenario/library/json.hpp"
#include "scenario/library/xml.hpp"

namespace otklik::scenario {
namespace {

/// What pugixml may take from the heap: a copy of the text, at most two nodes for each `<`, an attribute for each `=`.
std::size_t memory_of_tree(std::string_view text) {
  constexpr std::size_t page = 32 * 1024 + 512, node = 8 * sizeof(void*), attribute = 6 * sizeof(void*);
  const auto count = [&](char c) { return static_cast<std::size_t>(std::count(text.begin(), text.end(), c)); };
  return page + 2 * text.size() + 2 * node * count('<') + attribute * count('=');
}

bool is_utf16_or_32(std::string_view text) noexcept {
  return text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF") ||
         text.starts_with(std::string_view("\0\0\xFE\xFF", 4)) || text.starts_with(std::string_view("<\0", 2)) ||
         text.starts_with(std::string_view("\0<", 2)) || text.starts_with(std::string_view("\0\0\0<", 4));
}

class ElementPusher {
 public:
  explicit ElementPusher(lua_State* lua) : lua_(lua), meter_(lua) {}

  /// Pushes the element; false when it is nested too deep, with something on the stack.
  bool push(const pugi::xml_node& element, int depth) {  // NOLINT(misc-no-recursion): depth is bounded
    if (depth >= most_nested) return false;
    luaL_checkstack(lua_, 8, "xml.parse");
    lua_createtable(lua_, 0, 2);
    set("name", element.name());
    lua_newtable(lua_);
    for (const pugi::xml_attribute& attribute : element.attributes()) set(attribute.name(), attribute.value());
    lua_setfield(lua_, -2, "attributes");
    lua_Integer place = 0;
    for (const pugi::xml_node& child : element.children()) {
      meter_.step(16);
      switch (child.type()) {
        case pugi::node_element:
          if (!push(child, depth + 1)) return false;
          break;
        case pugi::node_pcdata:
        case pugi::node_cdata:
          push_text(lua_, child.value());
          break;
        default:
          continue;
      }
      lua_rawseti(lua_, -2, ++place);
    }
    return true;
  }

  void settle() { meter_.settle(); }

 private:
  void set(const char* name, const char* value) {
    meter_.step(4);
    lua_pushstring(lua_, name);
    lua_pushstring(lua_, value);
    lua_rawset(lua_, -3);
  }

  lua_State* lua_;
  Meter meter_;
};

int fail_at(lua_State* lua, std::string_view text, std::ptrdiff_t offset, const char* why) {
  const auto before =
      text.substr(0, std::min(static_cast<std::size_t>(std::max<std::ptrdiff_t>(offset, 0)), text.size()));
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t start = before.rfind('\n');
  const std::size_t column = start == std::string_view::npos ? before.size() + 1 : before.size() - start;
  luaL_pushfail(lua);
  lua_pushfstring(lua, "%s at line %d, column %d", why, static_cast<int>(line), static_cast<int>(column));
  return 2;
}

}  // namespace

int xml_parse(lua_State* lua) {
  auto text = check_text(lua, 1);
  charge(lua, 2 * reading(text.size()));
  const Reservation reservation(lua, memory_of_tree(text));
  std::string converted;
  if (!is_utf16_or_32(text)) {
    const std::size_t zero = text.find('\0');
    if (zero != std::string_view::npos) return fail_at(lua, text, static_cast<std::ptrdiff_t>(zero), "a zero byte");
    if (!is_utf8(text)) {  // as everywhere in this server: what is no UTF-8 is Windows-1251
      converted = utf8_from_windows_1251(text);
      text = converted;
    }
  }
  pugi::xml_document document;  // no entities but XML's own five and numbers; a DTD is passed over
  const auto result = document.load_buffer(text.data(), text.size(), pugi::parse_default, pugi::encoding_auto);
  if (result.status == pugi::status_out_of_memory) throw std::bad_alloc();
  if (result.status == pugi::status_no_document_element) return return_failure(lua, "no element in the document");
  if (!result) {
    std::string why(result.description());
    return fail_at(lua, text, result.offset, why.c_str());
  }
  const pugi::xml_node root = document.document_element();
  for (pugi::xml_node other = root.next_sibling(); other; other = other.next_sibling()) {
    if (other.type() == pugi::node_element) return return_failure(lua, "more than one root element");
  }
  ElementPusher pusher(lua);
  if (!pusher.push(root, 0)) return return_failure(lua, "nested too deep");
  pusher.settle();
  return 1;
}

}  // namespace otklik::scenario
