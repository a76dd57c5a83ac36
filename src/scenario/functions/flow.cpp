// Time and other scenarios.
#include "scenario/functions/arguments.hpp"
#include "scenario/functions/functions.hpp"
#include "scenario/repository.hpp"
#include "scenario/value_text.hpp"

namespace otklik::scenario {
namespace {

std::array<std::string, 5> parameters_from(lua_State* lua, int first) {
  std::array<std::string, 5> parameters;
  const int count = std::min(lua_gettop(lua) - first + 1, static_cast<int>(parameters.size()));
  for (int i = 0; i < count; ++i) {
    push_value_text(lua, first + i, "a parameter");
    parameters[static_cast<std::size_t>(i)] = check_text(lua, -1);
    lua_pop(lua, 1);
  }
  return parameters;
}

std::string_view reason(core::StartRefusal refusal) {
  switch (refusal) {
    case core::StartRefusal::disabled:
      return "the scenario is disabled";
    case core::StartRefusal::broken:
      return "the scenario does not compile; the log says why";
    case core::StartRefusal::bad_parameter:
      return "no scenario can have that name";
    default:
      return "there is no such scenario";
  }
}

int refused(lua_State* lua, core::StartRefusal refusal) {
  lua_pushnil(lua);
  push_text(lua, reason(refusal));
  push_text(lua, core::name(refusal));
  return 3;
}

int call(lua_State* lua) {
  Run& run = Run::of(lua);
  auto scenario = run.services().repository.find(check_text(lua, 1));
  if (!scenario) return refused(lua, scenario.error());
  return run.call(lua, std::move(*scenario), parameters_from(lua, 2));
}

int replace(lua_State* lua) {
  Run& run = Run::of(lua);
  auto scenario = run.services().repository.find(check_text(lua, 1));
  if (!scenario) return refused(lua, scenario.error());
  run.replace(lua, std::move(*scenario), lua_gettop(lua) == 1 ? run.frame().parameters : parameters_from(lua, 2));
}

int wait_for_time(lua_State* lua) {
  const auto time = seconds_argument(lua, 1);
  return Run::of(lua).wait(lua, Wait{.begin = {}, .cancel = {}, .until = Run::Clock::now() + time});
}

int leave(lua_State* lua) {
  const int count = std::min(lua_gettop(lua), 3);
  if (count > 0) {
    lua_getglobal(lua, "result");
    for (int i = 1; i <= count; ++i) {
      lua_pushvalue(lua, i);
      lua_rawseti(lua, -2, i);
    }
  }
  Run::of(lua).leave(lua);
}

}  // namespace

int sleep(lua_State* lua) { return guarded<wait_for_time>(lua); }
int call_scenario(lua_State* lua) { return guarded<call>(lua); }
int replace_scenario(lua_State* lua) { return guarded<replace>(lua); }
int exit_scenario(lua_State* lua) { return guarded<leave>(lua); }

}  // namespace otklik::scenario
