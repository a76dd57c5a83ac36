#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace otklik {

/// A few threads for work that blocks. They are started as they are needed, the queue is bounded.
class WorkPool {
 public:
  using Work = std::move_only_function<void()>;

  /// `name`: of the threads, as the system shows it (15 characters).
  WorkPool(std::string name, unsigned threads, std::size_t capacity);
  ~WorkPool() { stop(); }
  WorkPool(const WorkPool&) = delete;
  WorkPool& operator=(const WorkPool&) = delete;

  /// False when the queue is full or the pool has stopped: nothing of the work will run.
  [[nodiscard]] bool try_post(Work work);

  [[nodiscard]] std::size_t queued() const;

  /// Takes nothing more, finishes what is queued. Does not wait: is_over() tells when that is done, stop() joins.
  void close();
  [[nodiscard]] bool is_over() const;

  /// Drops what has not begun, waits for what has. Idempotent.
  void stop();

 private:
  void run();

  const std::string name_;
  const unsigned most_threads_;
  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::condition_variable came_;
  std::deque<Work> queue_;
  unsigned idle_ = 0;
  unsigned at_work_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace otklik
