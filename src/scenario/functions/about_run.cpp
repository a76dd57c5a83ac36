// What a scenario can ask about its own run, and what it writes into the log.
#include "base/log.hpp"
#include "base/text.hpp"
#include "scenario/functions/arguments.hpp"
#include "scenario/functions/functions.hpp"
#include "scenario/message.hpp"

namespace otklik::scenario {
namespace {

void set_field(lua_State* lua, const char* name, std::string_view value) {
  push_text(lua, value);
  lua_setfield(lua, -2, name);
}

/// `Name: value` lines as a table, names in lower case, repeated ones joined with a comma.
void push_headers(lua_State* lua, std::string_view lines) {
  lua_newtable(lua);
  while (!lines.empty()) {
    const auto end = lines.find('\n');
    const auto line = lines.substr(0, end);
    lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) continue;
    std::string name(trim(line.substr(0, colon)));
    for (char& c : name) c = ascii_lower(c);
    std::string value(trim(line.substr(colon + 1)));
    if (lua_getfield(lua, -1, name.c_str()) == LUA_TSTRING) value = std::string(lua_tostring(lua, -1)) + ", " + value;
    lua_pop(lua, 1);
    set_field(lua, name.c_str(), value);
  }
}

int build_request(lua_State* lua) {
  const auto& request = Run::of(lua).started_with().request;
  if (!request) {
    lua_pushnil(lua);
    return 1;
  }
  spend(lua, request->headers.size());
  lua_createtable(lua, 0, 8);
  set_field(lua, "method", request->method);
  set_field(lua, "page", request->page);
  set_field(lua, "query", request->query);
  set_field(lua, "request_line", request->request_line);
  set_field(lua, "headers_text", request->headers);
  set_field(lua, "content", request->content);
  set_field(lua, "peer", request->peer);
  push_headers(lua, request->headers);
  lua_setfield(lua, -2, "headers");
  return 1;
}

template <spdlog::level::level_enum level>
int write_log(lua_State* lua) {
  constexpr std::size_t most = 4000;
  Run& run = Run::of(lua);
  std::string line;
  const int count = lua_gettop(lua);
  for (int i = 1; i <= count; ++i) {
    std::size_t size = 0;
    const char* text = luaL_tolstring(lua, i, &size);
    if (i > 1) line += ' ';
    line.append(text, std::min(size, most));
    lua_pop(lua, 1);
    if (line.size() > most) break;
  }
  if (!run.take_log_line()) return 0;
  std::string clean;
  for_each_code_point(std::string_view(line).substr(0, most),
                      [&clean](char32_t c) { append_utf8(clean, c < 0x20 || c == 0x7F ? U' ' : c); });
  spdlog::log(level, "scenario {} {}: {}", run.frame().scenario().name, run.id().text(), clean);
  return 0;
}

}  // namespace

int push_launch_code(lua_State* lua) {
  lua_pushinteger(lua, static_cast<int>(Run::of(lua).started_with().code));
  return 1;
}

int push_scenario_name(lua_State* lua) {
  push_text(lua, Run::of(lua).frame().scenario().name);
  return 1;
}

int push_run_id(lua_State* lua) {
  const std::string id = Run::of(lua).id().text();
  push_text(lua, id);
  return 1;
}

int push_user(lua_State* lua) {
  const auto& start = Run::of(lua).started_with();
  if (start.user.is_nil()) {
    lua_pushnil(lua);
  } else {
    push_text(lua, start.user.text());
  }
  return 1;
}

int push_login(lua_State* lua) {
  push_text(lua, Run::of(lua).started_with().login);
  return 1;
}

int open_request(lua_State* lua) { return guarded<build_request>(lua); }

int open_log(lua_State* lua) {
  constexpr luaL_Reg functions[] = {
      {"info", guarded<write_log<spdlog::level::info>>},
      {"warn", guarded<write_log<spdlog::level::warn>>},
      {"error", guarded<write_log<spdlog::level::err>>},
  };
  return push_table_of(lua, functions);
}

int print(lua_State* lua) { return guarded<write_log<spdlog::level::info>>(lua); }

}  // namespace otklik::scenario
