#pragma once
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace otklik::access {

/// Does things later. Handed in, so that a test need not wait.
class Delays {
 public:
  using Work = std::move_only_function<void()>;
  virtual ~Delays() = default;

  /// Runs the work once, that much later, or in stop(). False: too many wait already, or stopped; it was not taken.
  [[nodiscard]] virtual bool after(std::chrono::nanoseconds delay, Work&& work) = 0;
  /// Does everything that still waits, at once, and takes nothing more. Idempotent.
  virtual void stop() = 0;
};

/// One thread with a list of what is due.
class DelayThread final : public Delays {
 public:
  explicit DelayThread(std::size_t most = 4096);
  ~DelayThread() override { DelayThread::stop(); }
  DelayThread(const DelayThread&) = delete;
  DelayThread& operator=(const DelayThread&) = delete;

  [[nodiscard]] bool after(std::chrono::nanoseconds delay, Work&& work) override;
  void stop() override;

 private:
  using Moment = std::chrono::steady_clock::time_point;
  void run();

  const std::size_t most_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::multimap<Moment, Work> due_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace otklik::access
