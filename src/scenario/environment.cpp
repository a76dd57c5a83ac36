#include "scenario/environment.hpp"

#include <array>
#include <lua.hpp>
#include <string>
#include <unordered_map>

#include "scenario/functions/functions.hpp"
#include "scenario/library.hpp"
#include "scenario/run.hpp"

namespace otklik::scenario {
namespace {

/// Depths a run can have at most; Options::call_depth is cut to it.
constexpr std::size_t most_depth = 128;

enum class Kind : std::uint8_t {
  module,    ///< the function leaves a table, which becomes the global
  function,  ///< it is the global itself
  value,     ///< called at each look: it depends on the scenario that runs, and cannot be assigned
};

struct Global {
  Kind kind;
  lua_CFunction function;
};

int push_globals(lua_State* lua) {
  lua_pushglobaltable(lua);
  return 1;
}

int push_param(lua_State* lua);
int push_result(lua_State* lua);

template <int i>
int push_start_parameter(lua_State* lua) {
  const auto& text = Run::of(lua).frame().parameters[i];
  lua_pushlstring(lua, text.data(), text.size());
  return 1;
}

const std::unordered_map<std::string_view, Global>& globals() {
  static const std::unordered_map<std::string_view, Global> table{
      {"_G", {Kind::value, push_globals}},
      {"string", {Kind::module, open_string}},
      {"table", {Kind::module, open_table}},
      {"math", {Kind::module, open_math}},
      {"utf8", {Kind::module, open_utf8}},
      {"json", {Kind::module, open_json}},
      {"xml", {Kind::module, open_xml}},
      {"text", {Kind::module, open_text}},
      {"date", {Kind::module, open_date}},
      {"coroutine", {Kind::module, open_coroutine}},
      {"http", {Kind::module, open_http}},
      {"file", {Kind::module, open_file}},
      {"event", {Kind::module, open_event}},
      {"plugin", {Kind::module, open_plugin}},
      {"global", {Kind::module, open_global}},
      {"log", {Kind::module, open_log}},
      {"pcall", {Kind::function, protected_call}},
      {"xpcall", {Kind::function, protected_call_with_handler}},
      {"print", {Kind::function, print}},
      {"sleep", {Kind::function, sleep}},
      {"once", {Kind::function, once}},
      {"sql", {Kind::function, sql}},
      {"call", {Kind::function, call_scenario}},
      {"replace", {Kind::function, replace_scenario}},
      {"exit", {Kind::function, exit_scenario}},
      {"param", {Kind::value, push_param}},
      {"result", {Kind::value, push_result}},
      {"startparam1", {Kind::value, push_start_parameter<0>}},
      {"startparam2", {Kind::value, push_start_parameter<1>}},
      {"startparam3", {Kind::value, push_start_parameter<2>}},
      {"startparam4", {Kind::value, push_start_parameter<3>}},
      {"startparam5", {Kind::value, push_start_parameter<4>}},
      {"launch_code", {Kind::value, push_launch_code}},
      {"scenario", {Kind::value, push_scenario_name}},
      {"run", {Kind::value, push_run_id}},
      {"user", {Kind::value, push_user}},
      {"login", {Kind::value, push_login}},
      {"request", {Kind::module, open_request}},
  };
  return table;
}

/// Keys of the registry. Two for each depth: `param` and `result`.
struct Keys {
  char base = 0;
  std::array<char, 2 * (most_depth + 2)> frames{};
};
const Keys keys;

const void* key_of_param(std::size_t depth) { return &keys.frames[2 * depth]; }
const void* key_of_result(std::size_t depth) { return &keys.frames[2 * depth + 1]; }

int push_param(lua_State* lua) {
  const Run& run = Run::of(lua);
  const void* key = key_of_param(run.depth());
  if (lua_rawgetp(lua, LUA_REGISTRYINDEX, key) == LUA_TTABLE) return 1;
  lua_pop(lua, 1);
  const auto& parameters = Run::of(lua).frame().parameters;
  lua_createtable(lua, static_cast<int>(parameters.size()), 0);
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    lua_pushlstring(lua, parameters[i].data(), parameters[i].size());
    lua_rawseti(lua, -2, static_cast<lua_Integer>(i + 1));
  }
  lua_pushvalue(lua, -1);
  lua_rawsetp(lua, LUA_REGISTRYINDEX, key);
  return 1;
}

int push_result(lua_State* lua) {
  const void* key = key_of_result(Run::of(lua).depth());
  if (lua_rawgetp(lua, LUA_REGISTRYINDEX, key) == LUA_TTABLE) return 1;
  lua_pop(lua, 1);
  lua_createtable(lua, 3, 0);
  lua_pushvalue(lua, -1);
  lua_rawsetp(lua, LUA_REGISTRYINDEX, key);
  return 1;
}

void push_opened(lua_State* lua, const Global& global) {
  const void* key = reinterpret_cast<const void*>(global.function);
  if (lua_rawgetp(lua, LUA_REGISTRYINDEX, key) != LUA_TNIL) return;
  lua_pop(lua, 1);
  const int top = lua_gettop(lua);
  global.function(lua);
  lua_settop(lua, top + 1);
  lua_pushvalue(lua, -1);
  lua_rawsetp(lua, LUA_REGISTRYINDEX, key);
}

/// What Lua's own base library has under that name, or nil.
void push_base_function(lua_State* lua, int name) {
  if (lua_rawgetp(lua, LUA_REGISTRYINDEX, &keys.base) == LUA_TNIL) {
    lua_pop(lua, 1);
    const int top = lua_gettop(lua);
    open_base(lua);
    lua_settop(lua, top + 1);
    lua_pushvalue(lua, -1);
    lua_rawsetp(lua, LUA_REGISTRYINDEX, &keys.base);
  }
  lua_pushvalue(lua, name);
  lua_rawget(lua, -2);
  lua_remove(lua, -2);
}

int index_globals(lua_State* lua);
int index_globals_again(lua_State* lua, int, lua_KContext) { return index_globals(lua); }

/// _G[name] where nothing is assigned.
int index_globals(lua_State* lua) {
  if (lua_type(lua, 2) != LUA_TSTRING) return 0;
  std::size_t size = 0;
  const char* text = lua_tolstring(lua, 2, &size);
  Run& run = Run::of(lua);
  if (run.must_move(lua) && !is_quick_global({text, size})) return run.move(lua, index_globals_again);
  const auto found = globals().find(std::string_view(text, size));
  if (found == globals().end()) {
    push_base_function(lua, 2);
    if (lua_isnil(lua, -1)) return 1;
  } else {
    switch (found->second.kind) {
      case Kind::value:
        return found->second.function(lua);
      case Kind::function:
        lua_pushcfunction(lua, found->second.function);
        break;
      case Kind::module:
        push_opened(lua, found->second);
        break;
    }
    if (lua_isnil(lua, -1)) return 1;
  }
  lua_pushvalue(lua, 2);  // next time without us
  lua_pushvalue(lua, -2);
  lua_rawset(lua, 1);
  return 1;
}

/// _G[name] = value where nothing is assigned yet.
int assign_global(lua_State* lua) {
  if (lua_type(lua, 2) == LUA_TSTRING) {
    std::size_t size = 0;
    const char* text = lua_tolstring(lua, 2, &size);
    const auto found = globals().find(std::string_view(text, size));
    if (found != globals().end() && found->second.kind == Kind::value) {
      return luaL_error(lua, "'%s' belongs to the server and cannot be assigned", text);
    }
  }
  lua_rawset(lua, 1);
  return 0;
}

// --- strings: methods and arithmetic without the library having been named ---

int index_string(lua_State* lua);
int index_string_again(lua_State* lua, int, lua_KContext) { return index_string(lua); }

/// ("x"):upper(): opens the library and leaves it where this function was.
int index_string(lua_State* lua) {
  Run& run = Run::of(lua);
  if (run.must_move(lua)) return run.move(lua, index_string_again);
  push_module(lua, "string");
  if (lua_getmetatable(lua, 1) != 0) {
    lua_pushvalue(lua, -2);
    lua_setfield(lua, -2, "__index");
    lua_pop(lua, 1);
  }
  lua_pushvalue(lua, 2);
  lua_gettable(lua, -2);
  return 1;
}

bool push_number(lua_State* lua, int index) {
  if (lua_type(lua, index) == LUA_TNUMBER) {
    lua_pushvalue(lua, index);
    return true;
  }
  std::size_t size = 0;
  const char* text = lua_tolstring(lua, index, &size);
  return text != nullptr && lua_stringtonumber(lua, text) == size + 1;
}

/// Longer texts are numbers too, but take their time.
constexpr std::size_t quick_number = 64;

template <int operation>
int calculate(lua_State* lua);
template <int operation>
int calculate_again(lua_State* lua, int, lua_KContext) {
  return calculate<operation>(lua);
}

/// "10" + 1, as Lua's string library has it: start parameters are texts, and scenarios count with them.
template <int operation>
int calculate(lua_State* lua) {
  constexpr const char* names[] = {"__add", "__sub", "__mul", "__mod", "__pow", "__div", "__idiv",
                                   nullptr, nullptr, nullptr, nullptr, nullptr, "__unm"};
  lua_settop(lua, 2);
  Run& run = Run::of(lua);
  if (run.must_move(lua) && (lua_rawlen(lua, 1) > quick_number || lua_rawlen(lua, 2) > quick_number)) {
    return run.move(lua, calculate_again<operation>);
  }
  if (push_number(lua, 1) && (operation == LUA_OPUNM || push_number(lua, 2))) {
    lua_arith(lua, operation);
    return 1;
  }
  lua_settop(lua, 2);
  if (lua_type(lua, 2) == LUA_TSTRING || luaL_getmetafield(lua, 2, names[operation]) == LUA_TNIL) {
    return luaL_error(lua, "attempt to perform arithmetic on a %s value", luaL_typename(lua, -2));
  }
  lua_insert(lua, -3);
  lua_call(lua, 2, 1);
  return 1;
}

}  // namespace

void open_environment(lua_State* lua) {
  lua_pushglobaltable(lua);
  lua_createtable(lua, 0, 3);
  lua_pushcfunction(lua, index_globals);
  lua_setfield(lua, -2, "__index");
  lua_pushcfunction(lua, assign_global);
  lua_setfield(lua, -2, "__newindex");
  lua_pushboolean(lua, 0);
  lua_setfield(lua, -2, "__metatable");
  lua_setmetatable(lua, -2);
  lua_pop(lua, 1);

  constexpr luaL_Reg of_strings[] = {
      {"__index", index_string},       {"__add", calculate<LUA_OPADD>},   {"__sub", calculate<LUA_OPSUB>},
      {"__mul", calculate<LUA_OPMUL>}, {"__mod", calculate<LUA_OPMOD>},   {"__pow", calculate<LUA_OPPOW>},
      {"__div", calculate<LUA_OPDIV>}, {"__idiv", calculate<LUA_OPIDIV>}, {"__unm", calculate<LUA_OPUNM>},
  };
  lua_pushliteral(lua, "");
  lua_createtable(lua, 0, std::size(of_strings) + 1);
  for (const auto& [name, function] : of_strings) {
    lua_pushcfunction(lua, function);
    lua_setfield(lua, -2, name);
  }
  lua_pushboolean(lua, 0);
  lua_setfield(lua, -2, "__metatable");  // every string of the run hangs on it
  lua_setmetatable(lua, -2);
  lua_pop(lua, 1);
}

bool is_known_global(std::string_view name) {
  if (globals().contains(name)) return true;
  static const auto base = [] {
    std::unordered_map<std::string, bool> names;
    lua_State* lua = luaL_newstate();
    if (lua == nullptr) return names;
    Budget budget;
    set_budget(lua, budget);
    open_base(lua);
    lua_pushnil(lua);
    while (lua_next(lua, -2) != 0) {
      lua_pop(lua, 1);
      if (lua_type(lua, -1) == LUA_TSTRING) names.emplace(lua_tostring(lua, -1), true);
    }
    lua_close(lua);
    return names;
  }();
  return base.contains(std::string(name));
}

bool is_quick_global(std::string_view name) {
  const auto found = globals().find(name);
  return found != globals().end() ? found->second.kind == Kind::value || found->second.function == open_math
                                  : name != "setmetatable";
}

void push_module(lua_State* lua, std::string_view name) { push_opened(lua, globals().at(name)); }

void push_result_value(lua_State* lua, std::size_t depth, int i) {
  if (lua_rawgetp(lua, LUA_REGISTRYINDEX, key_of_result(depth)) == LUA_TTABLE) {
    lua_rawgeti(lua, -1, i);
    lua_remove(lua, -2);
  }
}

void forget_parameters(lua_State* lua, std::size_t depth) {
  lua_pushnil(lua);
  lua_rawsetp(lua, LUA_REGISTRYINDEX, key_of_param(depth));
}

void forget_frame_values(lua_State* lua, std::size_t depth) {
  forget_parameters(lua, depth);
  lua_pushnil(lua);
  lua_rawsetp(lua, LUA_REGISTRYINDEX, key_of_result(depth));
}

}  // namespace otklik::scenario
