#pragma once
#include <cstddef>
#include <cstdint>

#include "scenario/budget.hpp"

/// What work done in C costs, in Lua instructions. A figure says how the time compares with the virtual machine's,
/// so that a budget of instructions is a budget of processor time whoever spends it.
namespace otklik::scenario {

/// Bytes moved in blocks.
constexpr std::uint64_t copying(std::size_t bytes) noexcept { return bytes / 16; }
/// Bytes looked at or changed one by one.
constexpr std::uint64_t reading(std::size_t bytes) noexcept { return bytes / 4; }

/// Collects steps and charges them in batches, because a charge costs more than a step.
class Meter {
 public:
  explicit Meter(lua_State* lua) noexcept : lua_(lua) {}
  Meter(const Meter&) = delete;
  Meter& operator=(const Meter&) = delete;

  /// May end the run by raising through Lua.
  void step(std::uint64_t steps = 1) {
    pending_ += steps;
    if (pending_ >= batch) charge();
  }
  /// At the end of a function: what is left. A handful of steps is not worth a charge; the call itself was counted.
  void settle() {
    if (pending_ >= worth_charging) charge();
  }

 private:
  static constexpr std::uint64_t batch = 4096;
  static constexpr std::uint64_t worth_charging = 32;

  void charge() {
    const std::uint64_t steps = pending_;
    pending_ = 0;
    spend(lua_, steps);
  }

  lua_State* lua_;
  std::uint64_t pending_ = 0;
};

/// One charge, left out when it is a handful of steps.
inline void charge(lua_State* lua, std::uint64_t steps) {
  if (steps >= 32) spend(lua, steps);
}

}  // namespace otklik::scenario
