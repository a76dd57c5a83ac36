#pragma once
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>

namespace otklik::store {

/// Readers that wait for the log to grow. Each is called once and may then wait again.
class Waiters {
 public:
  using Call = std::move_only_function<void()>;

  std::uint64_t add(std::uint64_t past, Call call);
  /// Afterwards the call has run or never will. Waits while it runs, except from inside it.
  void remove(std::uint64_t id);
  /// Whether there is anybody to be called. Any thread, cheap.
  [[nodiscard]] bool any() const noexcept { return count_.load(std::memory_order_acquire) != 0; }
  /// Calls everybody who waits for an event past one below `last`. Only one thread does this.
  void wake(std::uint64_t last);

 private:
  struct Waiter {
    std::uint64_t past;
    Call call;
  };
  std::mutex mutex_;
  std::condition_variable ended_;
  std::unordered_map<std::uint64_t, Waiter> waiters_;
  std::atomic<std::size_t> count_ = 0;  // of waiters_
  std::uint64_t next_id_ = 1;
  std::uint64_t running_ = 0;  // the id whose call runs now; 0: none
  std::thread::id runs_on_;
};

/// The place of somebody who waits. When it goes, his call no longer comes.
class [[nodiscard]] WaitTicket {
 public:
  WaitTicket() = default;
  WaitTicket(std::shared_ptr<Waiters> waiters, std::uint64_t id) noexcept : waiters_(std::move(waiters)), id_(id) {}
  WaitTicket(WaitTicket&& other) noexcept = default;
  WaitTicket& operator=(WaitTicket&& other) noexcept {
    if (this != &other) {
      cancel();
      waiters_ = std::move(other.waiters_);
      id_ = other.id_;
    }
    return *this;
  }
  ~WaitTicket() { cancel(); }

  void cancel() {
    if (waiters_) waiters_->remove(id_);
    waiters_.reset();
  }

 private:
  std::shared_ptr<Waiters> waiters_;
  std::uint64_t id_ = 0;
};

}  // namespace otklik::store
