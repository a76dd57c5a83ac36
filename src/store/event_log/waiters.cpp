#include "store/event_log/waiters.hpp"

#include <vector>

namespace otklik::store {

std::uint64_t Waiters::add(std::uint64_t past, Call call) {
  const std::lock_guard lock(mutex_);
  const std::uint64_t id = next_id_++;
  waiters_.emplace(id, Waiter{past, std::move(call)});
  count_.store(waiters_.size());
  return id;
}

void Waiters::remove(std::uint64_t id) {
  Call dropped;  // what it owns goes when the lock has
  std::unique_lock lock(mutex_);
  if (const auto found = waiters_.find(id); found != waiters_.end()) {
    dropped = std::move(found->second.call);
    waiters_.erase(found);
    count_.store(waiters_.size());
  } else if (running_ == id && runs_on_ != std::this_thread::get_id()) {
    ended_.wait(lock, [&] { return running_ != id; });
  }
  lock.unlock();
}

void Waiters::wake(std::uint64_t last) {
  std::vector<std::uint64_t> due;
  std::unique_lock lock(mutex_);
  for (const auto& [id, waiter] : waiters_) {
    if (waiter.past < last) due.push_back(id);
  }
  for (const auto id : due) {
    const auto found = waiters_.find(id);
    if (found == waiters_.end()) continue;  // removed since
    Call call = std::move(found->second.call);
    waiters_.erase(found);
    count_.store(waiters_.size());
    running_ = id;
    runs_on_ = std::this_thread::get_id();
    lock.unlock();
    call();
    call = nullptr;
    lock.lock();
    running_ = 0;
    ended_.notify_all();
  }
}

}  // namespace otklik::store
