#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "base/error.hpp"
#include "core/events.hpp"

namespace otklik::core {

/// How far an event has got when its writer is told so.
enum class Durability : std::uint8_t {
  written,  ///< with the operating system: survives the death of this program
  synced,   ///< on the disk: survives the death of the machine
};

/// Told the event's sequence number, or why it was not kept.
using Recorded = std::move_only_function<void(Result<std::uint64_t>)>;

/// One event on its way into the log.
struct LogEntry {
  Event event;
  Durability durability = Durability::written;  ///< when `done` is to run; without `done` it says nothing
  Recorded done{};                              ///< may be empty
};

/// The one ordered record of what happened. Everything that pushes, counts or reports reads it with a cursor.
class EventLog {
 public:
  virtual ~EventLog() = default;

  /// Appends in the order of calls (the core makes them, one at a time), moves the entries away and never blocks.
  ///
  /// `done`, where given, runs once, on the log's own thread or within append(): with the sequence number as soon as
  /// the event is that safe, or with `storage_full`, `too_large` or `failed` when it will not be: then nothing of it
  /// was kept. When the log's queue is full (`too_many`) or it has stopped (`unavailable`), `done` runs at once on the
  /// calling thread. Callbacks of one durability come in the order of their events.
  ///
  /// An event without `done` is kept in memory while the disk is full, and written when there is room; where even that
  /// does not suffice, an EventsLost tells how many are missing.
  virtual void append(std::span<LogEntry> batch) = 0;

  /// How much more its queue takes now, in units of weight(): tellers wait for room, so that nothing is lost when facts
  /// come faster than the disk is. Any thread, cheap; without limit on the log's own thread, which alone makes room.
  [[nodiscard]] virtual std::size_t room() const noexcept = 0;

  /// False while the disk takes nothing: new work that must be recorded is refused until it does. Any thread, cheap.
  [[nodiscard]] virtual bool accepts() const noexcept = 0;
};

}  // namespace otklik::core
