#include "store/event_log/feed.hpp"

#include <utility>

namespace otklik::store {
namespace {

class Cursor final : public core::EventCursor {
 public:
  explicit Cursor(EventReader reader) : reader_(std::move(reader)) {}

  Result<Next> next() override {
    const auto next = reader_.next();
    if (!next) return std::unexpected(next.error());
    if (const auto* record = std::get_if<RecordView>(&*next)) {
      return core::FedEvent{record->sequence, record->at, record->type, record->payload};
    }
    if (const auto* gap = std::get_if<Gap>(&*next)) return core::FedGap{gap->from, gap->to, name(gap->why)};
    return core::FedNothing{};
  }

 private:
  EventReader reader_;
};

class HeldTicket final : public core::EventFeed::Ticket {
 public:
  explicit HeldTicket(WaitTicket ticket) : ticket_(std::move(ticket)) {}

 private:
  WaitTicket ticket_;
};

}  // namespace

std::unique_ptr<core::EventCursor> FileEventFeed::open(std::uint64_t from) {
  return std::make_unique<Cursor>(log_.reader(from));
}

std::unique_ptr<core::EventFeed::Ticket> FileEventFeed::when_past(std::uint64_t sequence,
                                                                  std::move_only_function<void()> more) {
  return std::make_unique<HeldTicket>(log_.when_past(sequence, std::move(more)));
}

}  // namespace otklik::store
