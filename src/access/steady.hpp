#pragma once
#include <chrono>

namespace otklik::access {

/// Time that only goes forward, as a number since some beginning. Handed in, so that a test can hold the hands.
class SteadyClock {
 public:
  virtual ~SteadyClock() = default;
  [[nodiscard]] virtual std::chrono::nanoseconds now() const noexcept = 0;
};

/// The system's coarse one: a few milliseconds of resolution for a few nanoseconds of time.
class CoarseClock final : public SteadyClock {
 public:
  [[nodiscard]] std::chrono::nanoseconds now() const noexcept override;
};

}  // namespace otklik::access
