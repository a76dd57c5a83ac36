#include "access/refusal_tally.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace otklik::access {

void RefusalTally::wrong(core::LoginRefused fact, std::chrono::nanoseconds now) {
  {
    const std::lock_guard lock(mutex_);
    ++totals_.wrong;
    if (each_.count() > 0) {
      left_ = std::min(static_cast<double>(burst_),
                       left_ + static_cast<double>((now - at_).count()) / static_cast<double>(each_.count()));
    }
    at_ = now;
    if (left_ < 1) {
      ++untold_;
      return;
    }
    left_ -= 1;
  }
  journal_.tell(std::move(fact));
}

void RefusalTally::repeated() {
  const std::lock_guard lock(mutex_);
  ++totals_.wrong;
}

void RefusalTally::not_checked(bool guessing) {
  const std::lock_guard lock(mutex_);
  ++(guessing ? guessing_ : busy_);
  ++(guessing ? totals_.guessing : totals_.busy);
}

RefusalTally::Totals RefusalTally::totals() const {
  const std::lock_guard lock(mutex_);
  return totals_;
}

void RefusalTally::sum_up() {
  std::string reason;
  {
    const std::lock_guard lock(mutex_);
    if (guessing_ + busy_ + untold_ == 0) return;
    reason = fmt::format("summary: {} refused for guessing, {} for want of capacity, {} wrong not told singly",
                         guessing_, busy_, untold_);
    guessing_ = busy_ = untold_ = 0;
  }
  journal_.tell(core::LoginRefused{.login = "", .reason = std::move(reason), .address = ""});
}

}  // namespace otklik::access
