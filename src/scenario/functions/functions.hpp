#pragma once

struct lua_State;

/// What a scenario can do that takes time, keeps something, or reaches outside. Each is a lua_CFunction; an `open_`
/// leaves the table of its functions.
///
/// A failure of the world (a server that does not answer, a file that is missing, a full disk) is a value: nil, a text
/// for people and a short code (`timeout`, `not_found`, …: the names of ErrorCode). A mistake in the scenario (a number
/// where a text belongs) raises.
namespace otklik::scenario {

// protected_calls.cpp
int protected_call(lua_State* lua);               ///< pcall
int protected_call_with_handler(lua_State* lua);  ///< xpcall

// coroutines.cpp
int open_coroutine(lua_State* lua);

// about_run.cpp
int push_launch_code(lua_State* lua);
int push_scenario_name(lua_State* lua);
int push_run_id(lua_State* lua);
int push_user(lua_State* lua);
int push_login(lua_State* lua);
int open_request(lua_State* lua);
int open_log(lua_State* lua);
int print(lua_State* lua);

// flow.cpp
int sleep(lua_State* lua);
int call_scenario(lua_State* lua);
int replace_scenario(lua_State* lua);
int exit_scenario(lua_State* lua);

// shared_variables.cpp
int open_global(lua_State* lua);
int once(lua_State* lua);

// http.cpp, sql.cpp, files.cpp, events.cpp
int open_http(lua_State* lua);
int sql(lua_State* lua);
int open_file(lua_State* lua);
int open_event(lua_State* lua);

// plugins.cpp
int open_plugin(lua_State* lua);

}  // namespace otklik::scenario
