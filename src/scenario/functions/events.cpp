// event.post(name, data): into the event log, for everybody who reads it.
#include <algorithm>

#include "base/text.hpp"
#include "scenario/functions/arguments.hpp"
#include "scenario/functions/functions.hpp"
#include "scenario/value_text.hpp"

namespace otklik::scenario {
namespace {

constexpr std::size_t most_name_bytes = 128;

int post(lua_State* lua) {
  Run& run = Run::of(lua);
  const auto name = check_text(lua, 1);
  luaL_argcheck(lua,
                !name.empty() && name.size() <= most_name_bytes && is_utf8(name) &&
                    std::ranges::none_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x20; }),
                1, "the name of an event has 1 to 128 bytes of text");
  std::string data = "{}";
  if (!lua_isnoneornil(lua, 2)) {
    luaL_checktype(lua, 2, LUA_TTABLE);
    push_value_text(lua, 2, "the data of an event");
    data = check_text(lua, -1);
  }
  if (data.size() > run.services().options->event_bytes) {
    return push_failure(lua, {ErrorCode::too_large, "The data of the event is too large"});
  }
  core::CustomEvent event{std::string(name), std::move(data), run.id()};
  Wait wait;
  wait.begin = [&journal = run.services().journal, event = std::move(event)](Waker waker) mutable {
    journal.tell(std::move(event), core::Durability::synced, [waker = std::move(waker)](Result<std::uint64_t> done) {
      waker([done = std::move(done)](lua_State* state) {
        if (!done) return push_failure(state, done.error());
        lua_pushboolean(state, 1);
        return 1;
      });
    });
  };
  return run.wait(lua, std::move(wait));
}

}  // namespace

int open_event(lua_State* lua) {
  constexpr luaL_Reg functions[] = {{"post", guarded<post>}};
  return push_table_of(lua, functions);
}

}  // namespace otklik::scenario
