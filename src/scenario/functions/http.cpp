// http.request{…}, http.get(url, {…}), http.post(url, body, {…}).
#include <algorithm>

#include "scenario/environment.hpp"
#include "scenario/functions/arguments.hpp"
#include "scenario/functions/functions.hpp"
#include "scenario/http_client.hpp"
#include "scenario/value_text.hpp"

namespace otklik::scenario {
namespace {

/// `options[name]` as text; empty when absent.
std::string text_field(lua_State* lua, int options, const char* name) {
  std::string text;
  const int type = lua_getfield(lua, options, name);
  if (type == LUA_TSTRING || type == LUA_TNUMBER) {
    text = check_text(lua, -1);
  } else if (type != LUA_TNIL) {
    luaL_error(lua, "field '%s' of an HTTP request is a %s, not a text", name, luaL_typename(lua, -1));
  }
  lua_pop(lua, 1);
  return text;
}

std::optional<lua_Number> number_field(lua_State* lua, int options, const char* name) {
  std::optional<lua_Number> number;
  if (lua_getfield(lua, options, name) != LUA_TNIL) {
    int is_number = 0;
    number = lua_tonumberx(lua, -1, &is_number);
    if (is_number == 0 || !(*number >= 0 && *number < 1e9)) {
      luaL_error(lua, "field '%s' of an HTTP request is not a good number", name);
    }
  }
  lua_pop(lua, 1);
  return number;
}

bool flag_field(lua_State* lua, int options, const char* name) {
  lua_getfield(lua, options, name);
  const bool flag = lua_toboolean(lua, -1) != 0;
  lua_pop(lua, 1);
  return flag;
}

/// The pairs of a table at the top, which stays; sorted, because Lua's order means nothing.
std::vector<std::pair<std::string, std::string>> pairs_at_top(lua_State* lua, const char* what) {
  std::vector<std::pair<std::string, std::string>> pairs;
  const int table = lua_gettop(lua);
  lua_pushnil(lua);
  while (lua_next(lua, table) != 0) {
    spend(lua, 20);
    if (lua_type(lua, -2) != LUA_TSTRING) luaL_error(lua, "the names in '%s' of an HTTP request are texts", what);
    push_value_text(lua, -1, what);
    pairs.emplace_back(check_text(lua, -3), check_text(lua, -1));
    lua_pop(lua, 2);
  }
  std::ranges::sort(pairs);
  return pairs;
}

void append_encoded(std::string& out, std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
        std::string_view("-._~").contains(c)) {
      out += c;
    } else {
      out += '%';
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
  }
}

std::string form_of(const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::string out;
  for (const auto& [name, value] : pairs) {
    if (!out.empty()) out += '&';
    append_encoded(out, name);
    out += '=';
    append_encoded(out, value);
  }
  return out;
}

/// A table as `a=1&b=2`, or a text as it is; empty when absent.
std::string form_field(lua_State* lua, int options, const char* name) {
  std::string out;
  const int type = lua_getfield(lua, options, name);
  if (type == LUA_TTABLE) {
    out = form_of(pairs_at_top(lua, name));
  } else if (type == LUA_TSTRING) {
    out = check_text(lua, -1);
  } else if (type != LUA_TNIL) {
    luaL_error(lua, "field '%s' of an HTTP request is neither a table nor a text", name);
  }
  lua_pop(lua, 1);
  return out;
}

bool has_header(const HttpRequest& request, std::string_view name) {
  return std::ranges::any_of(request.headers, [&](const auto& header) {
    return std::ranges::equal(header.first, name, {}, [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
  });
}

void read_headers(lua_State* lua, int options, HttpRequest& request) {
  if (lua_getfield(lua, options, "headers") == LUA_TTABLE) request.headers = pairs_at_top(lua, "headers");
  lua_pop(lua, 1);
}

void set_body(HttpRequest& request, std::string body, const char* type) {
  request.body = std::move(body);
  request.has_body = true;
  if (type != nullptr && !has_header(request, "content-type")) request.headers.emplace_back("Content-Type", type);
}

void read_body(lua_State* lua, int options, HttpRequest& request) {
  if (lua_getfield(lua, options, "json") != LUA_TNIL) {
    push_module(lua, "json");
    lua_getfield(lua, -1, "encode");
    lua_pushvalue(lua, -3);
    lua_call(lua, 1, 2);
    if (lua_type(lua, -2) != LUA_TSTRING) luaL_error(lua, "field 'json' of an HTTP request cannot be written as JSON");
    set_body(request, std::string(check_text(lua, -2)), "application/json");
    lua_pop(lua, 4);
    return;
  }
  lua_pop(lua, 1);
  const bool has_form = lua_getfield(lua, options, "form") != LUA_TNIL;
  const bool has_text = lua_getfield(lua, options, "body") != LUA_TNIL;
  lua_pop(lua, 2);
  if (has_form) {
    set_body(request, form_field(lua, options, "form"), "application/x-www-form-urlencoded");
  } else if (has_text) {
    set_body(request, text_field(lua, options, "body"), nullptr);
  }
}

/// What the table `options` says, into `request`.
void read_options(lua_State* lua, int options, HttpRequest& request) {
  luaL_checktype(lua, options, LUA_TTABLE);
  if (auto url = text_field(lua, options, "url"); !url.empty()) request.url = std::move(url);
  if (auto method = text_field(lua, options, "method"); !method.empty()) request.method = std::move(method);
  for (char& c : request.method) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  read_headers(lua, options, request);
  if (const auto query = form_field(lua, options, "query"); !query.empty()) {
    const auto fragment = request.url.find('#');
    if (fragment != std::string::npos) request.url.resize(fragment);
    request.url += request.url.contains('?') ? '&' : '?';
    request.url += query;
  }
  read_body(lua, options, request);
  request.user = text_field(lua, options, "user");
  request.password = text_field(lua, options, "password");
  request.bearer = text_field(lua, options, "bearer");
  request.certificate = text_field(lua, options, "certificate");
  request.insecure = flag_field(lua, options, "insecure");
  if (const auto seconds = number_field(lua, options, "timeout")) {
    request.timeout = std::chrono::milliseconds(std::max<std::int64_t>(1, static_cast<std::int64_t>(*seconds * 1000)));
  }
  if (const auto redirects = number_field(lua, options, "redirects")) {
    request.redirects = static_cast<int>(std::min(*redirects, 100.0));
  }
  if (const auto bytes = number_field(lua, options, "max_bytes")) {
    request.most_bytes = std::max<std::size_t>(1, static_cast<std::size_t>(*bytes));
  }
}

int push_response(lua_State* lua, const Result<HttpResponse>& result) {
  if (!result) return push_failure(lua, result.error());
  const HttpResponse& response = *result;
  spend(lua, response.headers.size() * 20 + response.body.size() / 16);
  lua_createtable(lua, 0, 6);
  lua_pushinteger(lua, response.status);
  lua_setfield(lua, -2, "status");
  lua_pushboolean(lua, response.status >= 200 && response.status < 300 ? 1 : 0);
  lua_setfield(lua, -2, "ok");
  push_text(lua, response.body);
  lua_setfield(lua, -2, "body");
  push_text(lua, response.url);
  lua_setfield(lua, -2, "url");
  lua_pushnumber(lua, response.seconds);
  lua_setfield(lua, -2, "seconds");
  lua_newtable(lua);
  for (const auto& [name, value] : response.headers) {
    push_text(lua, name);
    push_text(lua, value);
    lua_pushvalue(lua, -2);
    if (lua_rawget(lua, -4) == LUA_TSTRING) {  // repeated: joined, RFC 9110 5.2
      lua_insert(lua, -2);
      lua_pushliteral(lua, ", ");
      lua_insert(lua, -2);
      lua_concat(lua, 3);
    } else {
      lua_pop(lua, 1);
    }
    lua_rawset(lua, -3);
  }
  lua_setfield(lua, -2, "headers");
  return 1;
}

int send(lua_State* lua, HttpRequest request) {
  Run& run = Run::of(lua);
  if (request.url.empty()) return luaL_error(lua, "an HTTP request needs a url");
  // the body becomes a text of the run, so it cannot be longer than what the run has left
  const std::size_t left = run.limits.memory - std::min(run.limits.memory, run.memory_used);
  const auto most = run.services().options->http.most_bytes;
  request.most_bytes =
      std::max<std::size_t>(1, std::min({request.most_bytes == 0 ? most : request.most_bytes, most, left}));
  HttpClient& http = run.services().http;
  const auto number = http.new_number();
  Wait wait;
  wait.begin = [&http, number, request = std::move(request)](Waker waker) mutable {
    http.start(number, std::move(request), [waker = std::move(waker)](Result<HttpResponse> result) {
      waker([result = std::move(result)](lua_State* state) { return push_response(state, result); });
    });
  };
  wait.cancel = [&http, number] { http.cancel(number); };
  return run.wait(lua, std::move(wait));
}

int request(lua_State* lua) {
  HttpRequest request;
  read_options(lua, 1, request);
  return send(lua, std::move(request));
}

int get(lua_State* lua) {
  HttpRequest request;
  request.url = check_text(lua, 1);
  if (!lua_isnoneornil(lua, 2)) read_options(lua, 2, request);
  request.method = "GET";
  return send(lua, std::move(request));
}

int post(lua_State* lua) {
  HttpRequest request;
  request.url = check_text(lua, 1);
  request.method = "POST";
  const int options = lua_type(lua, 2) == LUA_TTABLE ? 2 : 3;
  if (!lua_isnoneornil(lua, options)) read_options(lua, options, request);
  if (options == 3) set_body(request, std::string(lua_isnoneornil(lua, 2) ? "" : check_text(lua, 2)), nullptr);
  request.method = "POST";
  if (!request.has_body) set_body(request, {}, nullptr);
  return send(lua, std::move(request));
}

}  // namespace

int open_http(lua_State* lua) {
  constexpr luaL_Reg functions[] = {
      {"request", guarded<request>},
      {"get", guarded<get>},
      {"post", guarded<post>},
  };
  return push_table_of(lua, functions);
}

}  // namespace otklik::scenario
