#include "net/loop/loop.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>

#include "base/file.hpp"

namespace otklik::net {
namespace {

constexpr int events_a_round = 256;

thread_local const Mailbox* current = nullptr;

}  // namespace

std::int64_t steady_milliseconds() noexcept {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

Mailbox::Mailbox() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

bool Mailbox::is_here() const noexcept { return current == this; }

bool Mailbox::post(Work&& work) {
  bool tell = false;
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    work_.push_back(std::move(work));
    tell = !std::exchange(told_, true);
  }
  if (tell) {
    // Watched by edge: every write is an event of its own, and nobody has to read the counter.
    const std::uint64_t one = 1;
    static_cast<void>(!::write(event_.get(), &one, sizeof one));
  }
  return true;
}

Result<std::unique_ptr<Loop>> Loop::make() {
  UniqueFd epoll(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll) return std::unexpected(last_system_error("making an event loop"));
  auto mailbox = std::make_shared<Mailbox>();
  if (!mailbox->event_) return std::unexpected(last_system_error("making an event loop"));
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  event.data.ptr = nullptr;
  if (::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, mailbox->event_.get(), &event) != 0) {
    return std::unexpected(last_system_error("making an event loop"));
  }
  return std::unique_ptr<Loop>(new Loop(std::move(epoll), std::move(mailbox)));
}

Loop::Loop(UniqueFd epoll, std::shared_ptr<Mailbox> mailbox)
    : epoll_(std::move(epoll)), mailbox_(std::move(mailbox)), now_(steady_milliseconds()), timers_(now_) {}

Loop::~Loop() {
  std::vector<Mailbox::Work> left;
  const std::lock_guard lock(mailbox_->mutex_);
  mailbox_->closed_ = true;
  left.swap(mailbox_->work_);
}

Result<> Loop::watch(int fd, std::uint32_t events, Watcher& watcher) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &watcher;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
    return std::unexpected(last_system_error("watching a socket"));
  }
  return {};
}

void Loop::forget(int fd) noexcept {
  epoll_event event{};
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, &event);
}

void Loop::run() {
  current = mailbox_.get();
  while (!stopping_) round(soon_.empty() ? timers_.wait(now_) : 0);
  // Answers that came home while the loop was ending still find it.
  for (bool more = true; more;) {
    take_mail();
    more = !soon_.empty();
    running_.swap(soon_);
    for (auto& work : running_) work();
    running_.clear();
  }
  {
    const std::lock_guard lock(mailbox_->mutex_);
    mailbox_->closed_ = true;
    mail_.swap(mailbox_->work_);
  }
  mail_.clear();
  let_go();
  current = nullptr;
}

void Loop::round(int wait) {
  std::array<epoll_event, events_a_round>
      events;  // NOLINT(cppcoreguidelines-pro-type-member-init): the kernel fills it
  const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), wait);
  now_ = steady_milliseconds();
  bool mail = false;
  for (int i = 0; i < count; ++i) {
    const auto& event = events[static_cast<std::size_t>(i)];
    if (event.data.ptr == nullptr) {
      mail = true;
    } else {
      static_cast<Watcher*>(event.data.ptr)->on_events(event.events);
    }
  }
  timers_.advance(now_);
  if (mail) take_mail();
  if (!soon_.empty()) {
    running_.swap(soon_);
    for (auto& work : running_) work();
    running_.clear();
  }
  if (!released_.empty()) let_go();
}

void Loop::let_go() {
  // What is destroyed may drop the answer of another connection, which is then released in turn.
  while (!released_.empty()) {
    std::vector<std::shared_ptr<void>> going;
    going.swap(released_);
  }
}

void Loop::take_mail() {
  {
    const std::lock_guard lock(mailbox_->mutex_);
    mail_.swap(mailbox_->work_);
    mailbox_->told_ = false;
  }
  for (auto& work : mail_) work();
  mail_.clear();
}

}  // namespace otklik::net
