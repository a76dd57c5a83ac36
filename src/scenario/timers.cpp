#include "scenario/timers.hpp"

#include <pthread.h>

#include "scenario/run.hpp"

namespace otklik::scenario {

Timers::Timers() : thread_([this] { run(); }) { ::pthread_setname_np(thread_.native_handle(), "script-timers"); }

void Timers::arm(Key& key, Clock::time_point when, std::shared_ptr<Run> run, std::uint64_t wait) {
  bool is_first = false;
  {
    const std::lock_guard lock(mutex_);
    key = {when, ++number_};
    const auto at = armed_.emplace(key, std::pair(std::move(run), wait)).first;
    is_first = at == armed_.begin();
  }
  if (is_first) changed_.notify_one();
}

void Timers::disarm(const Key& key) {
  std::shared_ptr<Run> released;  // not under the lock
  const std::lock_guard lock(mutex_);
  if (const auto at = armed_.find(key); at != armed_.end()) {
    released = std::move(at->second.first);
    armed_.erase(at);
  }
}

void Timers::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Timers::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (armed_.empty()) {
      changed_.wait(lock);
      continue;
    }
    const auto first = armed_.begin();
    if (const auto when = first->first.first; when > Clock::now()) {
      changed_.wait_until(lock, when);
      continue;
    }
    auto [run, wait] = std::move(first->second);
    armed_.erase(first);
    lock.unlock();
    Waker(std::move(run), wait)({});
    lock.lock();
  }
}

}  // namespace otklik::scenario
