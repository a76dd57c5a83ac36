#include "base/strand.hpp"

#include <pthread.h>

#include <utility>

namespace otklik {

Strand::Strand(std::string name, std::size_t capacity) : capacity_(capacity) {
  thread_ = std::thread([this] { run(); });
  ::pthread_setname_np(thread_.native_handle(), name.substr(0, 15).c_str());
}

Strand::~Strand() { stop(); }

bool Strand::try_post(Work&& work) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || queue_.size() >= capacity_) return false;
    queue_.push_back(std::move(work));
    wake = std::exchange(sleeping_, false);
  }
  if (wake) work_came_.notify_one();
  return true;
}

bool Strand::post(Work&& work) {
  bool wake = false;
  {
    std::unique_lock lock(mutex_);
    room_came_.wait(lock, [this] { return stopping_ || queue_.size() < capacity_; });
    if (stopping_) return false;
    queue_.push_back(std::move(work));
    wake = std::exchange(sleeping_, false);
  }
  if (wake) work_came_.notify_one();
  return true;
}

void Strand::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    sleeping_ = false;
  }
  work_came_.notify_all();
  room_came_.notify_all();
  if (thread_.joinable()) thread_.join();
}

std::size_t Strand::queued() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

void Strand::run() {
  std::vector<Work> batch;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      while (queue_.empty() && !stopping_) {
        sleeping_ = true;
        work_came_.wait(lock);
      }
      sleeping_ = false;
      if (queue_.empty()) return;
      batch.swap(queue_);
    }
    room_came_.notify_all();
    for (auto& work : batch) {
      work();
      work = nullptr;  // what it owns goes before the next piece runs
    }
    batch.clear();
  }
}

}  // namespace otklik
