// A small path language over elements: `data/property[@key='x'][2]/@value`. Each element is looked at once for each
// step, so the work is bounded by the document, and it is charged.
#include <optional>

#include "scenario/library/cost.hpp"
#include "scenario/library/function.hpp"
#include "scenario/library/json.hpp"
#include "scenario/library/memory.hpp"
#include "scenario/library/xml.hpp"

namespace otklik::scenario {
namespace {

struct Condition {
  lua_Integer place = 0;       ///< `[2]`, when not 0
  std::string_view attribute;  ///< `[@key]`, `[@key='value']`
  std::optional<std::string_view> value;
};

struct PathStep {
  explicit PathStep(lua_State* lua) : conditions(lua) {}
  enum class Kind : std::uint8_t { element, attribute, text } kind = Kind::element;
  std::string_view name;  ///< `*`: every element
  List<Condition> conditions;
};

/// Reads a path; a mistake in it is a Lua error.
class PathReader {
 public:
  PathReader(lua_State* lua, std::string_view path) : lua_(lua), rest_(path), steps_(lua) {}

  List<PathStep> read() {
    do {
      steps_.emplace_back(lua_);
      step(steps_.back());
    } while (take('/'));
    if (!rest_.empty()) fail();
    for (std::size_t i = 0; i + 1 < steps_.size(); ++i) {
      if (steps_[i].kind != PathStep::Kind::element) fail();
    }
    return std::move(steps_);
  }

 private:
  void step(PathStep& step) {
    if (take('@')) step.kind = PathStep::Kind::attribute;
    step.name = until("/[]@='\"");
    if (step.kind == PathStep::Kind::element && step.name == "text()") step.kind = PathStep::Kind::text;
    while (step.kind == PathStep::Kind::element && take('[')) {
      condition(step.conditions.emplace_back());
      if (!take(']')) fail();
    }
  }

  void condition(Condition& condition) {
    if (take('@')) {
      condition.attribute = until("/[]@='\"");
      if (!take('=')) return;
      const char quote = take('\'') ? '\'' : take('"') ? '"' : '\0';
      const std::size_t end = quote == '\0' ? std::string_view::npos : rest_.find(quote);
      if (end == std::string_view::npos) fail();
      condition.value = rest_.substr(0, end);
      rest_.remove_prefix(end + 1);
      return;
    }
    for (const char digit : until("/[]@='\"")) {
      if (digit < '0' || digit > '9' || condition.place > 100'000'000) fail();
      condition.place = condition.place * 10 + (digit - '0');
    }
    if (condition.place == 0) fail();
  }

  bool take(char c) noexcept {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::string_view until(std::string_view stops) {
    const auto word = rest_.substr(0, rest_.find_first_of(stops));
    if (word.empty()) fail();
    rest_.remove_prefix(word.size());
    return word;
  }

  void fail() { luaL_argerror(lua_, 2, "no path of elements"); }

  lua_State* lua_;
  std::string_view rest_;
  List<PathStep> steps_;
};

class PathWalker {
 public:
  /// Results go to the table at the stack's index `results`, at most `most` of them.
  PathWalker(lua_State* lua, const List<PathStep>& steps, int results, lua_Integer most)
      : lua_(lua), meter_(lua), steps_(steps), results_(results), most_(most) {}

  /// Follows the path from `step` on, for the element at the top of the stack.
  void walk(std::size_t step) {  // NOLINT(misc-no-recursion): as deep as the path is long
    if (step == steps_.size()) {
      lua_pushvalue(lua_, -1);
      return keep();
    }
    luaL_checkstack(lua_, 8, "xml.find");
    const PathStep& here = steps_[step];
    switch (here.kind) {
      case PathStep::Kind::text:
        return text();
      case PathStep::Kind::attribute:
        if (push_attribute(here.name)) return keep();
        return lua_pop(lua_, 1);
      case PathStep::Kind::element:
        break;
    }
    List<lua_Integer> seen(here.conditions.size(), 0, lua_);  // how many came as far as each condition
    const auto count = static_cast<lua_Integer>(lua_rawlen(lua_, -1));
    for (lua_Integer i = 1; i <= count && found_ < most_; ++i) {
      meter_.step();
      if (lua_rawgeti(lua_, -1, i) == LUA_TTABLE && fits(here, seen)) walk(step + 1);
      lua_pop(lua_, 1);
    }
  }

  void settle() { meter_.settle(); }

 private:
  bool fits(const PathStep& step, List<lua_Integer>& seen) {
    if (step.name != "*") {
      lua_pushliteral(lua_, "name");
      const bool same = lua_rawget(lua_, -2) == LUA_TSTRING && text_at(lua_, -1) == step.name;
      lua_pop(lua_, 1);
      if (!same) return false;
    }
    for (std::size_t i = 0; i < step.conditions.size(); ++i) {
      meter_.step();
      const Condition& condition = step.conditions[i];
      ++seen[i];
      bool holds = true;
      if (condition.place != 0) {
        holds = seen[i] == condition.place;
      } else {
        holds = push_attribute(condition.attribute) && (!condition.value || text_at(lua_, -1) == *condition.value);
        lua_pop(lua_, 1);
      }
      if (!holds) return false;
    }
    return true;
  }

  /// Pushes one value: the attribute as a string, or nil and false.
  bool push_attribute(std::string_view name) {
    lua_pushliteral(lua_, "attributes");
    if (lua_rawget(lua_, -2) == LUA_TTABLE) {
      push_text(lua_, name);
      lua_rawget(lua_, -2);
      lua_remove(lua_, -2);
    } else {
      lua_pop(lua_, 1);
      lua_pushnil(lua_);
    }
    return lua_isstring(lua_, -1) != 0;
  }

  void text() {
    Text out(lua_);
    const auto count = static_cast<lua_Integer>(lua_rawlen(lua_, -1));
    for (lua_Integer i = 1; i <= count; ++i) {
      meter_.step();
      lua_rawgeti(lua_, -1, i);
      if (lua_isstring(lua_, -1) != 0) {
        meter_.step(copying(lua_rawlen(lua_, -1)));
        out += text_at(lua_, -1);
      }
      lua_pop(lua_, 1);
    }
    push_text(lua_, out);
    keep();
  }

  void keep() { lua_rawseti(lua_, results_, ++found_); }

  lua_State* lua_;
  Meter meter_;
  const List<PathStep>& steps_;
  int results_;
  lua_Integer most_;
  lua_Integer found_ = 0;
};

int walk(lua_State* lua, lua_Integer most) {
  luaL_checktype(lua, 1, LUA_TTABLE);
  const auto path = check_text(lua, 2);
  luaL_argcheck(lua, path.size() <= 1000, 2, "path too long");
  lua_settop(lua, 2);
  const auto steps = PathReader(lua, path).read();
  lua_newtable(lua);
  lua_pushvalue(lua, 1);
  PathWalker walker(lua, steps, 3, most);
  walker.walk(0);
  walker.settle();
  lua_settop(lua, 3);
  return 1;
}

void append_text(lua_State* lua, Text& out, Meter& meter, int depth) {  // NOLINT(misc-no-recursion): bounded
  if (depth >= most_nested) luaL_error(lua, "xml.text: nested too deep (%d)", most_nested);
  luaL_checkstack(lua, 4, "xml.text");
  const auto count = static_cast<lua_Integer>(lua_rawlen(lua, -1));
  for (lua_Integer i = 1; i <= count; ++i) {
    meter.step();
    lua_rawgeti(lua, -1, i);
    if (lua_istable(lua, -1)) {
      append_text(lua, out, meter, depth + 1);
    } else if (lua_isstring(lua, -1) != 0) {
      const auto text = text_at(lua, -1);
      meter.step(copying(text.size()));
      out += text;
    }
    lua_pop(lua, 1);
  }
}

}  // namespace

int xml_find(lua_State* lua) {
  walk(lua, 1);
  lua_rawgeti(lua, -1, 1);
  return 1;
}

int xml_all(lua_State* lua) { return walk(lua, LUA_MAXINTEGER); }

int xml_text(lua_State* lua) {
  luaL_checktype(lua, 1, LUA_TTABLE);
  lua_settop(lua, 1);
  Text out(lua);
  Meter meter(lua);
  append_text(lua, out, meter, 0);
  meter.settle();
  push_text(lua, out);
  return 1;
}

}  // namespace otklik::scenario
