#include "store/event_log/syncer.hpp"

#include <pthread.h>

#include <cassert>
#include <utility>

#include "base/file.hpp"

namespace otklik::store {

Syncer::Syncer(Disk& disk, std::function<void()> finished) : disk_(disk), finished_(std::move(finished)) {
  thread_ = std::thread([this] { run(); });
  ::pthread_setname_np(thread_.native_handle(), "event-sync");
}

Syncer::~Syncer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

bool Syncer::is_busy() const {
  const std::lock_guard lock(mutex_);
  return state_ != State::idle;
}

void Syncer::start(int fd, std::uint64_t upto) {
  {
    const std::lock_guard lock(mutex_);
    assert(state_ == State::idle);
    state_ = State::wanted;
    fd_ = fd;
    last_ = {.upto = upto, .result = {}};
  }
  changed_.notify_all();
}

std::optional<Syncer::Finished> Syncer::take() {
  const std::lock_guard lock(mutex_);
  if (state_ != State::done) return std::nullopt;
  state_ = State::idle;
  return std::move(last_);
}

std::optional<Syncer::Finished> Syncer::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return state_ != State::wanted; });
  if (state_ == State::idle) return std::nullopt;
  state_ = State::idle;
  return std::move(last_);
}

void Syncer::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return state_ == State::wanted || stopping_; });
    if (state_ != State::wanted) return;
    const int fd = fd_;
    lock.unlock();
    Result<> result;
    if (disk_.sync(fd) != 0) result = std::unexpected(last_system_error("sync the event log"));
    lock.lock();
    last_.result = std::move(result);
    state_ = State::done;
    lock.unlock();
    changed_.notify_all();
    finished_();
    lock.lock();
  }
}

}  // namespace otklik::store
