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
  /// Wrong, as it was the last time: counted, not told again.
  void repeated();
  void not_checked(bool guessing);
  /// Tells the sums since the last time, if there are any.
  void sum_up();

  /// Since the start.
  struct Totals {
    std::uint64_t wrong = 0;     ///< looked at, and wrong
    std::uint64_t guessing = 0;  ///< not looked at: too many failures
    std::uint64_t busy = 0;      ///< not looked at: too much to do
  };
  [[nodiscard]] Totals totals() const;

 private:
  core::Journal& journal_;
  const int burst_;
  const std::chrono::nanoseconds each_;
  mutable std::mutex mutex_;
  double left_;
  std::chrono::nanoseconds at_{0};
  std::uint64_t guessing_ = 0;
  std::uint64_t busy_ = 0;
  std::uint64_t untold_ = 0;
  Totals totals_;
};

}  // namespace otklik::access
