#include "pbx/inbox.hpp"

#include <pthread.h>

namespace otklik::pbx {
namespace {

constexpr std::chrono::seconds between_ticks{1};

}  // namespace

Inbox::Inbox(std::function<void(Item&&)> take, std::function<void()> tick, std::size_t full)
    : take_(std::move(take)), tick_(std::move(tick)), full_(full), thread_([this] { run(); }) {}

void Inbox::put(Item item) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    waiting_.push_back(std::move(item));
    if (waiting_.size() != 1) return;  // whoever put the first has called it
  }
  came_.notify_one();
}

bool Inbox::is_full() const { return waiting() >= full_; }

std::size_t Inbox::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size() + in_work_;
}

void Inbox::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  came_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Inbox::run() {
  pthread_setname_np(pthread_self(), "pbx");
  auto next_tick = std::chrono::steady_clock::now() + between_ticks;
  std::vector<Item> batch;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      in_work_ = 0;
      came_.wait_until(lock, next_tick, [this] { return !waiting_.empty() || stopping_; });
      if (waiting_.empty() && stopping_) return;
      batch.swap(waiting_);
      in_work_ = batch.size();
    }
    for (auto& item : batch) take_(std::move(item));
    batch.clear();
    if (const auto now = std::chrono::steady_clock::now(); now >= next_tick) {
      tick_();
      next_tick = now + between_ticks;
    }
  }
}

}  // namespace otklik::pbx
