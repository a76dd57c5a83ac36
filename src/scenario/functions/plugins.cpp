// plugin.call(plugin, form, inputs, {timeout = …}): a form of a plugin, by GUIDs or names.
#include "core/ports/plugin_host.hpp"
#include "scenario/functions/arguments.hpp"
#include "scenario/functions/functions.hpp"
#include "scenario/library/json.hpp"
#include "scenario/value_text.hpp"

namespace otklik::scenario {
namespace {

int push_outcome(lua_State* lua, const core::PluginOutcome& outcome) {
  if (!outcome) return push_failure(lua, outcome.error().error);
  lua_pushcfunction(lua, guarded<json_decode>);
  push_text(lua, *outcome);
  lua_call(lua, 1, 1);
  return 1;
}

int call(lua_State* lua) {
  Run& run = Run::of(lua);
  core::PluginCall call;
  call.plugin = check_text(lua, 1);
  call.form = check_text(lua, 2);
  if (!lua_isnoneornil(lua, 3)) {
    luaL_checktype(lua, 3, LUA_TTABLE);
    push_value_text(lua, 3, "the inputs of a plugin");
    call.inputs = check_text(lua, -1);
    lua_pop(lua, 1);
  }
  if (!lua_isnoneornil(lua, 4)) {
    luaL_checktype(lua, 4, LUA_TTABLE);
    if (lua_getfield(lua, 4, "timeout") != LUA_TNIL) {
      call.timeout = std::chrono::ceil<std::chrono::milliseconds>(seconds_argument(lua, lua_gettop(lua)));
    }
    lua_pop(lua, 1);
  }
  Wait wait;
  wait.begin = [&plugins = run.services().plugins, call = std::move(call)](Waker waker) mutable {
    plugins.call(std::move(call), [waker = std::move(waker)](core::PluginOutcome outcome) {
      waker([outcome = std::move(outcome)](lua_State* state) { return push_outcome(state, outcome); });
    });
  };
  return run.wait(lua, std::move(wait));
}

}  // namespace

int open_plugin(lua_State* lua) {
  constexpr luaL_Reg functions[] = {{"call", guarded<call>}};
  return push_table_of(lua, functions);
}

}  // namespace otklik::scenario
