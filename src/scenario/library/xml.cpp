#include "scenario/library/xml.hpp"

#include "scenario/library.hpp"
#include "scenario/library/cost.hpp"
#include "scenario/library/function.hpp"

namespace otklik::scenario {
namespace {

int escape(lua_State* lua) {
  const auto text = check_text(lua, 1);
  charge(lua, reading(text.size()));
  Text out(lua);
  append_xml(out, text, true);
  push_text(lua, out);
  return 1;
}

}  // namespace

int open_xml(lua_State* lua) {
  static constexpr luaL_Reg functions[] = {{"all", guarded<xml_all>},   {"escape", guarded<escape>},
                                           {"find", guarded<xml_find>}, {"parse", guarded<xml_parse>},
                                           {"text", guarded<xml_text>}, {"write", guarded<xml_write>}};
  push_library(lua, functions);
  return 1;
}

}  // namespace otklik::scenario
