#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace otklik::access {

/// A few threads for slow hashes, so that their memory is bounded. Callers who succeeded before go first and have room
/// of their own in the queue: a flood of strangers does not keep them out.
class HashPool {
 public:
  enum class Lane : std::uint8_t { known, stranger };
  /// Called once, on a thread of the pool with true, or from stop() with false: then it only answers.
  using Work = std::move_only_function<void(bool run)>;

  HashPool(int threads, std::size_t most_known, std::size_t most_strangers);
  ~HashPool() { stop(); }
  HashPool(const HashPool&) = delete;
  HashPool& operator=(const HashPool&) = delete;

  /// False: that lane is full, or the pool is stopping; the work was not taken.
  [[nodiscard]] bool submit(Lane lane, Work&& work);

  /// Finishes what runs, answers what waits, joins. Idempotent; not from a thread of the pool.
  void stop();

  [[nodiscard]] std::size_t queued() const;

 private:
  void run();

  const std::size_t most_known_;
  const std::size_t most_strangers_;
  mutable std::mutex mutex_;
  std::condition_variable work_came_;
  std::deque<Work> known_;
  std::deque<Work> strangers_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace otklik::access
