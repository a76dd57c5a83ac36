#pragma once
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/ports/script_host.hpp"
#include "scenario/budget.hpp"
#include "scenario/repository.hpp"
#include "scenario/run_memory.hpp"
#include "scenario/services.hpp"
#include "scenario/timers.hpp"

struct lua_State;
struct lua_Debug;

namespace otklik::scenario {

class Run;

/// Wakes a run that waits, once. Any thread; whoever is second (the answer, the time limit, a stop) does nothing.
class Waker {
 public:
  /// Puts the results on the run's stack and returns their number; runs on the run's own thread.
  using Push = std::move_only_function<int(lua_State*)>;

  Waker(std::shared_ptr<Run> run, std::uint64_t wait) noexcept : run_(std::move(run)), wait_(wait) {}
  void operator()(Push push) const;

 private:
  std::shared_ptr<Run> run_;
  std::uint64_t wait_;
};

/// What a run waits for.
struct Wait {
  std::move_only_function<void(Waker)> begin;  ///< starts it, when the run has left its thread; may be empty
  std::move_only_function<void()> cancel;      ///< the run ended without it; may be empty
  std::chrono::steady_clock::time_point until = std::chrono::steady_clock::time_point::max();
};

/// One run of a scenario: its Lua state, its account, and the sub-scenarios it is in.
///
/// It belongs to one thread at a time: the one that starts it, for a first short turn there (it is a guest then), the
/// queue of the scheduler, the worker that turns it, or, while it waits, whoever wakes it first (`wait_` decides).
class Run final : public Budget, public std::enable_shared_from_this<Run> {
 public:
  using Clock = std::chrono::steady_clock;
  using Ended = std::move_only_function<void(core::ScriptEnd)>;

  /// What the journal is told of one scenario.
  struct Account {
    Uuid id;
    std::shared_ptr<const Scenario> scenario;
    Clock::time_point started;
    std::uint64_t instructions_before = 0;
  };
  /// A scenario that runs: the started one, and above it the sub-scenarios it called.
  struct Frame {
    Account called;
    Account stand_in;  ///< the one that runs now in its place; without scenario: none
    std::array<std::string, 5> parameters;
    [[nodiscard]] const Scenario& scenario() const noexcept {
      return stand_in.scenario ? *stand_in.scenario : *called.scenario;
    }
  };

  enum class Turn : std::uint8_t { over, preempted, waiting };

  Run(const Services& services, core::ScriptStart start, std::shared_ptr<const Scenario> scenario, Ended ended);
  ~Run();
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  static Run& of(lua_State* lua) noexcept { return static_cast<Run&>(budget_of(lua)); }

  // --- for the host ---

  /// Runs the scenario until it is over, has had its slice, or waits. `over`: conclusion() says how.
  Turn turn();
  /// Likewise, on a thread that has other things to do: `preempted` after some thousand instructions, and before
  /// anything that could take longer than these.
  Turn turn_as_guest();
  /// After `waiting`: hands the run over to whoever wakes it. The caller may not touch it any more.
  static void begin_wait(const std::shared_ptr<Run>& run);
  /// After `over`.
  [[nodiscard]] core::ScriptEnd& conclusion() noexcept { return conclusion_; }
  [[nodiscard]] Ended take_ended() { return std::move(ended_); }
  [[nodiscard]] const core::ScriptStart& started_with() const noexcept { return start_; }
  [[nodiscard]] const Uuid& id() const noexcept { return frames_.front().called.id; }
  /// The facts of the whole run. The end is the host's to tell, after `over`.
  [[nodiscard]] core::ScriptStarted started_fact() const { return started_fact(frames_.front().called, {}); }
  [[nodiscard]] core::ScriptEnded ended_fact() const {
    return ended_fact(frames_.front().called, conclusion_.kind, conclusion_.error);
  }
  [[nodiscard]] const Scenario& scenario() const noexcept { return *frames_.front().called.scenario; }
  [[nodiscard]] const std::string& scenario_name() const noexcept { return scenario().name; }
  /// Of the start; before the first turn.
  [[nodiscard]] std::span<const std::string> parameters() const noexcept { return frames_.front().parameters; }
  /// Any thread: the run ends as `stopped` at its next chance.
  void ask_to_stop();

  std::size_t memory_seen = 0;  ///< the host's sum of memory holds so much of it

  // --- for the functions of a scenario; on the run's thread ---

  [[nodiscard]] const Services& services() const noexcept { return services_; }
  [[nodiscard]] Frame& frame() noexcept { return frames_.back(); }
  [[nodiscard]] std::size_t depth() const noexcept { return frames_.size(); }

  /// `return run.wait(lua, …)`: the function's results are what the waker pushes; none when `until` came.
  /// Raises where a run cannot wait (inside a callback of a C function).
  int wait(lua_State* lua, Wait wait);

  /// Whether everything between the host and this state can be suspended.
  [[nodiscard]] bool can_suspend(lua_State* lua) const noexcept;
  /// A coroutine came back with LUA_YIELD: true when it was the host who suspended it, not the scenario.
  [[nodiscard]] bool is_suspending() const noexcept { return pause_ != Pause::none; }

  /// lua_resume with what is needed around it. `depth` is depth() when the scenario resumed the coroutine, also when
  /// the host resumes it once more after a pause. Never throws.
  int resume(lua_State* coroutine, lua_State* from, std::size_t depth, int arguments, int* results);

  /// lua_resetthread with what is needed around it.
  int reset(lua_State* coroutine);

  /// Whether the scenario is on its way out: by its budget, `exit` or `replace`.
  [[nodiscard]] bool is_ending() const noexcept { return spent.has_value() || leaving_ != Leaving::no; }

  /// After a protected call that began at `depth` failed with `status`: raises again what a scenario may not catch;
  /// otherwise closes the sub-scenarios that the error left behind. The error is on top.
  void pass_on(lua_State* lua, int status, std::size_t depth);

  /// Begins a sub-scenario as a call: its three return values come back. The stack is emptied.
  int call(lua_State* lua, std::shared_ptr<const Scenario> scenario, std::array<std::string, 5> parameters);
  /// Ends the scenario that runs and goes on with the other one in its place.
  [[noreturn]] void replace(lua_State* lua, std::shared_ptr<const Scenario> scenario,
                            std::array<std::string, 5> parameters);
  /// Ends the scenario that runs; its return values are those of `result`.
  [[noreturn]] void leave(lua_State* lua);
  /// Whether a yield of the scenario's own would stay within the sub-scenario that resumed the coroutine.
  [[nodiscard]] bool yields_within_frame() const noexcept { return frames_.size() == resume_depth_; }
  [[nodiscard]] bool is_main(lua_State* lua) const noexcept { return lua == body_; }

  /// Whether what takes long or calls back must not be begun here, but after move().
  [[nodiscard]] bool must_move(lua_State* lua) const noexcept { return is_guest_ && can_suspend(lua); }
  /// `return run.move(lua, again)`: the function is called again as `again`, with the same stack, by a worker.
  int move(lua_State* lua, int (*again)(lua_State* lua, int status, std::intptr_t context), std::intptr_t context = 0);

  bool take_log_line() noexcept;
  int closing = 0;  ///< coroutine.close within coroutine.close: each level takes of the C stack

 private:
  friend class Waker;
  enum class Pause : std::uint8_t { none, preempted, waiting };
  enum class Leaving : std::uint8_t { no, replaced, left };

  bool set_up();
  static int build(lua_State* lua);
  static int enter(lua_State* lua);
  static int after_chunk(lua_State* lua, int status, std::intptr_t depth);
  int gather(lua_State* lua, std::size_t depth);
  static int gather_again(lua_State* lua, int status, std::intptr_t depth);
  void load_frame(lua_State* lua);
  void close_frame(core::ScriptEnd::Kind kind, const std::string& error);
  void close_stand_in(core::ScriptEnd::Kind kind, const std::string& error);
  [[nodiscard]] core::ScriptStarted started_fact(const Account& account, const Uuid& parent) const;
  [[nodiscard]] core::ScriptEnded ended_fact(const Account& account, core::ScriptEnd::Kind kind,
                                             const std::string& error) const;
  Turn conclude(int status);
  Turn finish(core::ScriptEnd::Kind kind, std::string error);
  static int after_wait(lua_State* lua, int status, std::intptr_t context);
  static void on_count(lua_State* lua, lua_Debug* about);
  static void on_look(Budget& budget);
  static void on_traffic(void* user);
  [[nodiscard]] bool win(std::uint64_t wait) noexcept;

  const Services& services_;
  core::ScriptStart start_;
  Ended ended_;
  RunMemory memory_{*this};
  lua_State* state_ = nullptr;
  lua_State* body_ = nullptr;     ///< the coroutine that the scenario itself runs in
  lua_State* current_ = nullptr;  ///< body_ or the coroutine that runs now
  std::vector<Frame> frames_;
  std::size_t resume_depth_ = 1;  ///< frames when the running coroutine was resumed
  bool suspendable_ = true;       ///< every state below the running coroutine can be suspended
  bool is_guest_ = false;
  Pause pause_ = Pause::none;
  Leaving leaving_ = Leaving::no;
  bool lent_out_ = false;
  unsigned log_lines_ = 0;
  std::shared_ptr<const Scenario> replacement_;
  std::array<std::string, 5> replacement_parameters_;
  Wait waiting_for_;
  Waker::Push push_;
  Timers::Key timer_;
  Clock::time_point slice_end_;
  std::uint64_t wait_number_ = 0;
  std::atomic<std::uint64_t> wait_{0};  ///< the number of the wait that somebody may end; 0: none
  std::atomic<bool> stop_requested_{false};
  core::ScriptEnd conclusion_;
};

}  // namespace otklik::scenario
