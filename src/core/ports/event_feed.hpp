#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/uuid.hpp"

namespace otklik::core {

/// An event as a reader of the log sees it. The texts live until the cursor moves on.
struct FedEvent {
  std::uint64_t sequence = 0;
  Time at{};
  std::string_view type;
  std::string_view data;  ///< a JSON object without line breaks
};
/// Events that are not there any more.
struct FedGap {
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  std::string_view why;  ///< `deleted`, `damaged`
};
struct FedNothing {};

/// A place in the event log. One thread at a time.
class EventCursor {
 public:
  using Next = std::variant<FedEvent, FedGap, FedNothing>;

  virtual ~EventCursor() = default;
  /// What comes next; reads files. Error: `failed`, a later call tries again.
  virtual Result<Next> next() = 0;
};

/// The event log for those who follow it at their own pace.
class EventFeed {
 public:
  /// The place of somebody who waits; when it goes, his call no longer comes.
  class Ticket {
   public:
    virtual ~Ticket() = default;
  };

  virtual ~EventFeed() = default;
  /// The log's own id: a cursor is (log, sequence).
  [[nodiscard]] virtual Uuid log() const = 0;
  [[nodiscard]] virtual std::uint64_t last_sequence() const = 0;
  /// The newest that survives the death of the machine; the numbers behind it may then be given again.
  [[nodiscard]] virtual std::uint64_t last_synced() const = 0;
  /// `from`: the first event wanted; 0: the oldest that is kept.
  virtual std::unique_ptr<EventCursor> open(std::uint64_t from) = 0;
  /// `more` runs once, on the log's thread, as soon as there is an event past `sequence`. It must be quick.
  virtual std::unique_ptr<Ticket> when_past(std::uint64_t sequence, std::move_only_function<void()> more) = 0;
};

}  // namespace otklik::core
