#include "store/records/record_keeper.hpp"

#include <algorithm>
#include <vector>

#include "base/log.hpp"
#include "store/event_log/event_json.hpp"
#include "store/records/record_rows.hpp"

namespace otklik::store {

using namespace std::chrono_literals;

/// What is read from the log for one transaction.
struct RecordKeeper::Batch {
  struct Lost {
    std::uint64_t from, to;
    std::string why;
    std::size_t before;  ///< comes before so many of the events
  };
  std::vector<core::Event> events{};
  std::vector<Lost> lost{};
  std::uint64_t next = 0;  ///< the first event behind it
  std::uint64_t read = 0;  ///< events looked at
  std::int64_t last_at = 0;
  bool at_end = false;

  [[nodiscard]] bool has_records() const noexcept { return !events.empty() || !lost.empty(); }
};

RecordKeeper::RecordKeeper(db::Database& database, core::EventFeed& feed, const Clock& clock, RecordOptions options)
    : database_(database), feed_(feed), clock_(clock), options_(options), strand_("call-records", 16) {}

void RecordKeeper::start() { go_on(); }

void RecordKeeper::stop() {
  std::unique_ptr<core::EventFeed::Ticket> ticket;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    ticket = std::move(ticket_);
  }
  changed_.notify_all();
  ticket.reset();
  strand_.stop();
}

bool RecordKeeper::wait_for(std::uint64_t sequence, std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, patience, [&] { return reached_ > sequence; });
}

RecordFigures RecordKeeper::figures() const {
  const std::uint64_t last = feed_.last_sequence();
  const std::lock_guard lock(mutex_);
  auto figures = figures_;
  figures.behind = last + 1 > reached_ ? last + 1 - reached_ : 0;
  return figures;
}

/// A full queue means that it is called already.
void RecordKeeper::go_on() {
  [[maybe_unused]] const bool posted = strand_.try_post([this] { pump(); });
}

void RecordKeeper::pump() {
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
    }
    const auto more = write_batch();
    if (!more) {
      log::warn("call records: {}; tried again", more.error().message);
      cursor_.reset();  // read anew from where the records stand
      {
        const std::lock_guard lock(mutex_);
        ++figures_.failures;
      }
      if (!rest()) return;
      continue;
    }
    if (!*more) break;
  }
  forget();
  wait_for_more();
}

/// Waits a little; false: it is to stop.
bool RecordKeeper::rest() {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, options_.patience, [this] { return stopping_; });
}

/// Opens the log where the records stand.
Result<> RecordKeeper::open() {
  const std::string log = feed_.log().text();
  const std::uint64_t last = feed_.last_sequence();
  auto stands = database_.write([&](db::Connection& connection) -> Result<std::uint64_t> {
    auto cursor = load_cursor(connection);
    if (!cursor) return std::unexpected(std::move(cursor.error()));
    const bool another = !cursor->log.empty() && cursor->log != log;
    // After a power cut the log may have lost its end, and gives those numbers again.
    const bool shorter = cursor->log == log && cursor->next > last + 1;
    if (!another && !shorter) return cursor->next;
    auto noted =
        record_gap(connection, cursor->next, cursor->next, another ? "another_log" : "log_cut", clock_.now(), *cursor);
    if (!noted) return std::unexpected(noted.error());
    cursor->log = log;
    cursor->next = another ? 0 : last + 1;
    if (auto saved = save_cursor(connection, *cursor); !saved) return std::unexpected(saved.error());
    return cursor->next;
  });
  if (!stands) return std::unexpected(stands.error());
  cursor_ = feed_.open(*stands);
  unsaved_ = 0;
  {
    const std::lock_guard lock(mutex_);
    reached_ = *stands;
  }
  changed_.notify_all();
  return {};
}

Result<> RecordKeeper::read(Batch& batch) {
  while (batch.events.size() < options_.batch && batch.read < options_.unsaved) {
    const auto next = cursor_->next();
    if (!next) return std::unexpected(next.error());
    if (std::holds_alternative<core::FedNothing>(*next)) {
      batch.at_end = true;
      return {};
    }
    if (const auto* gap = std::get_if<core::FedGap>(&*next)) {
      batch.lost.push_back({gap->from, gap->to, std::string(gap->why), batch.events.size()});
      batch.next = gap->to + 1;
      continue;
    }
    const auto& fed = std::get<core::FedEvent>(*next);
    ++batch.read;
    batch.next = fed.sequence + 1;
    batch.last_at = fed.at.time_since_epoch().count();
    if (!is_recorded(fed.type)) continue;
    auto body = event_from_json(fed.type, fed.data);
    if (body) {
      batch.events.push_back({fed.at, std::move(*body)});
    } else {
      log::error("call records: event {} ({}) cannot be read: {}", fed.sequence, fed.type, body.error().message);
      batch.lost.push_back({fed.sequence, fed.sequence, "unreadable", batch.events.size()});
    }
  }
  return {};
}

/// True: there may be more.
Result<bool> RecordKeeper::write_batch() {
  if (!cursor_) {
    if (auto opened = open(); !opened) return std::unexpected(opened.error());
  }
  Batch batch;
  if (auto done = read(batch); !done) return std::unexpected(done.error());
  if (batch.next == 0) return !batch.at_end;
  unsaved_ += batch.read;
  if (batch.has_records() || unsaved_ >= options_.unsaved) {
    auto written = database_.write([&](db::Connection& connection) -> Result<> {
      auto cursor = load_cursor(connection);
      if (!cursor) return std::unexpected(std::move(cursor.error()));
      cursor->log = feed_.log().text();
      std::size_t lost = 0;
      for (std::size_t i = 0; i <= batch.events.size(); ++i) {
        for (; lost < batch.lost.size() && batch.lost[lost].before == i; ++lost) {
          const auto& gap = batch.lost[lost];
          auto noted = record_gap(connection, gap.from, gap.to, gap.why, clock_.now(), *cursor);
          if (!noted) return noted;
        }
        if (i == batch.events.size()) break;
        if (auto put = record(connection, batch.events[i], *cursor); !put) return put;
        cursor->last_at = batch.events[i].at.time_since_epoch().count();
      }
      cursor->next = batch.next;
      cursor->last_at = std::max(cursor->last_at, batch.last_at);
      return save_cursor(connection, *cursor);
    });
    if (!written) return std::unexpected(written.error());
    unsaved_ = 0;
  }
  {
    const std::lock_guard lock(mutex_);
    reached_ = batch.next;
    figures_.events += batch.events.size();
    figures_.gaps += batch.lost.size();
  }
  changed_.notify_all();
  return !batch.at_end;
}

/// Once a minute, a little of what is too old.
void RecordKeeper::forget() {
  const Time now = clock_.now();
  if (options_.keep_for.count() <= 0 || (now - forgot_at_ < 60s && now >= forgot_at_)) return;
  const auto gone = database_.write([&](db::Connection& connection) {
    return forget_before(connection, now - options_.keep_for, options_.forgotten_at_once);
  });
  if (!gone) return log::warn("call records: old ones were not deleted: {}", gone.error().message);
  // A full share: the rest goes with the next events.
  if (*gone < options_.forgotten_at_once) forgot_at_ = now;
}

void RecordKeeper::wait_for_more() {
  std::uint64_t reached = 0;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    reached = reached_;
  }
  auto ticket = feed_.when_past(reached == 0 ? feed_.last_sequence() : reached - 1, [this] { go_on(); });
  const std::lock_guard lock(mutex_);
  if (!stopping_) ticket_ = std::move(ticket);
}

}  // namespace otklik::store
