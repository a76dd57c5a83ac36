#pragma once
#include <functional>

#include "core/events.hpp"
#include "core/ports/event_log.hpp"

namespace otklik::core {

/// The core's ear, as its adapters see it: facts go in from any thread, never blocking the teller for long.
///
/// A fact has happened, so the core applies it whether or not the log can keep it. A teller that gives up what it told
/// of, because `done` said that it was not recorded, tells its end like any other: a script that was told as started
/// and then not run is told as ended (`ScriptEnd::Kind::stopped`).
class Journal {
 public:
  virtual ~Journal() = default;

  /// Something happened. The core applies it, and the log keeps it.
  virtual void tell(EventBody fact) = 0;

  /// Likewise, and `done` runs when it is that safe, or will not be (see EventLog::append for where and with what).
  ///
  /// It may run before tell() returns, and so may what others asked to be told: hold no lock that these could want.
  virtual void tell(EventBody fact, Durability durability,
                    std::move_only_function<void(Result<std::uint64_t>)> done) = 0;

  /// False while nothing can be recorded (full disk, stopping): new work is refused then. Any thread, cheap.
  [[nodiscard]] virtual bool accepts() const noexcept = 0;
};

}  // namespace otklik::core
