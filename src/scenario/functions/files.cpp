// file.*: files of the script zones. The disk may be slow, so the work is done on threads of its own.
#include <sys/stat.h>

#include "base/file.hpp"
#include "base/work_pool.hpp"
#include "scenario/functions/arguments.hpp"
#include "scenario/functions/functions.hpp"

namespace otklik::scenario {
namespace {

using Work = std::move_only_function<Waker::Push(core::ScriptFiles& files)>;

int on_file_thread(lua_State* lua, Work work) {
  Run& run = Run::of(lua);
  Wait wait;
  wait.begin = [&services = run.services(), work = std::move(work)](Waker waker) mutable {
    const auto shared = std::make_shared<Waker>(std::move(waker));  // the pool may refuse what it was handed
    const bool posted = services.file_work.try_post(
        [&files = services.files, work = std::move(work), shared]() mutable { (*shared)(work(files)); });
    if (!posted) {
      (*shared)([](lua_State* state) {
        return push_failure(state, {ErrorCode::too_many, "There are too many file operations waiting"});
      });
    }
  };
  return run.wait(lua, std::move(wait));
}

Waker::Push answer(Result<> done) {
  return [done = std::move(done)](lua_State* lua) {
    if (!done) return push_failure(lua, done.error());
    lua_pushboolean(lua, 1);
    return 1;
  };
}

std::string path_argument(lua_State* lua, int index) { return std::string(check_text(lua, index)); }

std::string content_argument(lua_State* lua, int index) {
  const auto content = check_text(lua, index);
  if (content.size() > Run::of(lua).services().options->file_bytes)
    luaL_argerror(lua, index, "the content is too large");
  return std::string(content);
}

int read(lua_State* lua) {
  const std::size_t most = Run::of(lua).services().options->file_bytes;
  return on_file_thread(lua, [path = path_argument(lua, 1), most](core::ScriptFiles& files) -> Waker::Push {
    auto opened = files.open(path);
    auto content = opened ? read_whole(opened->fd.get(), most) : std::unexpected(opened.error());
    return [content = std::move(content)](lua_State* state) {
      if (!content) return push_failure(state, content.error());
      push_text(state, *content);
      return 1;
    };
  });
}

int write(lua_State* lua) {
  return on_file_thread(lua, [path = path_argument(lua, 1), content = content_argument(lua, 2)](
                                 core::ScriptFiles& files) { return answer(files.write(path, content)); });
}

int append(lua_State* lua) {
  return on_file_thread(lua, [path = path_argument(lua, 1), content = content_argument(lua, 2)](
                                 core::ScriptFiles& files) { return answer(files.append(path, content)); });
}

int move(lua_State* lua) {
  return on_file_thread(lua, [from = path_argument(lua, 1), to = path_argument(lua, 2)](core::ScriptFiles& files) {
    return answer(files.move(from, to));
  });
}

int remove(lua_State* lua) {
  return on_file_thread(
      lua, [path = path_argument(lua, 1)](core::ScriptFiles& files) { return answer(files.remove(path)); });
}

lua_Number seconds_since_epoch(Time time) { return static_cast<lua_Number>(time.time_since_epoch().count()) / 1e6; }

/// file.info(path): size and time of a file.
int about(lua_State* lua) {
  return on_file_thread(lua, [path = path_argument(lua, 1)](core::ScriptFiles& files) -> Waker::Push {
    auto opened = files.open(path);
    Result<std::tuple<std::string, std::uint64_t, Time>> found = fail(ErrorCode::not_found);
    if (opened) {
      found = std::tuple(std::move(opened->name), opened->size, opened->changed);
    } else {
      found = std::unexpected(opened.error());
    }
    return [found = std::move(found)](lua_State* state) {
      if (!found) return push_failure(state, found.error());
      lua_createtable(state, 0, 3);
      push_text(state, std::get<0>(*found));
      lua_setfield(state, -2, "name");
      lua_pushinteger(state, static_cast<lua_Integer>(std::get<1>(*found)));
      lua_setfield(state, -2, "size");
      lua_pushnumber(state, seconds_since_epoch(std::get<2>(*found)));
      lua_setfield(state, -2, "changed");
      return 1;
    };
  });
}

int size(lua_State* lua) {
  return on_file_thread(lua, [path = path_argument(lua, 1)](core::ScriptFiles& files) -> Waker::Push {
    const auto opened = files.open(path);
    const auto bytes = opened ? Result<std::uint64_t>(opened->size) : std::unexpected(opened.error());
    return [bytes](lua_State* state) {
      if (!bytes) return push_failure(state, bytes.error());
      lua_pushinteger(state, static_cast<lua_Integer>(*bytes));
      return 1;
    };
  });
}

/// True or false; a path outside of the zones is a failure, so that nobody takes it for an absent file.
int exists(lua_State* lua) {
  return on_file_thread(lua, [path = path_argument(lua, 1)](core::ScriptFiles& files) -> Waker::Push {
    Result<> found;
    if (const auto opened = files.open(path); !opened) {
      found = std::unexpected(opened.error());
      if (found.error().code == ErrorCode::not_found && files.list(path)) found = {};  // a folder
    }
    return [found](lua_State* state) {
      if (!found && found.error().code != ErrorCode::not_found) return push_failure(state, found.error());
      lua_pushboolean(state, found ? 1 : 0);
      return 1;
    };
  });
}

int list(lua_State* lua) {
  return on_file_thread(lua, [path = path_argument(lua, 1)](core::ScriptFiles& files) -> Waker::Push {
    return [entries = files.list(path)](lua_State* state) {
      if (!entries) return push_failure(state, entries.error());
      spend(state, entries->size() * 40);
      lua_createtable(state, static_cast<int>(entries->size()), 0);
      lua_Integer number = 0;
      for (const auto& entry : *entries) {
        lua_createtable(state, 0, 4);
        push_text(state, entry.name);
        lua_setfield(state, -2, "name");
        lua_pushboolean(state, entry.is_folder ? 1 : 0);
        lua_setfield(state, -2, "is_folder");
        lua_pushinteger(state, static_cast<lua_Integer>(entry.size));
        lua_setfield(state, -2, "size");
        lua_pushnumber(state, seconds_since_epoch(entry.changed));
        lua_setfield(state, -2, "changed");
        lua_rawseti(state, -2, ++number);
      }
      return 1;
    };
  });
}

}  // namespace

int open_file(lua_State* lua) {
  constexpr luaL_Reg functions[] = {
      {"read", guarded<read>},     {"write", guarded<write>},   {"append", guarded<append>},
      {"list", guarded<list>},     {"exists", guarded<exists>}, {"move", guarded<move>},
      {"remove", guarded<remove>}, {"size", guarded<size>},     {"info", guarded<about>},
  };
  return push_table_of(lua, functions);
}

}  // namespace otklik::scenario
