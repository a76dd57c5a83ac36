#include "scenario/library.hpp"
#include "scenario/library/function.hpp"
namespace otklik::scenario {
int open_date(lua_State* lua) {
  lua_newtable(lua);
  return 1;
}
}  // namespace otklik::scenario
