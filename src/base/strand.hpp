#pragma once
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace otklik {

/// A thread that runs what is posted to it, one thing at a time, in order. Its queue is bounded.
///
/// Work is taken over in whole batches, so that under load a post costs a lock and no system call.
class Strand {
 public:
  using Work = std::move_only_function<void()>;

  /// `name` is the thread's name as the system shows it (15 characters); `capacity` in pieces of work.
  explicit Strand(std::string name, std::size_t capacity = 1 << 16);
  /// Runs what is already queued, then joins.
  ~Strand();
  Strand(const Strand&) = delete;
  Strand& operator=(const Strand&) = delete;

  /// False when the queue is full or the strand is stopping: the work was not taken, and nothing of it will run.
  [[nodiscard]] bool try_post(Work&& work);

  /// Like try_post, but facts that must not be lost wait for room. Never call it on the strand itself.
  /// False only when the strand is stopping.
  bool post(Work&& work);

  /// Refuses new work, runs what is queued, joins the thread. Idempotent.
  void stop();

  [[nodiscard]] std::size_t queued() const;
  [[nodiscard]] bool runs_here() const noexcept { return std::this_thread::get_id() == thread_.get_id(); }

 private:
  void run();

  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::condition_variable work_came_;
  std::condition_variable room_came_;
  std::vector<Work> queue_;
  bool sleeping_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace otklik
