// Lua's math library, with a generator of random numbers of its own for each run.
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <numbers>
#include <span>

#include "base/random.hpp"
#include "scenario/library.hpp"
#include "scenario/library/function.hpp"

namespace otklik::scenario {
namespace {

/// xoshiro256** (Blackman, Vigna 2018). Not for secrets.
struct Generator {
  std::array<std::uint64_t, 4> state;
  bool seeded;

  std::uint64_t next() noexcept {
    const std::uint64_t result = std::rotl(state[1] * 5, 7) * 9;
    const std::uint64_t shifted = state[1] << 17;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = std::rotl(state[3], 45);
    return result;
  }

  void seed(std::uint64_t a, std::uint64_t b) noexcept {
    state = {a, 0xFF, b, 0};
    for (int i = 0; i < 16; ++i) next();  // the first numbers still show the seed
    seeded = true;
  }

  /// 0 to `most`, each as likely as the others.
  std::uint64_t up_to(std::uint64_t most) noexcept {
    if (std::has_single_bit(most + 1) || most + 1 == 0) return next() & most;
    const std::uint64_t mask = ~std::uint64_t{0} >> std::countl_zero(most);
    for (;;) {
      const std::uint64_t drawn = next() & mask;
      if (drawn <= most) return drawn;
    }
  }
};
static_assert(std::is_trivially_copyable_v<Generator>);

Generator& generator_of(lua_State* lua) { return *static_cast<Generator*>(lua_touserdata(lua, lua_upvalueindex(1))); }

std::array<std::uint64_t, 2> seed_from_kernel() {
  std::array<std::uint8_t, 16> bytes{};
  random_bytes(bytes);
  return std::bit_cast<std::array<std::uint64_t, 2>>(bytes);
}

int random(lua_State* lua) {
  Generator& generator = generator_of(lua);
  if (!generator.seeded) {
    const auto [a, b] = seed_from_kernel();
    generator.seed(a, b);
  }
  lua_Integer low = 1;
  lua_Integer high = 0;
  switch (lua_gettop(lua)) {
    case 0:
      lua_pushnumber(lua, static_cast<double>(generator.next() >> 11) * 0x1p-53);
      return 1;
    case 1:
      high = luaL_checkinteger(lua, 1);
      if (high == 0) {
        lua_pushinteger(lua, static_cast<lua_Integer>(generator.next()));
        return 1;
      }
      break;
    case 2:
      low = luaL_checkinteger(lua, 1);
      high = luaL_checkinteger(lua, 2);
      break;
    default:
      return luaL_error(lua, "wrong number of arguments");
  }
  luaL_argcheck(lua, low <= high, lua_gettop(lua), "interval is empty");
  const auto width = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
  lua_pushinteger(lua, static_cast<lua_Integer>(static_cast<std::uint64_t>(low) + generator.up_to(width)));
  return 1;
}

int randomseed(lua_State* lua) {
  std::array<std::uint64_t, 2> seed{};
  if (lua_isnone(lua, 1)) {
    seed = seed_from_kernel();
  } else {
    const lua_Number number = luaL_checknumber(lua, 1);
    int is_whole = 0;
    const lua_Integer whole = lua_tointegerx(lua, 1, &is_whole);
    seed[0] = is_whole != 0 ? static_cast<std::uint64_t>(whole) : std::bit_cast<std::uint64_t>(number);
    seed[1] = static_cast<std::uint64_t>(luaL_optinteger(lua, 2, 0));
  }
  generator_of(lua).seed(seed[0], seed[1]);
  lua_pushinteger(lua, static_cast<lua_Integer>(seed[0]));
  lua_pushinteger(lua, static_cast<lua_Integer>(seed[1]));
  return 2;
}

void set_number(lua_State* lua, const char* name, lua_Number value) {
  lua_pushnumber(lua, value);
  lua_setfield(lua, -2, name);
}

void set_integer(lua_State* lua, const char* name, lua_Integer value) {
  lua_pushinteger(lua, value);
  lua_setfield(lua, -2, name);
}

}  // namespace

int open_math(lua_State* lua) {
  static const auto functions = stock_functions(
      luaopen_math, {"abs", "acos", "asin", "atan", "ceil", "cos",  "deg", "exp",       "floor", "fmod", "log",
                     "max", "min",  "modf", "rad",  "sin",  "sqrt", "tan", "tointeger", "type",  "ult"});
  push_library(lua, functions, 6);
  set_number(lua, "pi", std::numbers::pi);
  set_number(lua, "huge", HUGE_VAL);
  set_integer(lua, "maxinteger", LUA_MAXINTEGER);
  set_integer(lua, "mininteger", LUA_MININTEGER);
  auto* generator = static_cast<Generator*>(lua_newuserdatauv(lua, sizeof(Generator), 0));
  *generator = {};
  lua_pushvalue(lua, -1);
  lua_pushcclosure(lua, guarded<random>, 1);
  lua_setfield(lua, -3, "random");
  lua_pushcclosure(lua, guarded<randomseed>, 1);
  lua_setfield(lua, -2, "randomseed");
  return 1;
}

}  // namespace otklik::scenario
