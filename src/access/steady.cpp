#include "access/steady.hpp"

#include <time.h>

namespace otklik::access {

std::chrono::nanoseconds CoarseClock::now() const noexcept {
  timespec t{};
  ::clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
  return std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec);
}

}  // namespace otklik::access
