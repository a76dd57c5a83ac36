#include "access/hash_pool.hpp"

#include <pthread.h>

#include <algorithm>
#include <utility>

namespace otklik::access {

HashPool::HashPool(int threads, std::size_t most_known, std::size_t most_strangers)
    : most_known_(most_known), most_strangers_(most_strangers) {
  for (int i = 0; i < std::max(threads, 1); ++i) {
    threads_.emplace_back([this] { run(); });
    ::pthread_setname_np(threads_.back().native_handle(), "password");
  }
}

bool HashPool::submit(Lane lane, Work&& work) {
  {
    const std::lock_guard lock(mutex_);
    auto& queue = lane == Lane::known ? known_ : strangers_;
    if (stopping_ || queue.size() >= (lane == Lane::known ? most_known_ : most_strangers_)) return false;
    queue.push_back(std::move(work));
  }
  work_came_.notify_one();
  return true;
}

void HashPool::stop() {
  std::deque<Work> left;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    left.swap(known_);
    for (auto& work : strangers_) left.push_back(std::move(work));
    strangers_.clear();
  }
  work_came_.notify_all();
  for (auto& work : left) work(false);
  for (auto& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

std::size_t HashPool::queued() const {
  const std::lock_guard lock(mutex_);
  return known_.size() + strangers_.size();
}

void HashPool::run() {
  for (;;) {
    Work work;
    {
      std::unique_lock lock(mutex_);
      work_came_.wait(lock, [this] { return stopping_ || !known_.empty() || !strangers_.empty(); });
      if (stopping_) return;
      auto& queue = known_.empty() ? strangers_ : known_;
      work = std::move(queue.front());
      queue.pop_front();
    }
    work(true);
  }
}

}  // namespace otklik::access
