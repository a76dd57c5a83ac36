#pragma once
#include <functional>

#include "core/events.hpp"
#include "core/ports/event_log.hpp"

namespace otklik::core {

/// The core's ear, as its adapters see it: facts go in from any thread, never blocking the teller for long.
class Journal {
 public:
  virtual ~Journal() = default;

  /// Something happened. The core applies it, and the log keeps it.
  virtual void tell(EventBody fact) = 0;

  /// Likewise, and `done` runs (on the log's thread) when it is that safe, or will not be.
  virtual void tell(EventBody fact, Durability durability, std::move_only_function<void(Result<std::uint64_t>)> done) = 0;

  /// False while nothing can be recorded (full disk, stopping): new work is refused then.
  [[nodiscard]] virtual bool accepts() const noexcept = 0;
};

}  // namespace otklik::core
