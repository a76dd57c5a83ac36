#include "scenario/scheduler.hpp"

#include <pthread.h>

#include <algorithm>

#include "scenario/run.hpp"

namespace otklik::scenario {

Scheduler::Scheduler(unsigned threads, std::move_only_function<void(std::shared_ptr<Run>)> turn)
    : turn_(std::move(turn)), at_once_(std::max(1U, threads)) {
  const unsigned spares = std::max(4U, at_once_);
  threads_.reserve(at_once_ + spares);
  for (unsigned i = 0; i < at_once_ + spares; ++i) {
    threads_.emplace_back([this] { work(); });
    ::pthread_setname_np(threads_.back().native_handle(), "script");
  }
}

void Scheduler::add(std::shared_ptr<Run> run, Lane lane) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    (lane == Lane::awake ? awake_ : preempted_).push_back(std::move(run));
    ready_.fetch_add(1, std::memory_order_relaxed);
    wake = wants_one_more();
  }
  if (wake) came_.notify_one();
}

/// Whether to wake a thread. One is woken at a time, and wakes the next when it has found work and more is left: a
/// wake-up costs more than a short run.
bool Scheduler::wants_one_more() {
  if (waking_ || idle_ == 0 || working_ >= at_once_ || !has_ready()) return false;
  waking_ = true;
  return true;
}

void Scheduler::lend_out() {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    --working_;
    wake = wants_one_more();
  }
  if (wake) came_.notify_one();
}

void Scheduler::take_back() {
  const std::lock_guard lock(mutex_);
  ++working_;  // perhaps one too many for the moment: the next to finish a turn sees it and rests
}

std::shared_ptr<Run> Scheduler::take() {
  auto& lane = preempted_.empty() || (!awake_.empty() && ++turns_ % share != 0) ? awake_ : preempted_;
  auto run = std::move(lane.front());
  lane.pop_front();
  ready_.fetch_sub(1, std::memory_order_relaxed);
  return run;
}

void Scheduler::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    while (!(has_ready() && working_ < at_once_)) {
      if (stopping_ && !has_ready()) {
        came_.notify_all();
        return;
      }
      ++idle_;
      came_.wait(lock);
      --idle_;
      waking_ = false;
    }
    ++working_;
    do {
      auto run = take();
      const bool wake = wants_one_more();
      lock.unlock();
      if (wake) came_.notify_one();
      turn_(std::move(run));
      lock.lock();
    } while (has_ready() && working_ <= at_once_);
    --working_;
    if (wants_one_more()) came_.notify_one();
  }
}

void Scheduler::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  came_.notify_all();
  for (auto& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

}  // namespace otklik::scenario
