#pragma once
#include "core/ports/event_feed.hpp"
#include "store/event_log/event_log.hpp"

namespace otklik::store {

/// The log as those who follow it see it. The log must outlive it.
class FileEventFeed final : public core::EventFeed {
 public:
  explicit FileEventFeed(FileEventLog& log) : log_(log) {}

  [[nodiscard]] Uuid log() const override { return log_.id(); }
  [[nodiscard]] std::uint64_t last_sequence() const override { return log_.last_sequence(); }
  [[nodiscard]] std::uint64_t last_synced() const override { return log_.last_synced(); }
  std::unique_ptr<core::EventCursor> open(std::uint64_t from) override;
  std::unique_ptr<Ticket> when_past(std::uint64_t sequence, std::move_only_function<void()> more) override;

 private:
  FileEventLog& log_;
};

}  // namespace otklik::store
