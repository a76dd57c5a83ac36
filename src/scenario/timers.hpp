#pragma once
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

namespace otklik::scenario {

class Run;

/// One thread that wakes runs when their time has come.
class Timers {
 public:
  using Clock = std::chrono::steady_clock;
  /// Names an armed timer; empty by default.
  using Key = std::pair<Clock::time_point, std::uint64_t>;

  Timers();
  ~Timers() { stop(); }

  /// Wakes wait number `wait` of the run at `when`. The key is written before anything can happen.
  void arm(Key& key, Clock::time_point when, std::shared_ptr<Run> run, std::uint64_t wait);
  /// Takes it back, if it did not fire.
  void disarm(const Key& key);
  /// Joins the thread; nothing fires any more. Idempotent.
  void stop();

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<Key, std::pair<std::shared_ptr<Run>, std::uint64_t>> armed_;
  std::uint64_t number_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace otklik::scenario
