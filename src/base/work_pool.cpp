#include "base/work_pool.hpp"

#include <pthread.h>

#include <algorithm>
#include <utility>

namespace otklik {

WorkPool::WorkPool(std::string name, unsigned threads, std::size_t capacity)
    : name_(name.substr(0, 15)), most_threads_(std::max(1U, threads)), capacity_(capacity) {}

bool WorkPool::try_post(Work work) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || queue_.size() >= capacity_) return false;
    queue_.push_back(std::move(work));
    if (queue_.size() > idle_ && threads_.size() < most_threads_) {
      threads_.emplace_back([this] { run(); });
      ::pthread_setname_np(threads_.back().native_handle(), name_.c_str());
    }
  }
  came_.notify_one();
  return true;
}

std::size_t WorkPool::queued() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

void WorkPool::close() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  came_.notify_all();
}

bool WorkPool::is_over() const {
  const std::lock_guard lock(mutex_);
  return stopping_ && queue_.empty() && at_work_ == 0;
}

void WorkPool::stop() {
  std::deque<Work> dropped;
  std::vector<std::thread> threads;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    dropped.swap(queue_);
    threads.swap(threads_);
  }
  came_.notify_all();
  for (auto& thread : threads) thread.join();
}

void WorkPool::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    while (queue_.empty() && !stopping_) {
      ++idle_;
      came_.wait(lock);
      --idle_;
    }
    if (queue_.empty()) return;
    auto work = std::move(queue_.front());
    queue_.pop_front();
    ++at_work_;
    lock.unlock();
    work();
    work = nullptr;  // what it owns goes outside of the lock
    lock.lock();
    --at_work_;
  }
}

}  // namespace otklik
