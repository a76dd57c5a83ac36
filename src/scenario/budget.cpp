#include "scenario/budget.hpp"

#include <lua.hpp>

namespace otklik::scenario {
namespace {

/// Between two looks at the clock: some tens of microseconds of work.
constexpr std::uint64_t look_every = 20'000;

using Kind = core::ScriptEnd::Kind;

}  // namespace

Budget& budget_of(lua_State* lua) noexcept { return **static_cast<Budget**>(lua_getextraspace(lua)); }

void set_budget(lua_State* lua, Budget& budget) noexcept { *static_cast<Budget**>(lua_getextraspace(lua)) = &budget; }

void end_run(lua_State* lua, Kind kind) {
  Budget& budget = budget_of(lua);
  if (!budget.spent) budget.spent = kind;
  if (lua_checkstack(lua, 1) != 0) lua_pushnil(lua);  // else whatever lies on top is the value: nobody reads it
  lua_error(lua);
  __builtin_unreachable();
}

void spend(lua_State* lua, std::uint64_t steps) {
  Budget& budget = budget_of(lua);
  budget.instructions_used += steps;
  if (budget.spent) end_run(lua, *budget.spent);
  if (budget.instructions_used > budget.limits.instructions) end_run(lua, Kind::budget_instructions);
  if (budget.instructions_used < budget.next_look) return;
  budget.next_look = budget.instructions_used + look_every;
  budget.looked_at = std::chrono::steady_clock::now();
  if (budget.at_look != nullptr) budget.at_look(budget);
  if (budget.stop_asked) end_run(lua, Kind::stopped);
  if (budget.deadline.time_since_epoch().count() != 0 && budget.looked_at >= budget.deadline) {
    end_run(lua, Kind::budget_time);
  }
}

}  // namespace otklik::scenario
