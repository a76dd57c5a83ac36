#pragma once
#include <sys/epoll.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "net/loop/timer_wheel.hpp"

namespace otklik::net {

/// Whom the loop tells that a descriptor is ready.
class Watcher {
 public:
  virtual void on_events(std::uint32_t epoll_events) = 0;

 protected:
  ~Watcher() = default;
};

/// The part of a loop that other threads may touch, and that outlives it: work sent home after the loop has ended is
/// dropped, not lost in freed memory.
class Mailbox {
 public:
  using Work = std::move_only_function<void()>;

  Mailbox();

  /// Runs `work` on the loop, soon, in the order of posting. False when the loop has ended: `work` is untouched. As
  /// bounded as those who post: each answer of an admitted request is posted once.
  bool post(Work&& work);
  /// Whether the calling thread is in the loop's run().
  [[nodiscard]] bool is_here() const noexcept;

 private:
  friend class Loop;

  UniqueFd event_;
  std::mutex mutex_;
  std::vector<Work> work_;
  bool told_ = false;  ///< the loop has been woken for what lies here
  bool closed_ = false;
};

/// One thread's event loop: edge-triggered epoll, a timer wheel and a mailbox. Everything but post() belongs to the
/// thread in run().
///
/// epoll itself and not Asio: a server needs six calls of the reactor, all of them here, and saves by that 8 % of the
/// time of a request, a heap block for each operation under way, and the one thing that ThreadSanitizer has to be told
/// to overlook.
class Loop {
 public:
  /// Errors: `failed` when the kernel gives no epoll or event descriptor.
  static Result<std::unique_ptr<Loop>> make();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Until stop(). Work that is still in the mailbox then is run before it returns.
  void run();
  /// Ends run() after the present round. On the loop only.
  void stop() noexcept { stopping_ = true; }

  bool post(Mailbox::Work&& work) { return mailbox_->post(std::move(work)); }
  [[nodiscard]] bool is_here() const noexcept { return mailbox_->is_here(); }
  [[nodiscard]] const std::shared_ptr<Mailbox>& mailbox() const noexcept { return mailbox_; }

  /// Watches until it is forgotten, which must be before the descriptor is closed: epoll goes by what is open, and a
  /// child process that is being started holds copies of all descriptors for a moment. `events` as for epoll_ctl; EPOLLET where wanted. `watcher`
  /// must live to the end of the round in which it is forgotten: see release(). Errors: `failed`.
  Result<> watch(int fd, std::uint32_t events, Watcher& watcher);
  void forget(int fd) noexcept;

  /// Runs `work` at the end of the present round, before the loop waits again.
  void soon(Mailbox::Work&& work) { soon_.push_back(std::move(work)); }
  /// Keeps something alive to the end of the present round: events for it may be on their way.
  void release(std::shared_ptr<void> thing) { released_.push_back(std::move(thing)); }

  [[nodiscard]] TimerWheel& timers() noexcept { return timers_; }
  /// Milliseconds of the steady clock, read once a round.
  [[nodiscard]] std::int64_t now() const noexcept { return now_; }

 private:
  Loop(UniqueFd epoll, std::shared_ptr<Mailbox> mailbox);
  void take_mail();
  void round(int wait);
  void let_go();

  UniqueFd epoll_;
  std::shared_ptr<Mailbox> mailbox_;
  std::int64_t now_;
  TimerWheel timers_;
  std::vector<Mailbox::Work> mail_;
  std::vector<Mailbox::Work> soon_;
  std::vector<Mailbox::Work> running_;
  std::vector<std::shared_ptr<void>> released_;
  bool stopping_ = false;
};

/// Milliseconds of the steady clock, now.
std::int64_t steady_milliseconds() noexcept;

}  // namespace otklik::net
