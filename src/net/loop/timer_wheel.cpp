#include "net/loop/timer_wheel.hpp"

#include <algorithm>
#include <bit>

namespace otklik::net {

void Timer::cancel() noexcept {
  if (wheel_ != nullptr) wheel_->unlink(*this);
}

TimerWheel::TimerWheel(std::int64_t now) noexcept : slot_(now / slot_milliseconds) {}

TimerWheel::~TimerWheel() {
  for (auto& slot : ring_) {
    while (slot.first != nullptr) unlink(*slot.first);
  }
}

void TimerWheel::set(Timer& timer, std::int64_t deadline) noexcept {
  timer.deadline_ = deadline;
  if (timer.wheel_ != nullptr) {
    if (timer.slot_time_ <= deadline) return;  // moved on when its slot comes round
    unlink(timer);
  }
  link(timer);
}

void TimerWheel::link(Timer& timer) noexcept {
  const std::int64_t due = (timer.deadline_ + slot_milliseconds - 1) / slot_milliseconds;
  const std::int64_t slot = std::clamp(due, slot_ + 1, slot_ + slots - 1);
  timer.wheel_ = this;
  timer.slot_ = static_cast<std::uint16_t>(slot % slots);
  timer.slot_time_ = slot * slot_milliseconds;
  auto& ring = ring_[timer.slot_];
  timer.previous_ = nullptr;
  timer.next_ = ring.first;
  if (ring.first != nullptr) ring.first->previous_ = &timer;
  ring.first = &timer;
  occupied_[timer.slot_ / 64] |= std::uint64_t{1} << (timer.slot_ % 64);
}

void TimerWheel::unlink(Timer& timer) noexcept {
  if (firing_ == &timer) firing_ = timer.next_;
  if (timer.next_ != nullptr) timer.next_->previous_ = timer.previous_;
  if (timer.previous_ != nullptr) {
    timer.previous_->next_ = timer.next_;
  } else {
    ring_[timer.slot_].first = timer.next_;
    if (timer.next_ == nullptr) occupied_[timer.slot_ / 64] &= ~(std::uint64_t{1} << (timer.slot_ % 64));
  }
  timer.wheel_ = nullptr;
}

void TimerWheel::advance(std::int64_t now) {
  const std::int64_t target = now / slot_milliseconds;
  if (target - slot_ > slots) slot_ = target - slots;  // the loop stood still for longer than a round: every slot once
  for (;;) {
    const std::int64_t slot = next_occupied();
    if (slot < 0 || slot > target) break;
    slot_ = slot;
    // A timer set by a callback never lands in this slot: the next ones begin at slot_ + 1.
    firing_ = ring_[static_cast<std::size_t>(slot_ % slots)].first;
    while (firing_ != nullptr) {
      Timer& timer = *firing_;
      unlink(timer);
      if (timer.deadline_ > now) {
        link(timer);
      } else {
        timer.callback_(timer.context_);
      }
    }
  }
  slot_ = std::max(slot_, target);
}

int TimerWheel::wait(std::int64_t now) const noexcept {
  const std::int64_t slot = next_occupied();
  return slot < 0 ? -1 : static_cast<int>(std::max<std::int64_t>(0, slot * slot_milliseconds - now));
}

std::int64_t TimerWheel::next_occupied() const noexcept {
  // The words of the map in the order in which their slots come round; the first one a second time, for its low bits.
  for (std::int64_t slot = slot_ + 1; slot <= slot_ + 1 + slots;) {
    const auto bit = static_cast<unsigned>(slot % 64);
    const std::uint64_t word = occupied_[static_cast<std::size_t>(slot % slots / 64)] >> bit;
    if (word != 0) return slot + std::countr_zero(word);
    slot += 64 - bit;
  }
  return -1;
}

}  // namespace otklik::net
