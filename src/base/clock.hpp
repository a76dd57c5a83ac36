#pragma once
#include <chrono>
#include <string>

namespace otklik {

/// A moment of wall-clock time, UTC, in microseconds.
using Time = std::chrono::sys_time<std::chrono::microseconds>;
using Duration = std::chrono::microseconds;

/// Where time comes from. The core is handed one, so that a test can hold the hands.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Time now() const = 0;
};

class WallClock final : public Clock {
 public:
  [[nodiscard]] Time now() const override {
    return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  }
};

/// `2026-11-22 15:04:05` in the server's own time zone: how every answer of the API shows a moment.
std::string local_text(Time when);
/// `2026-11-22T12:04:05.123456Z`: logs and the event log.
std::string utc_text(Time when);

}  // namespace otklik
