#include "media/engine/media_thread.hpp"

#include <fmt/format.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>

#include <ctime>
#include <system_error>

#include "base/file.hpp"

namespace otklik::media {
namespace {

constexpr int most_events = 512;
constexpr std::uint64_t most_ticks_at_once = 5;
constexpr std::size_t ticks_a_round = 50;  // every leg is looked after once in so many ticks: once a second

// What epoll says of a descriptor: a leg, with its lowest bit set for the RTCP socket, or one of these two.
void* const timer_mark = nullptr;
const int event_anchor = 0;
void* event_mark() noexcept {
  return const_cast<int*>(&event_anchor);
}  // NOLINT(cppcoreguidelines-pro-type-const-cast): a mark only

void* rtcp_mark(Leg* leg) noexcept { return reinterpret_cast<std::uint8_t*>(leg) + 1; }  // NOLINT

}  // namespace

std::int64_t MediaThread::clock_us() noexcept {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000 + now.tv_nsec / 1000;
}

MediaThread::MediaThread(Outbox& outbox, std::size_t most_legs) : outbox_(outbox), now_us_(clock_us()) {
  legs_.reserve(most_legs);
  bridges_.reserve(most_legs);
  ticking_.reserve(most_legs);
  backlog_.reserve(1024);
  for (std::size_t i = 0; i < most_batch; ++i) {
    pieces_[i] = {buffers_[i].data(), most_packet_size + 1};  // one more, so that what is too long shows
    headers_[i].msg_hdr.msg_iov = &pieces_[i];
    headers_[i].msg_hdr.msg_iovlen = 1;
    headers_[i].msg_hdr.msg_name = &senders_[i].any;
  }
}

Result<std::unique_ptr<MediaThread>> MediaThread::start(unsigned number, Outbox& outbox, std::size_t most_legs) {
  std::unique_ptr<MediaThread> self(new MediaThread(outbox, most_legs));
  self->epoll_.reset(::epoll_create1(EPOLL_CLOEXEC));
  self->timer_.reset(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
  self->event_.reset(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  itimerspec each{};
  each.it_interval.tv_nsec = tick_us * 1000;
  each.it_value.tv_nsec = tick_us * 1000;
  if (!self->epoll_ || !self->timer_ || !self->event_ ||
      ::timerfd_settime(self->timer_.get(), 0, &each, nullptr) != 0 ||
      !self->watch(self->timer_.get(), timer_mark, EPOLLIN) ||
      !self->watch(self->event_.get(), event_mark(), EPOLLIN)) {
    return std::unexpected(last_system_error("starting a media thread"));
  }
  try {
    self->thread_ = std::thread([raw = self.get()] { raw->run(); });
  } catch (const std::system_error&) {
    return fail(ErrorCode::failed, "A media thread could not be started");
  }
  ::pthread_setname_np(self->thread_.native_handle(), fmt::format("media-{}", number).c_str());
  return self;
}

MediaThread::~MediaThread() { stop(); }

void MediaThread::stop() noexcept {
  if (!thread_.joinable()) return;
  stopping_.store(true, std::memory_order_release);
  const std::uint64_t one = 1;
  while (::write(event_.get(), &one, sizeof one) < 0 && errno == EINTR) {
  }
  thread_.join();
}

bool MediaThread::try_post(std::unique_ptr<Command>&& command) noexcept {
  if (!commands_.try_push(std::move(command))) return false;
  if (!woken_.exchange(true, std::memory_order_acq_rel)) {
    const std::uint64_t one = 1;
    while (::write(event_.get(), &one, sizeof one) < 0 && errno == EINTR) {
    }
  }
  return true;
}

bool MediaThread::watch(int fd, void* who, std::uint32_t events) noexcept {
  epoll_event event{};
  event.events = events;
  event.data.ptr = who;
  return ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0;
}

void MediaThread::run() noexcept {
  std::array<epoll_event, most_events> events;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by the kernel
  bool ending = false;
  while (!ending) {
    const int count = ::epoll_wait(epoll_.get(), events.data(), most_events, -1);
    now_us_ = clock_us();
    bool timer = false;
    bool mail = false;
    for (int i = 0; i < count; ++i) {
      void* who = events[static_cast<std::size_t>(i)].data.ptr;
      if (who == timer_mark) {
        timer = true;
      } else if (who == event_mark()) {
        mail = true;
      } else if (const auto bits = reinterpret_cast<std::uintptr_t>(who); (bits & 1) != 0) {  // NOLINT
        reinterpret_cast<Leg*>(bits - 1)->on_rtcp_ready();                                    // NOLINT
      } else {
        static_cast<Leg*>(who)->on_rtp_ready();
      }
    }
    if (timer) on_timer();
    if (mail) {
      ending = stopping_.load(std::memory_order_acquire);
      run_commands();
      ending = ending && commands_.size() == 0;
    }
  }
}

void MediaThread::run_commands() noexcept {
  std::uint64_t count = 0;
  if (::read(event_.get(), &count, sizeof count) < 0 && errno != EAGAIN) return;
  woken_.exchange(false, std::memory_order_acq_rel);  // sees all that was posted before
  std::unique_ptr<Command> command;
  // As many as there is room for: who posts on and on does not keep the packets waiting for ever.
  std::size_t done = 0;
  while (done < commands_.room() && commands_.try_pop(command)) {
    command->run(*this);
    give(std::move(command));
    ++done;
  }
  if (done == commands_.room()) {
    count = 1;
    while (::write(event_.get(), &count, sizeof count) < 0 && errno == EINTR) {
    }
  }
}

void MediaThread::on_timer() noexcept {
  std::uint64_t due = 0;
  if (::read(timer_.get(), &due, sizeof due) != sizeof due) return;
  if (due > 1) counters_.late_ticks.add(static_cast<std::int64_t>(due - 1));
  if (due > most_ticks_at_once) {  // the machine stood still: what is past is past
    tick_number_ += due - most_ticks_at_once;
    due = most_ticks_at_once;
  }
  for (std::uint64_t i = 0; i < due; ++i) tick();
  offer_backlog();
}

void MediaThread::tick() noexcept {
  ++tick_number_;
  for (std::size_t i = 0; i < ticking_.size();) {
    Leg* leg = ticking_[i];
    leg->tick();
    if (i < ticking_.size() && ticking_[i] == leg) ++i;  // it may have left the list, and another taken its place
  }
  const std::size_t share = legs_.size() / ticks_a_round + 1;
  for (std::size_t i = 0; i < share && !legs_.empty(); ++i) {
    if (looked_after_ >= legs_.size()) looked_after_ = 0;
    legs_[looked_after_++]->look_after();
  }
}

void MediaThread::give(Outgoing&& thing) noexcept {
  if (backlog_.empty() && outbox_.try_put(std::move(thing))) return;
  backlog_.push_back(std::move(thing));  // a listener that stands still: as bounded as what was asked for
}

void MediaThread::tell_if_room(Fact&& fact) noexcept {
  if (!backlog_.empty() || outbox_.is_tight() || !outbox_.try_put(std::move(fact))) counters_.facts_dropped.add();
}

std::vector<Outgoing> MediaThread::what_is_left() { return std::move(backlog_); }

void MediaThread::offer_backlog() noexcept {
  std::size_t done = 0;
  while (done < backlog_.size() && outbox_.try_put(std::move(backlog_[done]))) ++done;
  backlog_.erase(backlog_.begin(), backlog_.begin() + static_cast<std::ptrdiff_t>(done));
}

void MediaThread::adopt(std::unique_ptr<Leg> leg) noexcept {
  Leg* raw = leg.get();
  raw->slot = legs_.size();
  legs_.push_back(std::move(leg));
  raw->adopted_by(this);
  watch(raw->sockets().rtp.get(), raw, EPOLLIN | EPOLLET);
  watch(raw->sockets().rtcp.get(), rtcp_mark(raw), EPOLLIN | EPOLLET);
  raw->refresh();
}

std::unique_ptr<Leg> MediaThread::release(Leg& leg) noexcept {
  part(leg);
  list_for_ticks(leg, false);
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, leg.sockets().rtp.get(), nullptr);
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, leg.sockets().rtcp.get(), nullptr);
  std::unique_ptr<Leg> out = std::move(legs_[leg.slot]);
  if (leg.slot + 1 != legs_.size()) {
    legs_[leg.slot] = std::move(legs_.back());
    legs_[leg.slot]->slot = leg.slot;
  }
  legs_.pop_back();
  leg.adopted_by(nullptr);
  return out;
}

void MediaThread::add(std::unique_ptr<Bridge> bridge) noexcept {
  bridge->slot = bridges_.size();
  Bridge* raw = bridge.get();
  bridges_.push_back(std::move(bridge));
  counters_.bridges.set(static_cast<std::int64_t>(bridges_.size()));
  raw->refresh();
}

void MediaThread::part(Leg& leg) noexcept {
  Bridge* bridge = leg.bridge;
  if (bridge == nullptr) return;
  bridge->remove(leg);
  leg.refresh();
  bridge->refresh();
  if (bridge->size() > 1) return;
  if (Leg* alone = bridge->first()) {
    bridge->remove(*alone);
    alone->refresh();
  }
  const std::size_t slot = bridge->slot;
  std::unique_ptr<Bridge> gone = std::move(bridges_[slot]);
  if (slot + 1 != bridges_.size()) {
    bridges_[slot] = std::move(bridges_.back());
    bridges_[slot]->slot = slot;
  }
  bridges_.pop_back();
  counters_.bridges.set(static_cast<std::int64_t>(bridges_.size()));
  give(std::move(gone));
}

void MediaThread::list_for_ticks(Leg& leg, bool yes) noexcept {
  const bool is = leg.tick_slot != Leg::not_listed;
  if (is == yes) return;
  if (yes) {
    leg.tick_slot = ticking_.size();
    ticking_.push_back(&leg);
    return;
  }
  ticking_[leg.tick_slot] = ticking_.back();
  ticking_[leg.tick_slot]->tick_slot = leg.tick_slot;
  ticking_.pop_back();
  leg.tick_slot = Leg::not_listed;
}

std::size_t MediaThread::receive(int fd) noexcept {
  for (auto& header : headers_) header.msg_hdr.msg_namelen = sizeof(sockaddr_in6);
  const int count = ::recvmmsg(fd, headers_.data(), most_batch, MSG_DONTWAIT, nullptr);
  if (count <= 0) return 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) senders_[i].size = headers_[i].msg_hdr.msg_namelen;
  return static_cast<std::size_t>(count);
}

}  // namespace otklik::media
