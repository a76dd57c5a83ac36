#pragma once
#include <chrono>
#include <mutex>
#include <string>

#include "core/events.hpp"
#include "core/ports/journal.hpp"

namespace otklik::access {

/// Tells the journal of refusals: verdicts singly, up to a rate; the rest, and those who were not checked at all, as
/// one sum from time to time. Any thread.
class RefusalTally {
 public:
  RefusalTally(core::Journal& journal, int burst, std::chrono::nanoseconds each)
      : journal_(journal), burst_(burst), each_(each), left_(burst) {}

  void wrong(core::LoginRefused fact, std::chrono::nanoseconds now);
  void not_checked(bool guessing);
  /// Tells the sums since the last time, if there are any.
  void sum_up();

 private:
  core::Journal& journal_;
  const int burst_;
  const std::chrono::nanoseconds each_;
  std::mutex mutex_;
  double left_;
  std::chrono::nanoseconds at_{0};
  std::uint64_t guessing_ = 0;
  std::uint64_t busy_ = 0;
  std::uint64_t untold_ = 0;
};

}  // namespace otklik::access
