// The coroutine library. Beside Lua's own behaviour, the host may suspend the whole run while a coroutine is running
// (it waits, or its slice is over): then every coroutine below passes the pause on, and resumes the one above when the
// run goes on. The scenario sees nothing of that.
#include "scenario/functions/arguments.hpp"
#include "scenario/functions/functions.hpp"

namespace otklik::scenario {
namespace {

/// coroutine.close within __close within coroutine.close …: each level takes of the C stack, and Lua 5.4.4 does not
/// count them.
constexpr int most_closing = 32;

/// What making a coroutine costs beside its instructions: its first ones may go uncounted, up to the next hook.
constexpr std::uint64_t coroutine_price = 200;

lua_State* coroutine_argument(lua_State* lua) {
  lua_State* coroutine = lua_tothread(lua, 1);
  luaL_argexpected(lua, coroutine != nullptr, 1, "coroutine");
  return coroutine;
}

enum class Status { dead, suspended, running, normal };

Status status_of(lua_State* lua, lua_State* coroutine) {
  if (lua == coroutine) return Status::running;
  switch (lua_status(coroutine)) {
    case LUA_YIELD:
      return Status::suspended;
    case LUA_OK: {
      lua_Debug about;
      if (lua_getstack(coroutine, 0, &about) != 0) return Status::normal;
      return lua_gettop(coroutine) == 0 ? Status::dead : Status::suspended;
    }
    default:
      return Status::dead;
  }
}

const char* name_of(Status status) {
  switch (status) {
    case Status::dead:
      return "dead";
    case Status::suspended:
      return "suspended";
    case Status::running:
      return "running";
    case Status::normal:
      return "normal";
  }
  return "";
}

constexpr int paused = -2, failed = -1;

/// Results on the stack of `lua`, or `failed` with the error there, or `paused`.
int resume_once(lua_State* lua, lua_State* coroutine, std::size_t depth, int arguments) {
  Run& run = Run::of(lua);
  int results = 0;
  const int status = run.resume(coroutine, lua, depth, arguments, &results);
  if (status == LUA_YIELD && run.is_suspending()) return paused;
  if (status == LUA_OK || status == LUA_YIELD) {
    if (lua_checkstack(lua, results + 1) == 0) {
      lua_pop(coroutine, results);
      lua_pushliteral(lua, "too many results to resume");
      return failed;
    }
    lua_xmove(coroutine, lua, results);
    return results;
  }
  lua_xmove(coroutine, lua, 1);
  run.pass_on(lua, status, depth);
  return failed;
}

int begin(lua_State* lua, lua_State* coroutine, int arguments) {
  if (lua_checkstack(coroutine, arguments) == 0) {
    lua_pushliteral(lua, "too many arguments to resume");
    return failed;
  }
  if (const Status status = status_of(lua, coroutine); status != Status::suspended) {
    lua_pushfstring(lua, "cannot resume %s coroutine", status == Status::dead ? "dead" : "non-suspended");
    return failed;
  }
  lua_xmove(lua, coroutine, arguments);
  return resume_once(lua, coroutine, Run::of(lua).depth(), arguments);
}

// --- coroutine.resume ---

int after_resume(lua_State* lua, int status, lua_KContext depth);

int answer_resume(lua_State* lua, int results, lua_KContext depth) {
  if (results == paused) return lua_yieldk(lua, 0, depth, after_resume);
  lua_pushboolean(lua, results == failed ? 0 : 1);
  const int values = results == failed ? 1 : results;
  lua_insert(lua, -(values + 1));
  return values + 1;
}

int after_resume(lua_State* lua, int, lua_KContext depth) {
  return answer_resume(lua, resume_once(lua, lua_tothread(lua, 1), static_cast<std::size_t>(depth), 0), depth);
}

int resume(lua_State* lua) {
  lua_State* coroutine = coroutine_argument(lua);
  const auto depth = static_cast<lua_KContext>(Run::of(lua).depth());
  return answer_resume(lua, begin(lua, coroutine, lua_gettop(lua) - 1), depth);
}

// --- coroutine.wrap ---

int after_wrapped(lua_State* lua, int status, lua_KContext depth);

int answer_wrapped(lua_State* lua, lua_State* coroutine, int results, lua_KContext depth) {
  if (results == paused) return lua_yieldk(lua, 0, depth, after_wrapped);
  if (results != failed) return results;
  if (const int status = lua_status(coroutine); status != LUA_OK && status != LUA_YIELD) {
    const int end = Run::of(lua).reset(coroutine);  // closes its variables; the error it ends with is the newest
    lua_xmove(coroutine, lua, 1);
    Run::of(lua).pass_on(lua, end, static_cast<std::size_t>(depth));
  }
  if (lua_type(lua, -1) == LUA_TSTRING) {
    luaL_where(lua, 1);
    lua_insert(lua, -2);
    lua_concat(lua, 2);
  }
  return lua_error(lua);
}

int after_wrapped(lua_State* lua, int, lua_KContext depth) {
  lua_State* coroutine = lua_tothread(lua, lua_upvalueindex(1));
  return answer_wrapped(lua, coroutine, resume_once(lua, coroutine, static_cast<std::size_t>(depth), 0), depth);
}

int call_wrapped(lua_State* lua) {
  lua_State* coroutine = lua_tothread(lua, lua_upvalueindex(1));
  const auto depth = static_cast<lua_KContext>(Run::of(lua).depth());
  return answer_wrapped(lua, coroutine, begin(lua, coroutine, lua_gettop(lua)), depth);
}

// --- the others ---

int create(lua_State* lua) {
  luaL_checktype(lua, 1, LUA_TFUNCTION);
  spend(lua, coroutine_price);
  lua_State* coroutine = lua_newthread(lua);
  lua_pushvalue(lua, 1);
  lua_xmove(lua, coroutine, 1);
  return 1;
}

int wrap(lua_State* lua) {
  create(lua);
  lua_pushcclosure(lua, call_wrapped, 1);
  return 1;
}

int yield(lua_State* lua) {
  const Run& run = Run::of(lua);
  if (run.is_main(lua)) return luaL_error(lua, "attempt to yield from outside a coroutine");
  if (!run.yields_within_frame()) return luaL_error(lua, "attempt to yield out of a sub-scenario");
  return lua_yield(lua, lua_gettop(lua));
}

int status(lua_State* lua) {
  lua_pushstring(lua, name_of(status_of(lua, coroutine_argument(lua))));
  return 1;
}

int running(lua_State* lua) {
  lua_pushthread(lua);
  lua_pushboolean(lua, Run::of(lua).is_main(lua) ? 1 : 0);
  return 2;
}

int is_yieldable(lua_State* lua) {
  lua_State* coroutine = lua_isthread(lua, 1) ? lua_tothread(lua, 1) : lua;
  lua_pushboolean(lua, !Run::of(lua).is_main(coroutine) && lua_isyieldable(coroutine) != 0 ? 1 : 0);
  return 1;
}

int close(lua_State* lua) {
  lua_State* coroutine = coroutine_argument(lua);
  const Status is = status_of(lua, coroutine);
  if (is != Status::dead && is != Status::suspended) {
    return luaL_error(lua, "cannot close a %s coroutine", name_of(is));
  }
  Run& run = Run::of(lua);
  if (run.closing >= most_closing) return luaL_error(lua, "coroutines that close each other too deep");
  ++run.closing;
  const int result = run.reset(coroutine);
  --run.closing;
  if (result == LUA_OK) {
    lua_pushboolean(lua, 1);
    return 1;
  }
  lua_xmove(coroutine, lua, 1);
  run.pass_on(lua, result, run.depth());
  lua_pushboolean(lua, 0);
  lua_insert(lua, -2);
  return 2;
}

}  // namespace

int open_coroutine(lua_State* lua) {
  constexpr luaL_Reg functions[] = {
      {"create", create}, {"resume", resume}, {"running", running},          {"status", status},
      {"wrap", wrap},     {"yield", yield},   {"isyieldable", is_yieldable}, {"close", close},
  };
  return push_table_of(lua, functions);
}

}  // namespace otklik::scenario
