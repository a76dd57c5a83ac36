#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stdexcept>

#include "core/ports/script_host.hpp"

struct lua_State;

namespace otklik::scenario {

/// What one run may use. Each is a setting below `script.`.
struct Limits {
  std::size_t memory = 32 * 1024 * 1024;         ///< bytes
  std::uint64_t instructions = 200'000'000;      ///< Lua instructions; C functions charge about one for each byte or step
  std::chrono::milliseconds time{300'000};       ///< from start to end, waiting included
};

/// The account of one run, reachable from its Lua state. A run is only ever on one thread at a time.
struct Budget {
  Limits limits;
  std::size_t memory_used = 0;
  std::uint64_t instructions_used = 0;
  std::chrono::steady_clock::time_point deadline;
  bool stop_asked = false;
};

/// Thrown through Lua (whose C++ build unwinds) when an account is empty. It is no Lua error value: a scenario's pcall
/// must not catch it, so the host checks `Budget` again after every pcall (see host).
struct BudgetSpent : std::runtime_error {
  explicit BudgetSpent(core::ScriptEnd::Kind k) : std::runtime_error("budget spent"), kind(k) {}
  core::ScriptEnd::Kind kind;
};

/// The account of the run that this state (or a coroutine of it) belongs to.
Budget& budget_of(lua_State* lua) noexcept;

/// Charges `steps` of work done in C. Every library function whose work grows with its arguments calls it as it goes,
/// at least every few thousand steps; past the budget of instructions or time it ends the run (by raising through Lua).
void spend(lua_State* lua, std::uint64_t steps);

}  // namespace otklik::scenario
