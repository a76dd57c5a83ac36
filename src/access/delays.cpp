#include "access/delays.hpp"

#include <pthread.h>

#include <utility>

namespace otklik::access {

DelayThread::DelayThread(std::size_t most) : most_(most) {
  thread_ = std::thread([this] { run(); });
  ::pthread_setname_np(thread_.native_handle(), "slow-answers");
}

bool DelayThread::after(std::chrono::nanoseconds delay, Work&& work) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || due_.size() >= most_) return false;
    due_.emplace(std::chrono::steady_clock::now() + delay, std::move(work));
  }
  changed_.notify_one();
  return true;
}

void DelayThread::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void DelayThread::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (due_.empty()) {
      if (stopping_) return;
      changed_.wait(lock);
      continue;
    }
    const Moment next = due_.begin()->first;
    if (!stopping_ && std::chrono::steady_clock::now() < next) {
      changed_.wait_until(lock, next);
      continue;
    }
    Work work = std::move(due_.begin()->second);
    due_.erase(due_.begin());
    lock.unlock();
    work();
    work = nullptr;
    lock.lock();
  }
}

}  // namespace otklik::access
