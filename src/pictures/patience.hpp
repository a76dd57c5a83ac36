#pragma once
#include <chrono>
#include <stop_token>

#include "base/error.hpp"

namespace otklik::pictures {

/// How long work on a picture may go on. It is asked once a row, or once a piece of the file,
/// so that work ends soon after it is over.
class Patience {
 public:
  using Clock = std::chrono::steady_clock;

  /// Without end.
  Patience() = default;
  explicit Patience(Clock::duration longest, std::stop_token stop = {})
      : until_(Clock::now() + longest), stop_(std::move(stop)) {}

  [[nodiscard]] bool is_over() const noexcept { return stop_.stop_requested() || Clock::now() >= until_; }

  /// Why: `unavailable` when it was stopped, else `too_large`, since a picture of the allowed size that takes too long
  /// was made to.
  [[nodiscard]] Error error() const {
    if (stop_.stop_requested()) return {ErrorCode::unavailable, "The work on the picture was stopped"};
    return {ErrorCode::too_large, "The picture takes too long to decode"};
  }

 private:
  Clock::time_point until_ = Clock::time_point::max();
  std::stop_token stop_;
};

}  // namespace otklik::pictures
