#pragma once
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "base/unique_fd.hpp"
#include "plugins/process.hpp"

namespace otklik::plugins {

/// The one thread that waits for the pipes and the ends of all processes of plugins.
class Supervisor {
 public:
  using Clock = Process::Clock;
  struct Handlers {
    std::function<void(const std::shared_ptr<Process>&, Process::Stream)> ready;
    /// At least every `tick` while there are processes, else every `idle`, or when somebody wants it: `due`.
    std::function<void(Clock::time_point, bool due)> tick;
  };

  static constexpr std::chrono::milliseconds tick{100};
  static constexpr std::chrono::milliseconds idle{60'000};

  explicit Supervisor(Handlers handlers);
  ~Supervisor() { stop(); }
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  /// Any thread, each under the lock of the process's plugin. `watch` once; `update` when what it wants may have
  /// changed.
  void watch(const std::shared_ptr<Process>& process);
  void update(Process& process, Clock::time_point now);
  void forget(Process& process, Process::Stream stream);
  void remove(Process& process);

  /// Waits until no process is left.
  void wait_until_empty();
  /// Has a tick come by then, at once if that is now. Any thread. The earliest wish is kept only: who wants a later one
  /// says so again at the tick.
  void wake_by(Clock::time_point when);
  /// Joins the thread. Idempotent.
  void stop();

 private:
  void run();
  void wake();
  void want(Process& process, Process::Stream stream, bool wanted);

  const Handlers handlers_;
  UniqueFd epoll_;
  UniqueFd waker_;
  std::mutex mutex_;
  std::condition_variable emptied_;
  std::unordered_map<std::uint64_t, std::shared_ptr<Process>> processes_;
  std::uint64_t next_number_ = 1;
  bool stopping_ = false;
  Clock::time_point wanted_ = Clock::time_point::max();  // the next tick that somebody wants
  std::thread thread_;
};

}  // namespace otklik::plugins
