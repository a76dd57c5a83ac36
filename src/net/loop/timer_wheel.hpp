#pragma once
#include <array>
#include <cstdint>

namespace otklik::net {

class TimerWheel;

/// A moment at which something is to be done. Belongs to its owner, knows the wheel it hangs in, leaves it when
/// destroyed. Costs no allocation and, when it is put off again and again, no work either.
class Timer {
 public:
  using Callback = void (*)(void* context);

  Timer(Callback callback, void* context) noexcept : callback_(callback), context_(context) {}
  ~Timer() { cancel(); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  void cancel() noexcept;
  [[nodiscard]] bool is_set() const noexcept { return wheel_ != nullptr; }

 private:
  friend class TimerWheel;

  TimerWheel* wheel_ = nullptr;
  Timer* next_ = nullptr;
  Timer* previous_ = nullptr;
  std::int64_t deadline_ = 0;   ///< milliseconds
  std::int64_t slot_time_ = 0;  ///< when its slot comes round: never after the deadline's own slot
  std::uint16_t slot_ = 0;
  Callback callback_;
  void* context_;
};

/// All timers of one loop: a ring of slots of 16 ms each. Setting, putting off and cancelling cost a few instructions,
/// which is why every connection can have a time limit for each thing that it does. A timer fires at its moment or up
/// to two slots later, never before.
class TimerWheel {
 public:
  /// `now` and all other moments in milliseconds of one steady clock.
  explicit TimerWheel(std::int64_t now) noexcept;
  ~TimerWheel();
  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;

  /// A timer that is set already is moved.
  void set(Timer& timer, std::int64_t deadline) noexcept;

  /// Fires what is due. Callbacks may set, cancel and destroy timers, their own too.
  void advance(std::int64_t now);

  /// Milliseconds until advance() is wanted; -1 when no timer is set.
  [[nodiscard]] int wait(std::int64_t now) const noexcept;

 private:
  friend class Timer;
  static constexpr std::int64_t slot_milliseconds = 16;
  static constexpr std::int64_t slots = 1024;

  struct Ring {
    Timer* first = nullptr;
  };

  [[nodiscard]] std::int64_t next_occupied() const noexcept;
  void link(Timer& timer) noexcept;
  void unlink(Timer& timer) noexcept;

  std::array<Ring, slots> ring_{};
  std::array<std::uint64_t, slots / 64> occupied_{};
  std::int64_t slot_ = 0;    ///< number of the slot that was dealt with last, counted from the clock's zero
  Timer* firing_ = nullptr;  ///< the next timer of the slot being dealt with
};

}  // namespace otklik::net
