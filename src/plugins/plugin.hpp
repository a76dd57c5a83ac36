#pragma once
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/ports/plugin_host.hpp"
#include "plugins/manifest/manifest.hpp"
#include "plugins/process.hpp"
#include "plugins/sandbox/plan.hpp"

namespace otklik::plugins {

class Subscription;

/// A call that waits for a process that takes it.
struct QueuedCall {
  Uuid form;
  std::string inputs;  ///< checked
  Patience patience;
  Session::CallDone done;
};

/// One plugin: what is known of it, its process, and the calls that wait for one. Every member after `mutex` is guarded
/// by it; a `done` never runs under it.
class Plugin {
 public:
  using Clock = Process::Clock;
  enum class Phase : std::uint8_t {
    idle,      ///< no process, none is wanted
    resting,   ///< the next start waits for `rest_until`
    starting,  ///< the start is on its way
    running,   ///< there is a process; its session says whether it is ready
  };

  Plugin(std::shared_ptr<const Manifest> m, PluginPlace p) : manifest(std::move(m)), place(std::move(p)) {}

  /// How its process ended, for its callers.
  static Error ended_error(const Process& process, std::string_view status);

  /// A process has ended by itself: doubles the time to rest.
  void count_failure(const Options& options, Clock::time_point now, std::string why);
  void forget_failures() {
    failures = 0;
    rest_until = {};
  }
  /// Moves queued calls to the process while it takes them. Calls that cannot be made any more come back.
  std::vector<Completion> feed(Clock::time_point now);
  /// Every queued call, with that error.
  std::vector<Completion> give_up(const Error& error);
  /// Queued calls past their time.
  std::vector<Completion> expire_queue(Clock::time_point now);

  std::mutex mutex;
  std::shared_ptr<const Manifest> manifest;
  PluginPlace place;
  Phase phase = Phase::idle;
  std::shared_ptr<Process> process;                ///< the one that takes calls
  std::vector<std::shared_ptr<Process>> retiring;  ///< earlier ones, on their way out
  std::shared_ptr<Subscription> subscription;      ///< of `process`
  std::deque<QueuedCall> queue;
  bool removed = false;   ///< its folder is gone, or the server stops: no more starts
  unsigned failures = 0;  ///< in a row
  Clock::time_point rest_until{};
  std::string trouble;  ///< what went wrong last, for `plugin list`; empty: nothing

  Session::Figures figures;  ///< of ended processes
  std::uint64_t starts = 0;
  std::uint64_t ends = 0;  ///< that nobody asked for
};

/// Sums.
Session::Figures operator+(Session::Figures a, const Session::Figures& b) noexcept;

}  // namespace otklik::plugins
