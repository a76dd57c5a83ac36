#include "unit/scenario/library/test_state.hpp"

#include <cstdlib>

#include "scenario/library.hpp"

namespace otklik::scenario {

namespace {

constexpr int hook_every = 1000;

void count(lua_State* lua, lua_Debug*) { spend(lua, hook_every); }

int open_all(lua_State* lua) {
  constexpr std::pair<const char*, lua_CFunction> stock[] = {
      {"string", luaopen_string}, {"table", luaopen_table}, {"utf8", luaopen_utf8}, {"math", luaopen_math}};
  lua_newtable(lua);
  for (const auto& [name, open] : stock) {
    lua_pushcfunction(lua, open);
    lua_call(lua, 0, 1);
    lua_setfield(lua, -2, name);
  }
  open_base(lua);
  for (lua_pushnil(lua); lua_next(lua, -2) != 0;) lua_setglobal(lua, lua_tostring(lua, -2));
  lua_pop(lua, 1);
  lua_setglobal(lua, "stock");
  constexpr std::pair<const char*, lua_CFunction> modules[] = {
      {"string", open_string}, {"table", open_table}, {"math", open_math}, {"utf8", open_utf8},
      {"json", open_json},     {"xml", open_xml},     {"text", open_text}, {"date", open_date}};
  for (const auto& [name, open] : modules) {
    lua_pushcfunction(lua, open);
    lua_call(lua, 0, 1);
    lua_setglobal(lua, name);
  }
  // pcall as the host has it: it must not swallow the end of a budget.
  lua_pushcfunction(lua, [](lua_State* inner) {
    luaL_checkany(inner, 1);
    const int status = lua_pcall(inner, lua_gettop(inner) - 1, LUA_MULTRET, 0);
    spend(inner, 0);
    lua_pushboolean(inner, status == LUA_OK);
    lua_insert(inner, 1);
    return lua_gettop(inner);
  });
  lua_setglobal(lua, "pcall");
  return 0;
}

}  // namespace

TestState::TestState(Limits limits) {
  budget_.limits = limits;
  lua_ = lua_newstate(allocate, &budget_);
  set_budget(lua_, budget_);
  lua_pushcfunction(lua_, open_all);
  if (lua_pcall(lua_, 0, 0, 0) != LUA_OK) std::abort();
  lua_sethook(lua_, count, LUA_MASKCOUNT, hook_every);
}

TestState::~TestState() {
  lua_sethook(lua_, nullptr, 0, 0);
  lua_close(lua_);
}

void* TestState::allocate(void* user, void* memory, std::size_t old_size, std::size_t size) {
  Budget& budget = *static_cast<Budget*>(user);
  if (memory == nullptr) old_size = 0;
  if (size == 0) {
    std::free(memory);
    budget.memory_used -= old_size;
    return nullptr;
  }
  if (size > old_size && size - old_size > budget.limits.memory - std::min(budget.memory_used, budget.limits.memory)) {
    return nullptr;
  }
  void* moved = std::realloc(memory, size);
  if (moved != nullptr) budget.memory_used += size - old_size;
  return moved;
}

TestState::Outcome TestState::run(std::string_view chunk, const std::vector<std::string>& arguments) {
  Outcome outcome;
  lua_settop(lua_, 0);
  if (luaL_loadbufferx(lua_, chunk.data(), chunk.size(), "=test", "t") != LUA_OK) {
    outcome.error = lua_tostring(lua_, -1);
    return outcome;
  }
  for (const auto& argument : arguments) lua_pushlstring(lua_, argument.data(), argument.size());
  const int status = lua_pcall(lua_, static_cast<int>(arguments.size()), LUA_MULTRET, 0);
  outcome.spent = budget_.spent;
  if (outcome.spent) {
    outcome.error = core::name(*outcome.spent);
  } else if (status != LUA_OK) {
    std::size_t size = 0;
    const char* message = luaL_tolstring(lua_, -1, &size);
    outcome.error.assign(message, size);
  } else {
    for (int i = 1, n = lua_gettop(lua_); i <= n; ++i) {
      std::size_t size = 0;
      const char* shown = luaL_tolstring(lua_, i, &size);
      outcome.values.emplace_back(shown, size);
      lua_pop(lua_, 1);
    }
  }
  lua_settop(lua_, 0);
  return outcome;
}

std::string TestState::text(std::string_view chunk, const std::vector<std::string>& arguments) {
  const Outcome outcome = run(chunk, arguments);
  if (outcome.spent) return "spent";
  if (!outcome.error.empty()) return "error: " + outcome.error;
  std::string joined;
  for (const auto& value : outcome.values) {
    if (&value != outcome.values.data()) joined += '|';
    joined += value;
  }
  return joined;
}

}  // namespace otklik::scenario
