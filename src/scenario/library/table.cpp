// Lua's table library. The lengths and ranges that scripts hand in may be anything (`__len`, 1 << 53), so every element
// is charged.
#include <algorithm>
#include <limits>

#include "scenario/library.hpp"
#include "scenario/library/cost.hpp"
#include "scenario/library/function.hpp"
#include "scenario/library/memory.hpp"

namespace otklik::scenario {
namespace {

enum Uses : unsigned { reads = 1, writes = 2, measures = 4 };

/// A table, or whatever behaves like one as far as the function `uses` it.
void check_table(lua_State* lua, int argument, unsigned uses) {
  if (lua_type(lua, argument) == LUA_TTABLE) return;
  const auto lacks = [&](unsigned use, const char* field) {
    return (uses & use) != 0 && luaL_getmetafield(lua, argument, field) == LUA_TNIL;
  };
  const int top = lua_gettop(lua);
  if (lua_getmetatable(lua, argument) == 0 || lacks(reads, "__index") || lacks(writes, "__newindex") ||
      lacks(measures, "__len")) {
    luaL_checktype(lua, argument, LUA_TTABLE);
  }
  lua_settop(lua, top);
}

lua_Integer check_length(lua_State* lua, int argument, unsigned uses) {
  check_table(lua, argument, uses | measures);
  return luaL_len(lua, argument);
}

int concat(lua_State* lua) {
  const lua_Integer length = check_length(lua, 1, reads);
  const auto separator = check_text_or(lua, 2, "");
  const lua_Integer first = luaL_optinteger(lua, 3, 1);
  const lua_Integer last = luaL_optinteger(lua, 4, length);
  Meter meter(lua);
  Text out{StateAllocator<char>(lua)};
  for (lua_Integer i = first; i <= last; ++i) {
    lua_geti(lua, 1, i);
    if (lua_isstring(lua, -1) == 0) {
      return luaL_error(lua, "invalid value (%s) at index %I in table for 'concat'", luaL_typename(lua, -1),
                        static_cast<LUAI_UACINT>(i));
    }
    const auto piece = text_at(lua, -1);
    meter.step(1 + copying(piece.size() + separator.size()));
    out.append(piece);
    lua_pop(lua, 1);
    if (i == last) break;  // the greatest integer has no next
    out.append(separator);
  }
  meter.settle();
  push_text(lua, out);
  return 1;
}

int insert(lua_State* lua) {
  const auto next = static_cast<lua_Integer>(static_cast<lua_Unsigned>(check_length(lua, 1, reads | writes)) + 1);
  lua_Integer place = next;
  switch (lua_gettop(lua)) {
    case 2:
      break;
    case 3: {
      place = luaL_checkinteger(lua, 2);
      luaL_argcheck(lua, static_cast<lua_Unsigned>(place) - 1 < static_cast<lua_Unsigned>(next), 2,
                    "position out of bounds");
      Meter meter(lua);
      for (lua_Integer i = next; i > place; --i) {
        meter.step();
        lua_geti(lua, 1, i - 1);
        lua_seti(lua, 1, i);
      }
      meter.settle();
      break;
    }
    default:
      return luaL_error(lua, "wrong number of arguments to 'insert'");
  }
  lua_seti(lua, 1, place);
  return 0;
}

int remove(lua_State* lua) {
  const lua_Integer length = check_length(lua, 1, reads | writes);
  lua_Integer place = luaL_optinteger(lua, 2, length);
  if (place != length) {  // the place after the last may be asked for: it holds nil, or the value under key 0
    luaL_argcheck(lua, static_cast<lua_Unsigned>(place) - 1 <= static_cast<lua_Unsigned>(length), 2,
                  "position out of bounds");
  }
  lua_geti(lua, 1, place);
  Meter meter(lua);
  for (; place < length; ++place) {
    meter.step();
    lua_geti(lua, 1, place + 1);
    lua_seti(lua, 1, place);
  }
  meter.settle();
  lua_pushnil(lua);
  lua_seti(lua, 1, place);
  return 1;
}

int move(lua_State* lua) {
  const lua_Integer first = luaL_checkinteger(lua, 2);
  const lua_Integer last = luaL_checkinteger(lua, 3);
  const lua_Integer to = luaL_checkinteger(lua, 4);
  const int target = lua_isnoneornil(lua, 5) ? 1 : 5;
  check_table(lua, 1, reads);
  check_table(lua, target, writes);
  constexpr lua_Integer greatest = std::numeric_limits<lua_Integer>::max();
  if (last >= first) {
    luaL_argcheck(lua, first > 0 || last < greatest + first, 3, "too many elements to move");
    const lua_Integer count = last - first + 1;
    luaL_argcheck(lua, to <= greatest - count + 1, 4, "destination wrap around");
    Meter meter(lua);
    const auto carry = [&](lua_Integer i) {
      meter.step();
      lua_geti(lua, 1, first + i);
      lua_seti(lua, target, to + i);
    };
    // Backwards only where the target begins inside the source.
    if (to > last || to <= first || (target != 1 && lua_compare(lua, 1, target, LUA_OPEQ) == 0)) {
      for (lua_Integer i = 0; i < count; ++i) carry(i);
    } else {
      for (lua_Integer i = count; i-- > 0;) carry(i);
    }
    meter.settle();
  }
  lua_pushvalue(lua, target);
  return 1;
}

int unpack(lua_State* lua) {
  const lua_Integer first = luaL_optinteger(lua, 2, 1);
  const lua_Integer last = lua_isnoneornil(lua, 3) ? luaL_len(lua, 1) : luaL_checkinteger(lua, 3);
  if (first > last) return 0;
  const lua_Unsigned beyond_first = static_cast<lua_Unsigned>(last) - static_cast<lua_Unsigned>(first);
  if (beyond_first >= static_cast<lua_Unsigned>(std::numeric_limits<int>::max()) ||
      lua_checkstack(lua, static_cast<int>(beyond_first) + 1) == 0) {
    return luaL_error(lua, "too many results to unpack");
  }
  Meter meter(lua);
  for (lua_Unsigned i = 0; i <= beyond_first; ++i) {
    meter.step();
    lua_geti(lua, 1, static_cast<lua_Integer>(static_cast<lua_Unsigned>(first) + i));
  }
  meter.settle();
  return static_cast<int>(beyond_first + 1);
}

// --- sort ---------------------------------------------------------------------------------------------------------

/// Merge sort of the places of the values: at most n log n comparisons whatever the comparator answers, no value out of
/// bounds, equal values keep their order, and an error in the comparator leaves the table as it was.
class Sorter {
 public:
  /// Stack: 1 the table, 2 the comparator or nil, 3 a copy of the values.
  Sorter(lua_State* lua, std::uint32_t count)
      : lua_(lua), meter_(lua), order_(StateAllocator<std::uint32_t>(lua)), other_(StateAllocator<std::uint32_t>(lua)) {
    order_.resize(count);
    other_.resize(count);
    has_comparator_ = !lua_isnil(lua, 2);
  }

  void run() {
    const auto count = static_cast<std::uint32_t>(order_.size());
    for (std::uint32_t i = 0; i < count; ++i) {
      meter_.step();
      lua_geti(lua_, 1, lua_Integer{i} + 1);
      lua_rawseti(lua_, 3, lua_Integer{i} + 1);
      order_[i] = i + 1;
    }
    for (std::uint32_t begin = 0; begin < count; begin += run_length) {
      insertion_sort(begin, count - begin < run_length ? count : begin + run_length);
    }
    for (std::uint64_t width = run_length; width < count; width *= 2) {
      for (std::uint64_t begin = 0; begin < count; begin += 2 * width) {
        merge(begin, std::min<std::uint64_t>(begin + width, count), std::min<std::uint64_t>(begin + 2 * width, count));
      }
      order_.swap(other_);
    }
    for (std::uint32_t i = 0; i < count; ++i) {
      meter_.step();
      lua_rawgeti(lua_, 3, order_[i]);
      lua_seti(lua_, 1, lua_Integer{i} + 1);
    }
    meter_.settle();
  }

 private:
  static constexpr std::uint32_t run_length = 8;

  bool less(std::uint32_t a, std::uint32_t b) {
    meter_.step();
    if (has_comparator_) lua_pushvalue(lua_, 2);
    lua_rawgeti(lua_, 3, a);
    lua_rawgeti(lua_, 3, b);
    bool result = false;
    if (has_comparator_) {
      lua_call(lua_, 2, 1);
      result = lua_toboolean(lua_, -1) != 0;
      lua_pop(lua_, 1);
    } else {
      if (lua_type(lua_, -1) == LUA_TSTRING) meter_.step(reading(lua_rawlen(lua_, -1)));
      result = lua_compare(lua_, -2, -1, LUA_OPLT) != 0;
      lua_pop(lua_, 2);
    }
    return result;
  }

  void insertion_sort(std::uint32_t begin, std::uint32_t end) {
    for (std::uint32_t i = begin + 1; i < end; ++i) {
      const std::uint32_t value = order_[i];
      std::uint32_t at = i;
      for (; at > begin && less(value, order_[at - 1]); --at) order_[at] = order_[at - 1];
      order_[at] = value;
    }
  }

  void merge(std::uint64_t begin, std::uint64_t middle, std::uint64_t end) {
    std::uint64_t left = begin, right = middle, out = begin;
    // Two runs that follow each other already are the common case of a list that is nearly sorted.
    if (middle < end && less(order_[middle], order_[middle - 1])) {
      while (left < middle && right < end) {
        other_[out++] = less(order_[right], order_[left]) ? order_[right++] : order_[left++];
      }
    }
    while (left < middle) other_[out++] = order_[left++];
    while (right < end) other_[out++] = order_[right++];
  }

  lua_State* lua_;
  Meter meter_;
  List<std::uint32_t> order_, other_;
  bool has_comparator_ = false;
};

int sort(lua_State* lua) {
  const lua_Integer length = check_length(lua, 1, reads | writes);
  if (length < 2) return 0;
  luaL_argcheck(lua, length < std::numeric_limits<int>::max(), 1, "array too big");
  if (!lua_isnoneornil(lua, 2)) luaL_checktype(lua, 2, LUA_TFUNCTION);
  lua_settop(lua, 2);
  lua_createtable(lua, static_cast<int>(length), 0);
  Sorter(lua, static_cast<std::uint32_t>(length)).run();
  return 0;
}

}  // namespace

int open_table(lua_State* lua) {
  static const auto functions = [] {
    auto all = stock_functions(luaopen_table, {"pack"});
    all.insert(all.end(), {{"concat", guarded<concat>},
                           {"insert", guarded<insert>},
                           {"move", guarded<move>},
                           {"remove", guarded<remove>},
                           {"sort", guarded<sort>},
                           {"unpack", guarded<unpack>}});
    return all;
  }();
  push_library(lua, functions);
  return 1;
}

}  // namespace otklik::scenario
