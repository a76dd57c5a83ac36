#include "plugins/supervisor.hpp"

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cassert>
#include <cerrno>
#include <vector>

namespace otklik::plugins {
namespace {

constexpr std::size_t events_together = 64;
constexpr std::uint64_t waker_key = 0;

using Stream = Process::Stream;
constexpr std::array all_streams{Stream::output, Stream::errors, Stream::input, Stream::end};

constexpr std::uint64_t key_of(std::uint64_t number, Stream stream) noexcept {
  return number * 4 + static_cast<std::uint64_t>(stream);
}

}  // namespace

Supervisor::Supervisor(Handlers handlers)
    : handlers_(std::move(handlers)),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      waker_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  epoll_event event{.events = EPOLLIN, .data = {.u64 = waker_key}};
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, waker_.get(), &event);
  thread_ = std::thread([this] {
    ::pthread_setname_np(::pthread_self(), "plugins");
    run();
  });
}

void Supervisor::want(Process& process, Stream stream, bool wanted) {
  const auto bit = static_cast<std::uint8_t>(1U << static_cast<unsigned>(stream));
  const bool watched = (process.watched & bit) != 0;
  const int fd = process.fd(stream);
  if (fd < 0 || watched == wanted) return;
  // Taken out altogether where it is not wanted: a pipe whose other end is gone would else be told for ever.
  epoll_event event{.events = stream == Stream::input ? EPOLLOUT : EPOLLIN,
                    .data = {.u64 = key_of(process.number, stream)}};
  ::epoll_ctl(epoll_.get(), wanted ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, fd, &event);
  process.watched = static_cast<std::uint8_t>(wanted ? process.watched | bit : process.watched & ~bit);
}

void Supervisor::watch(const std::shared_ptr<Process>& process) {
  {
    const std::lock_guard lock(mutex_);
    process->number = next_number_++;
    processes_.emplace(process->number, process);
  }
  want(*process, Stream::end, true);
  update(*process, Clock::now());
  wake_by(Clock::now());  // from now on it ticks faster
}

void Supervisor::update(Process& process, Clock::time_point now) {
  if (process.number == 0) return;
  want(process, Stream::output, process.wants_output(now));
  want(process, Stream::errors, process.wants_errors(now));
  want(process, Stream::input, process.has_output());
}

void Supervisor::forget(Process& process, Stream stream) {
  want(process, stream, false);
  process.close(stream);
}

void Supervisor::remove(Process& process) {
  for (const auto stream : all_streams) forget(process, stream);
  std::shared_ptr<Process> last;  // goes after the lock
  const std::lock_guard lock(mutex_);
  const auto found = processes_.find(process.number);
  if (found == processes_.end()) return;
  last = std::move(found->second);
  processes_.erase(found);
  process.number = 0;
  if (processes_.empty()) emptied_.notify_all();
}

void Supervisor::wait_until_empty() {
  std::unique_lock lock(mutex_);
  emptied_.wait(lock, [this] { return processes_.empty(); });
}

void Supervisor::wake_by(Clock::time_point when) {
  {
    const std::lock_guard lock(mutex_);
    if (when >= wanted_) return;
    wanted_ = when;
  }
  wake();
}

void Supervisor::wake() {
  const std::uint64_t one = 1;
  static_cast<void>(!::write(waker_.get(), &one, sizeof one));  // full: it is awake
}

void Supervisor::run() {
  std::array<epoll_event, events_together> events{};
  for (;;) {
    auto patience = idle;
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      if (!processes_.empty()) patience = std::min(patience, tick);
      const auto left = std::max(wanted_ - Clock::now(), Clock::duration{0});
      if (left < patience) patience = std::chrono::ceil<std::chrono::milliseconds>(left);
    }
    const int count =
        ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), static_cast<int>(patience.count()));
    assert(count >= 0 || errno == EINTR);
    for (int i = 0; i < count; ++i) {
      const auto key = events[static_cast<std::size_t>(i)].data.u64;
      if (key == waker_key) {
        std::uint64_t value = 0;
        static_cast<void>(!::read(waker_.get(), &value, sizeof value));
        continue;
      }
      std::shared_ptr<Process> process;
      {
        const std::lock_guard lock(mutex_);
        const auto found = processes_.find(key / 4);
        if (found == processes_.end()) continue;  // it went by an event before this one
        process = found->second;
      }
      handlers_.ready(process, static_cast<Stream>(key % 4));
    }
    const auto now = Clock::now();
    bool due = false;
    {
      const std::lock_guard lock(mutex_);
      due = now >= wanted_;
      if (due) wanted_ = Clock::time_point::max();
    }
    handlers_.tick(now, due);
  }
}

void Supervisor::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake();
  if (thread_.joinable()) thread_.join();
}

}  // namespace otklik::plugins
