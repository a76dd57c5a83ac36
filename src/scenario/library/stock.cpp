#include <cassert>
#include <memory>

#include "scenario/library/function.hpp"

namespace otklik::scenario {

std::vector<luaL_Reg> stock_functions(lua_CFunction open, std::initializer_list<const char*> names) {
  const std::unique_ptr<lua_State, void (*)(lua_State*)> lua(luaL_newstate(), lua_close);
  if (!lua) throw std::bad_alloc();
  luaL_requiref(lua.get(), "library", open, 0);
  std::vector<luaL_Reg> functions;
  functions.reserve(names.size());
  for (const char* name : names) {
    lua_getfield(lua.get(), -1, name);
    const lua_CFunction function = lua_tocfunction(lua.get(), -1);
    assert(function != nullptr);
    functions.push_back({name, function});
    lua_pop(lua.get(), 1);
  }
  return functions;
}

}  // namespace otklik::scenario
