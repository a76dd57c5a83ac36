#pragma once
#include <cstdint>
#include <functional>
#include <string>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "core/events.hpp"

namespace otklik::core {

/// How far an event has got when its writer is told so.
enum class Durability : std::uint8_t {
  written,  ///< with the operating system: survives the death of this program
  synced,   ///< on the disk: survives the death of the machine
};

/// The one ordered record of what happened. Everything that pushes, counts or reports reads it with a cursor.
class EventLog {
 public:
  virtual ~EventLog() = default;

  /// Appends in the order of calls (the core's strand alone calls it) and never blocks. `done`, where given, runs on
  /// the log's own thread with the sequence number once the event is that safe, or with `storage_full` or `failed`
  /// when it will not be: then nothing of it was kept.
  virtual void append(const Event& event, Durability durability,
                      std::move_only_function<void(Result<std::uint64_t>)> done) = 0;

  /// False while the disk takes nothing: new work that must be recorded is refused until it does.
  [[nodiscard]] virtual bool accepts() const noexcept = 0;
};

}  // namespace otklik::core
