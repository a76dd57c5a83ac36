#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/ports/script_host.hpp"

struct lua_State;

namespace otklik::scenario {

/// What one run may use. Each is a setting below `script.`.
struct Limits {
  std::size_t memory = 32 * 1024 * 1024;     ///< bytes
  std::uint64_t instructions = 200'000'000;  ///< Lua instructions; C functions charge about one for each byte or step
  std::chrono::milliseconds time{300'000};   ///< from start to end, waiting included

  bool operator==(const Limits&) const = default;
};

/// The account of one run, reachable from its Lua state. A run is only ever on one thread at a time.
struct Budget {
  Limits limits;
  std::size_t memory_used = 0;
  std::uint64_t instructions_used = 0;
  std::chrono::steady_clock::time_point deadline;  ///< the epoch: none
  bool stop_asked = false;

  /// Set once, when the run must end: from then on nothing of the scenario runs any more.
  std::optional<core::ScriptEnd::Kind> spent;
  std::uint64_t next_look = 0;                      ///< at so many instructions look at the clock again
  std::chrono::steady_clock::time_point looked_at;  ///< and saw this
  void (*at_look)(Budget& budget) = nullptr;        ///< the host's part of a look; may be absent
};

/// The account of the run that this state (or a coroutine of it) belongs to: the host keeps it in the extra space.
Budget& budget_of(lua_State* lua) noexcept;
void set_budget(lua_State* lua, Budget& budget) noexcept;

/// Charges `steps` of work done in C. Every library function whose work grows with its arguments calls it as it goes,
/// at least every few thousand steps; past the budget of instructions or time it ends the run (by raising through Lua).
///
/// What it raises is an ordinary Lua error, so that C++ objects on the way are destroyed. The error value means
/// nothing: `Budget::spent` does, and whoever protects a call (pcall, coroutine.resume, the host) looks there after a
/// failure and raises again.
void spend(lua_State* lua, std::uint64_t steps);

/// Ends the run for that reason (unless it is ending already) and raises.
[[noreturn]] void end_run(lua_State* lua, core::ScriptEnd::Kind kind);

}  // namespace otklik::scenario
