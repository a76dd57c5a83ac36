// Lua's string library: its pattern functions are ours, the others are Lua's own with a charge.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <memory>

#include "scenario/library.hpp"
#include "scenario/library/cost.hpp"
#include "scenario/library/find_bytes.hpp"
#include "scenario/library/function.hpp"
#include "scenario/library/memory.hpp"
#include "scenario/library/pattern.hpp"

namespace otklik::scenario {
namespace {

// --- patterns -----------------------------------------------------------------------------------------------------

/// Storage of a pattern for one call: in the C frame when it is short, else in a userdata on the Lua stack.
class PatternStorage {
 public:
  void* take(lua_State* lua, std::string_view pattern) {
    const std::size_t size = Pattern::storage_size(pattern);
    return size <= small_.size() ? small_.data() : lua_newuserdatauv(lua, size, 0);
  }

 private:
  alignas(std::max_align_t) std::array<std::byte, 1536> small_;
};

/// The offset that argument `argument` names, counted from 1 or, negative, from the end; perhaps behind the end.
std::size_t check_start(lua_State* lua, int argument, std::size_t size) {
  const lua_Integer position = luaL_optinteger(lua, argument, 1);
  if (position > 0) return static_cast<std::size_t>(position) - 1;
  if (position == 0 || position < -static_cast<lua_Integer>(size)) return 0;
  return size + static_cast<std::size_t>(position);
}

void push_range(lua_State* lua, const char* begin, const char* end) {
  lua_pushlstring(lua, begin, static_cast<std::size_t>(end - begin));
}

void push_capture(lua_State* lua, const Matcher& matcher, int i) {
  const Matcher::Capture& capture = matcher.capture(i);
  if (capture.end == nullptr) {
    lua_pushinteger(lua, capture.begin - matcher.begin() + 1);
  } else {
    push_range(lua, capture.begin, capture.end);
  }
}

int push_captures(lua_State* lua, const Matcher& matcher) {
  luaL_checkstack(lua, matcher.captures(), "too many captures");
  for (int i = 0; i < matcher.captures(); ++i) push_capture(lua, matcher, i);
  return matcher.captures();
}

/// The captures, or the whole match where the pattern has none.
int push_match(lua_State* lua, const Matcher& matcher, const char* begin, const char* end) {
  if (matcher.captures() != 0) return push_captures(lua, matcher);
  push_range(lua, begin, end);
  return 1;
}

int find_plain(lua_State* lua, std::string_view subject, std::size_t start, std::string_view wanted) {
  const std::size_t at = find_bytes(subject, wanted, start);
  const bool found = at != std::string_view::npos;
  charge(lua, copying((found ? at : subject.size()) - start + wanted.size()));
  if (!found) {
    luaL_pushfail(lua);
    return 1;
  }
  lua_pushinteger(lua, static_cast<lua_Integer>(at + 1));
  lua_pushinteger(lua, static_cast<lua_Integer>(at + wanted.size()));
  return 2;
}

template <bool find>
int find_or_match(lua_State* lua) {
  const auto subject = check_text(lua, 1);
  auto wanted = check_text(lua, 2);
  const std::size_t start = check_start(lua, 3, subject.size());
  if (start > subject.size()) {
    luaL_pushfail(lua);
    return 1;
  }
  if (find && (lua_toboolean(lua, 4) != 0 || wanted.find_first_of("^$*+?.([%-") == std::string_view::npos)) {
    return find_plain(lua, subject, start, wanted);
  }
  const bool anchored = wanted.starts_with('^');
  if (anchored) wanted.remove_prefix(1);
  PatternStorage storage;
  const Pattern pattern(lua, wanted, storage.take(lua, wanted));
  Matcher matcher(lua, pattern, subject);
  const char* begin = subject.data() + start;
  const char* end = nullptr;
  if (anchored) {
    end = matcher.match_at(begin);
    if (end == nullptr) begin = nullptr;
  } else {
    begin = matcher.search(begin, end);
  }
  matcher.meter().settle();
  if (begin == nullptr) {
    luaL_pushfail(lua);
    return 1;
  }
  if (!find) return push_match(lua, matcher, begin, end);
  lua_pushinteger(lua, begin - subject.data() + 1);
  lua_pushinteger(lua, end - subject.data());
  return 2 + push_captures(lua, matcher);
}

/// What an iteration of gmatch keeps, in a userdata with the storage of its pattern behind it.
struct Iteration {
  Pattern pattern;
  const char* at;
  const char* last_end;  ///< where the match before ended: an empty match there is not a new one
};
static_assert(std::is_trivially_destructible_v<Iteration>);

int next_match(lua_State* lua) {
  auto& iteration = *static_cast<Iteration*>(lua_touserdata(lua, lua_upvalueindex(3)));
  Matcher matcher(lua, iteration.pattern, text_at(lua, lua_upvalueindex(1)));
  for (const char* from = iteration.at; from <= matcher.end(); ++from) {
    const char* end = nullptr;
    from = matcher.search(from, end);
    if (from == nullptr) break;
    if (end != iteration.last_end) {
      matcher.meter().settle();
      iteration.at = iteration.last_end = end;
      return push_match(lua, matcher, from, end);
    }
  }
  matcher.meter().settle();
  iteration.at = matcher.end() + 1;
  return 0;
}

int gmatch(lua_State* lua) {
  const auto subject = check_text(lua, 1);
  const auto wanted = check_text(lua, 2);
  const std::size_t start = check_start(lua, 3, subject.size());
  lua_settop(lua, 2);
  constexpr std::size_t head = (sizeof(Iteration) + alignof(std::max_align_t) - 1) & ~(alignof(std::max_align_t) - 1);
  auto* memory = static_cast<std::byte*>(lua_newuserdatauv(lua, head + Pattern::storage_size(wanted), 0));
  ::new (memory) Iteration{.pattern = Pattern(lua, wanted, memory + head),
                           .at = subject.data() + (start > subject.size() ? subject.size() + 1 : start),
                           .last_end = nullptr};
  lua_pushcclosure(lua, guarded<next_match>, 3);
  return 1;
}

/// What gsub puts in the place of its matches: argument 3.
class Replacement {
 public:
  explicit Replacement(lua_State* lua) : lua_(lua), type_(lua_type(lua, 3)) {
    luaL_argexpected(lua, type_ == LUA_TNUMBER || type_ == LUA_TSTRING || type_ == LUA_TFUNCTION || type_ == LUA_TTABLE,
                     3, "string/function/table");
    if (type_ == LUA_TNUMBER || type_ == LUA_TSTRING) template_ = text_at(lua, 3);
  }

  /// Appends what stands for a match, which is the match itself when the table or the function has nothing: false.
  bool append(Text& out, Matcher& matcher, const char* begin, const char* end) {
    switch (type_) {
      case LUA_TFUNCTION:
        lua_pushvalue(lua_, 3);
        lua_call(lua_, push_match(lua_, matcher, begin, end), 1);
        break;
      case LUA_TTABLE:
        push_first(matcher, begin, end);
        lua_gettable(lua_, 3);
        break;
      default:
        fill_in(out, matcher, begin, end);
        return true;
    }
    const bool replaced = lua_toboolean(lua_, -1) != 0;
    if (!replaced) {
      out.append(begin, end);
    } else if (lua_isstring(lua_, -1) != 0) {
      const auto text = text_at(lua_, -1);
      matcher.meter().step(copying(text.size()));
      out.append(text);
    } else {
      luaL_error(lua_, "invalid replacement value (a %s)", luaL_typename(lua_, -1));
    }
    lua_pop(lua_, 1);
    return replaced;
  }

 private:
  void push_first(const Matcher& matcher, const char* begin, const char* end) {
    if (matcher.captures() != 0) {
      push_capture(lua_, matcher, 0);
    } else {
      push_range(lua_, begin, end);
    }
  }

  void fill_in(Text& out, Matcher& matcher, const char* begin, const char* end) {
    matcher.meter().step(copying(template_.size()));
    for (std::size_t at = 0;;) {
      const std::size_t escape = template_.find('%', at);
      out.append(template_.substr(at, escape - at));
      if (escape == std::string_view::npos) return;
      const char what = escape + 1 < template_.size() ? template_[escape + 1] : '\0';
      at = escape + 2;
      if (what == '%') {
        out += '%';
      } else if (what == '0' || (what == '1' && matcher.captures() == 0)) {
        append_range(out, matcher, begin, end);
      } else if (what > '0' && what <= '9') {
        const int number = what - '1';
        if (number >= matcher.captures()) luaL_error(lua_, "invalid capture index %%%d", number + 1);
        const Matcher::Capture& capture = matcher.capture(number);
        if (capture.end == nullptr) {
          lua_pushinteger(lua_, capture.begin - matcher.begin() + 1);
          out.append(text_at(lua_, -1));
          lua_pop(lua_, 1);
        } else {
          append_range(out, matcher, capture.begin, capture.end);
        }
      } else {
        luaL_error(lua_, "invalid use of '%%' in replacement string");
      }
    }
  }

  static void append_range(Text& out, Matcher& matcher, const char* begin, const char* end) {
    matcher.meter().step(copying(static_cast<std::size_t>(end - begin)));
    out.append(begin, end);
  }

  lua_State* lua_;
  int type_;
  std::string_view template_;
};

int gsub(lua_State* lua) {
  const auto subject = check_text(lua, 1);
  auto wanted = check_text(lua, 2);
  Replacement replacement(lua);
  const lua_Integer most = luaL_optinteger(lua, 4, static_cast<lua_Integer>(subject.size()) + 1);
  const bool anchored = wanted.starts_with('^');
  if (anchored) wanted.remove_prefix(1);
  PatternStorage storage;
  const Pattern pattern(lua, wanted, storage.take(lua, wanted));
  Matcher matcher(lua, pattern, subject);
  Text out{StateAllocator<char>(lua)};
  bool changed = false;
  lua_Integer count = 0;
  const char* copied = matcher.begin();  // up to here the subject is in `out`
  const char* last_end = nullptr;
  for (const char* from = copied; count < most;) {
    const char* end = nullptr;
    if (anchored) {
      end = matcher.match_at(from);
      if (end == nullptr) break;
    } else {
      from = matcher.search(from, end);
      if (from == nullptr) break;
    }
    if (end != last_end) {
      if (out.capacity() < 16) out.reserve(subject.size() + subject.size() / 8);
      out.append(copied, from);
      changed |= replacement.append(out, matcher, from, end);
      ++count;
      copied = from = last_end = end;
    } else if (from != matcher.end()) {
      ++from;
    } else {
      break;
    }
    if (anchored) break;
  }
  matcher.meter().settle();
  if (!changed) {
    lua_pushvalue(lua, 1);
  } else {
    out.append(copied, matcher.end());
    charge(lua, copying(out.size()));
    push_text(lua, out);
  }
  lua_pushinteger(lua, count);
  return 2;
}

// --- Lua's own functions, with a charge ---------------------------------------------------------------------------

/// Lua's own, by their places in `names` of stock().
enum Stock : std::uint8_t { byte, character, format, len, lower, pack, packsize, reverse, sub, unpack, upper };

const std::vector<luaL_Reg>& stock() {
  static const auto functions = stock_functions(luaopen_string, {"byte", "char", "format", "len", "lower", "pack",
                                                                 "packsize", "reverse", "sub", "unpack", "upper"});
  return functions;
}

/// The work of these shows in the size of their results.
template <Stock function>
int charged(lua_State* lua) {
  const int results = stock()[function].func(lua);
  std::uint64_t steps = static_cast<std::uint64_t>(results);
  for (int i = 1; i <= results; ++i) {
    if (lua_type(lua, -i) == LUA_TSTRING) {
      const std::size_t size = lua_rawlen(lua, -i);
      steps += function == sub || function == unpack ? copying(size) : reading(size);
    }
  }
  charge(lua, steps);
  return results;
}

/// Ours, because Lua's takes a step for each repetition, of nothing too: `(""):rep(1 << 60)`.
int repeat(lua_State* lua) {
  const auto text = check_text(lua, 1);
  const lua_Integer times = luaL_checkinteger(lua, 2);
  const auto separator = check_text_or(lua, 3, "");
  const std::size_t each = text.size() + separator.size();
  if (times <= 0 || each == 0) {
    lua_pushliteral(lua, "");
    return 1;
  }
  const auto count = static_cast<std::size_t>(times);
  if (each > static_cast<std::size_t>(LUA_MAXINTEGER) / count) return luaL_error(lua, "resulting string too large");
  const std::size_t size = each * count - separator.size();
  charge(lua, copying(std::min(size, budget_of(lua).limits.memory)));
  luaL_Buffer buffer;
  char* out = luaL_buffinitsize(lua, &buffer, size);
  std::memcpy(out, text.data(), text.size());
  if (count > 1) {
    std::memcpy(out + text.size(), separator.data(), separator.size());
    for (std::size_t filled = each; filled < size;) {  // twice as much each time
      const std::size_t more = std::min(filled, size - filled);
      std::memcpy(out + filled, out, more);
      filled += more;
    }
  }
  luaL_pushresultsize(&buffer, size);
  return 1;
}

/// Formatting is read from its first argument, whatever comes of it.
template <Stock function>
int charged_by_format(lua_State* lua) {
  if (lua_type(lua, 1) == LUA_TSTRING) charge(lua, lua_rawlen(lua, 1));
  return charged<function>(lua);
}

/// The metatable of strings: `("x"):rep(3)`, and Lua's own arithmetic on strings that are numbers.
void set_metatable_of_strings(lua_State* lua) {
  static const auto arithmetic = [] {
    const std::unique_ptr<lua_State, void (*)(lua_State*)> other(luaL_newstate(), lua_close);
    if (!other) throw std::bad_alloc();
    luaL_requiref(other.get(), LUA_STRLIBNAME, luaopen_string, 0);
    lua_pushliteral(other.get(), "");
    lua_getmetatable(other.get(), -1);
    std::vector<luaL_Reg> functions;
    for (const char* name : {"__add", "__sub", "__mul", "__mod", "__pow", "__div", "__idiv", "__unm"}) {
      lua_getfield(other.get(), -1, name);
      functions.push_back({name, lua_tocfunction(other.get(), -1)});
      lua_pop(other.get(), 1);
    }
    return functions;
  }();
  push_library(lua, arithmetic, 1);
  lua_pushvalue(lua, -2);
  lua_setfield(lua, -2, "__index");
  lua_pushliteral(lua, "");
  lua_insert(lua, -2);
  lua_setmetatable(lua, -2);
  lua_pop(lua, 1);
}

}  // namespace

int open_string(lua_State* lua) {
  static const luaL_Reg functions[] = {
      {"byte", charged<byte>},
      {"char", stock()[character].func},
      {"find", guarded<find_or_match<true>>},
      {"format", charged_by_format<format>},
      {"gmatch", guarded<gmatch>},
      {"gsub", guarded<gsub>},
      {"len", stock()[len].func},
      {"lower", charged<lower>},
      {"match", guarded<find_or_match<false>>},
      {"pack", charged_by_format<pack>},
      {"packsize", charged_by_format<packsize>},
      {"rep", repeat},
      {"reverse", charged<reverse>},
      {"sub", charged<sub>},
      {"unpack", charged_by_format<unpack>},
      {"upper", charged<upper>},
  };
  push_library(lua, functions);
  set_metatable_of_strings(lua);
  return 1;
}

}  // namespace otklik::scenario
