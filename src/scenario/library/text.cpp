#include "scenario/library/text.hpp"

#include "scenario/library.hpp"

namespace otklik::scenario {

int open_text(lua_State* lua) {
  lua_createtable(lua, 0, 44);
  add_text_letters(lua);
  add_text_pieces(lua);
  add_text_codes(lua);
  add_text_digests(lua);
  add_text_csv(lua);
  return 1;
}

}  // namespace otklik::scenario
