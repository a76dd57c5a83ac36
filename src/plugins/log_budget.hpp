#pragma once
#include <chrono>
#include <cstdint>
#include <utility>

namespace otklik::plugins {

/// So many lines a minute reach the log; of the others, how many there were.
class LogBudget {
 public:
  using Clock = std::chrono::steady_clock;

  /// Whether a line may be logged now, of `most` a minute.
  bool take(unsigned most, Clock::time_point now) noexcept {
    if (now - began_ >= std::chrono::minutes(1)) {
      began_ = now;
      used_ = 0;
    }
    if (used_ < most) {
      ++used_;
      return true;
    }
    ++passed_over_;
    return false;
  }

  /// How many were passed over, once the minute is over; 0: nothing to say.
  std::uint64_t take_passed_over(Clock::time_point now) noexcept {
    if (passed_over_ == 0 || now - began_ < std::chrono::minutes(1)) return 0;
    return std::exchange(passed_over_, 0);
  }
  /// The same at the end.
  std::uint64_t rest() noexcept { return std::exchange(passed_over_, 0); }

 private:
  unsigned used_ = 0;
  std::uint64_t passed_over_ = 0;
  Clock::time_point began_{};
};

}  // namespace otklik::plugins
