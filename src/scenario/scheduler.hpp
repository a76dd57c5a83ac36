#pragma once
#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace otklik::scenario {

class Run;

/// The threads that run scenarios, and the line of runs that are ready.
///
/// So many threads work at once as the option says. One that is stuck in a piece of C work which cannot be suspended
/// is lent out: a spare takes its place until it is back.
class Scheduler {
 public:
  enum class Lane : std::uint8_t {
    awake,      ///< new, or what it waited for has come: goes first
    preempted,  ///< has had its slice: gets every `share`th turn while there are others
  };

  /// `turn` is called with each ready run, on a thread of the scheduler.
  Scheduler(unsigned threads, std::move_only_function<void(std::shared_ptr<Run>)> turn);
  ~Scheduler() { stop(); }

  void add(std::shared_ptr<Run> run, Lane lane);

  /// Whether a run waits for a thread; quick.
  [[nodiscard]] bool has_ready() const noexcept { return ready_.load(std::memory_order_relaxed) != 0; }
  [[nodiscard]] std::size_t ready() const noexcept { return ready_.load(std::memory_order_relaxed); }

  /// Of the calling worker: it is stuck, or back.
  void lend_out();
  void take_back();

  /// Joins the threads. What is ready is run first, so end the runs before. Idempotent.
  void stop();

 private:
  static constexpr unsigned share = 4;

  void work();
  std::shared_ptr<Run> take();
  bool wants_one_more();

  std::move_only_function<void(std::shared_ptr<Run>)> turn_;
  const unsigned at_once_;
  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<std::shared_ptr<Run>> awake_;
  std::deque<std::shared_ptr<Run>> preempted_;
  std::atomic<std::size_t> ready_{0};
  unsigned working_ = 0;
  unsigned idle_ = 0;
  unsigned turns_ = 0;
  bool waking_ = false;  ///< a thread was woken and has not looked yet
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace otklik::scenario
