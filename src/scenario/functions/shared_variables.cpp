// global.*: variables of the whole server. once(): the first caller wins.
#include "scenario/functions/arguments.hpp"
#include "scenario/functions/functions.hpp"
#include "scenario/variables.hpp"

namespace otklik::scenario {
namespace {

using Value = Variables::Value;

constexpr std::size_t most_names = 10'000;

Variables& variables(lua_State* lua) { return Run::of(lua).services().variables; }

/// Nothing for nil.
std::optional<Value> value_argument(lua_State* lua, int index) {
  switch (lua_type(lua, index)) {
    case LUA_TNONE:
    case LUA_TNIL:
      return std::nullopt;
    case LUA_TBOOLEAN:
      return Value(lua_toboolean(lua, index) != 0);
    case LUA_TNUMBER:
      if (lua_isinteger(lua, index) != 0) return Value(std::int64_t{lua_tointeger(lua, index)});
      return Value(lua_tonumber(lua, index));
    case LUA_TSTRING:
      return Value(std::string(check_text(lua, index)));
    default:
      luaL_argerror(lua, index, "a global variable is a text, a number or a boolean (json.encode a table)");
  }
  return std::nullopt;
}

void push_value(lua_State* lua, const std::optional<Value>& value) {
  if (!value) {
    lua_pushnil(lua);
  } else if (const auto* flag = std::get_if<bool>(&*value)) {
    lua_pushboolean(lua, *flag ? 1 : 0);
  } else if (const auto* whole = std::get_if<std::int64_t>(&*value)) {
    lua_pushinteger(lua, *whole);
  } else if (const auto* real = std::get_if<double>(&*value)) {
    lua_pushnumber(lua, *real);
  } else {
    push_text(lua, std::get<std::string>(*value));
  }
}

int answer(lua_State* lua, const Result<bool>& done) {
  if (!done) return push_failure(lua, done.error());
  lua_pushboolean(lua, *done ? 1 : 0);
  return 1;
}

int get(lua_State* lua) {
  push_value(lua, variables(lua).get(check_text(lua, 1)));
  return 1;
}

int set(lua_State* lua) {
  luaL_checkany(lua, 2);
  const auto done = variables(lua).set(check_text(lua, 1), value_argument(lua, 2));
  if (!done) return push_failure(lua, done.error());
  lua_pushboolean(lua, 1);
  return 1;
}

int swap(lua_State* lua) {
  luaL_checkany(lua, 2);
  const auto done = variables(lua).set(check_text(lua, 1), value_argument(lua, 2));
  if (!done) return push_failure(lua, done.error());
  push_value(lua, *done);
  return 1;
}

int add(lua_State* lua) {
  const auto name = check_text(lua, 1);
  if (!lua_isnoneornil(lua, 2)) luaL_checktype(lua, 2, LUA_TNUMBER);
  const auto sum = variables(lua).add(name, value_argument(lua, 2).value_or(Value(std::int64_t{1})));
  if (!sum) return push_failure(lua, sum.error());
  push_value(lua, *sum);
  return 1;
}

int set_if_absent(lua_State* lua) {
  const auto name = check_text(lua, 1);
  auto value = value_argument(lua, 2);
  if (!value) return luaL_argerror(lua, 2, "a value is missing");
  return answer(lua, variables(lua).set_if_absent(name, std::move(*value)));
}

int replace(lua_State* lua) {
  const auto name = check_text(lua, 1);
  return answer(lua, variables(lua).replace(name, value_argument(lua, 2), value_argument(lua, 3)));
}

int remove(lua_State* lua) {
  const auto done = variables(lua).set(check_text(lua, 1), std::nullopt);
  if (!done) return push_failure(lua, done.error());
  push_value(lua, *done);
  return 1;
}

int names(lua_State* lua) {
  const auto found = variables(lua).names(lua_isnoneornil(lua, 1) ? "" : check_text(lua, 1), most_names);
  spend(lua, found.size() * 10);
  lua_createtable(lua, static_cast<int>(found.size()), 0);
  lua_Integer i = 0;
  for (const auto& name : found) {
    push_text(lua, name);
    lua_rawseti(lua, -2, ++i);
  }
  return 1;
}

int first_only(lua_State* lua) {
  const auto key = check_text(lua, 1);
  const auto lifetime = lua_isnoneornil(lua, 2) ? std::chrono::microseconds::max() : seconds_argument(lua, 2);
  const auto first = variables(lua).once(key, lifetime);
  // a caller that takes a failure for "not the first" would skip its work in silence
  if (!first) return luaL_error(lua, "%s", first.error().message.c_str());
  lua_pushboolean(lua, *first ? 1 : 0);
  return 1;
}

}  // namespace

int open_global(lua_State* lua) {
  constexpr luaL_Reg functions[] = {
      {"get", guarded<get>},         {"set", guarded<set>},       {"swap", guarded<swap>},
      {"add", guarded<add>},         {"remove", guarded<remove>}, {"set_if_absent", guarded<set_if_absent>},
      {"replace", guarded<replace>}, {"names", guarded<names>},
  };
  return push_table_of(lua, functions);
}

int once(lua_State* lua) { return guarded<first_only>(lua); }

}  // namespace otklik::scenario
