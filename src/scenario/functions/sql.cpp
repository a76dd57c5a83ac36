// sql(source, text, parameters…): one statement on a named data source.
#include "scenario/functions/arguments.hpp"
#include "scenario/functions/functions.hpp"
#include "scenario/library/json.hpp"
#include "scenario/sql_sources.hpp"

namespace otklik::scenario {
namespace {

db::Value value_argument(lua_State* lua, int index) {
  switch (lua_type(lua, index)) {
    case LUA_TNIL:
      return std::monostate{};
    case LUA_TBOOLEAN:
      return std::int64_t{lua_toboolean(lua, index)};
    case LUA_TNUMBER:
      if (lua_isinteger(lua, index) != 0) return std::int64_t{lua_tointeger(lua, index)};
      return lua_tonumber(lua, index);
    case LUA_TSTRING:
      return std::string(check_text(lua, index));
    case LUA_TLIGHTUSERDATA:
      if (is_json_null(lua, index)) return std::monostate{};
      [[fallthrough]];
    default:
      luaL_argerror(lua, index, "a parameter of SQL is a text, a number, a boolean or nil");
  }
  return std::monostate{};
}

/// False for NULL: nothing is pushed.
bool push_value(lua_State* lua, const db::Value& value) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) {
    lua_pushinteger(lua, *whole);
  } else if (const auto* real = std::get_if<double>(&value)) {
    lua_pushnumber(lua, *real);
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    push_text(lua, *text);
  } else {
    return false;
  }
  return true;
}

int push_rows(lua_State* lua, const Result<db::Rows>& result) {
  if (!result) return push_failure(lua, result.error());
  const db::Rows& rows = *result;
  const auto columns = static_cast<int>(rows.columns.size());
  luaL_checkstack(lua, columns + 6, "too many columns");
  lua_createtable(lua, static_cast<int>(rows.rows.size()), 2);
  const int table = lua_gettop(lua);
  lua_createtable(lua, columns, 0);
  for (int i = 0; i < columns; ++i) {
    push_text(lua, rows.columns[static_cast<std::size_t>(i)]);
    lua_rawseti(lua, -2, i + 1);
  }
  lua_setfield(lua, table, "columns");
  lua_pushinteger(lua, rows.affected);
  lua_setfield(lua, table, "affected");
  const int first_name = lua_gettop(lua) + 1;
  for (const auto& name : rows.columns) push_text(lua, name);  // made once, used in every row
  lua_Integer number = 0;
  for (const auto& row : rows.rows) {
    spend(lua, 10 + row.size() * 10);
    lua_createtable(lua, 0, columns);
    for (int i = 0; i < columns && static_cast<std::size_t>(i) < row.size(); ++i) {
      lua_pushvalue(lua, first_name + i);
      if (push_value(lua, row[static_cast<std::size_t>(i)])) {
        lua_rawset(lua, -3);
      } else {
        lua_pop(lua, 1);
      }
    }
    lua_rawseti(lua, table, ++number);
  }
  lua_settop(lua, table);
  push_json_array_mark(lua);  // json.encode writes the rows alone, and `[]` when there are none
  lua_setmetatable(lua, table);
  return 1;
}

int ask(lua_State* lua) {
  Run& run = Run::of(lua);
  std::string source;
  std::chrono::milliseconds timeout{0};
  if (lua_type(lua, 1) == LUA_TTABLE) {
    lua_getfield(lua, 1, "name");
    source = check_text(lua, -1);
    if (lua_getfield(lua, 1, "timeout") != LUA_TNIL) {
      timeout = std::chrono::ceil<std::chrono::milliseconds>(seconds_argument(lua, lua_gettop(lua)));
    }
    lua_pop(lua, 2);
  } else {
    source = check_text(lua, 1);
  }
  std::string statement(check_text(lua, 2));
  std::vector<db::Value> parameters;
  for (int i = 3; i <= lua_gettop(lua); ++i) parameters.push_back(value_argument(lua, i));
  Wait wait;
  wait.begin = [&sources = run.services().sql, source = std::move(source), statement = std::move(statement),
                parameters = std::move(parameters), timeout](Waker waker) mutable {
    sources.ask(source, std::move(statement), std::move(parameters), timeout,
                [waker = std::move(waker)](Result<db::Rows> result) {
                  waker([result = std::move(result)](lua_State* state) { return push_rows(state, result); });
                });
  };
  return run.wait(lua, std::move(wait));
}

}  // namespace

int sql(lua_State* lua) { return guarded<ask>(lua); }

}  // namespace otklik::scenario
