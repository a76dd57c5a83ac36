#include "plugins/subscription.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>

#include "base/file.hpp"
#include "base/json_writer.hpp"
#include "base/log.hpp"
#include "plugins/plugin.hpp"

namespace otklik::plugins {
namespace {

constexpr std::size_t most_read_together = 10'000;  // events of other types, passed over in one go
constexpr std::size_t most_cursor_bytes = 1024;

void append_gap(JsonWriter& json, std::uint64_t from, std::uint64_t to, std::string_view why) {
  json.begin_object().key("gap").begin_object().field("from", from).field("to", to).field("why", why);
  json.end_object().end_object();
}

}  // namespace

Result<std::optional<std::uint64_t>> KeptCursor::read(const Uuid& log) {
  kept_.reset();
  const auto text = read_file(file_, most_cursor_bytes);
  if (!text) {
    if (text.error().code == ErrorCode::not_found) return kept_;
    return fail(ErrorCode::failed, "the kept cursor cannot be read: " + text.error().message);
  }
  simdjson::dom::parser parser;
  simdjson::dom::object kept;
  std::string_view of_log;
  std::uint64_t next = 0;
  if (parser.parse(*text).get(kept) != simdjson::SUCCESS || kept.at_key("log").get(of_log) != simdjson::SUCCESS ||
      kept.at_key("next").get(next) != simdjson::SUCCESS) {
    return fail(ErrorCode::failed, "the kept cursor is damaged");
  }
  if (Uuid::parse(of_log) == log) kept_ = next;  // numbers of another log mean nothing here
  return kept_;
}

void KeptCursor::keep(const Uuid& log, std::uint64_t next, std::uint64_t synced) {
  const auto sure = std::min(next, synced + 1);
  if (!is_kept(sure)) write(log, sure);
}

void KeptCursor::set(const Uuid& log, std::uint64_t next, std::uint64_t synced) {
  const auto sure = std::min(next, synced + 1);
  if (kept_ != sure) write(log, sure);
}

void KeptCursor::write(const Uuid& log, std::uint64_t next) {
  const auto written = write_atomically(file_, fmt::format("{{\"log\":\"{}\",\"next\":{}}}\n", log.text(), next));
  if (written) {
    kept_ = next;
  } else {
    log::warn("the cursor of a plugin could not be kept: {}", written.error().message);
  }
}

Subscription::Subscription(Parts parts, std::weak_ptr<Process> process, EventWish wish, KeptCursor kept)
    : parts_(parts), process_(std::move(process)), wish_(std::move(wish)), kept_(std::move(kept)) {}

Result<std::uint64_t> Subscription::begin() {
  const auto log = parts_.feed.log();
  const auto kept = kept_.read(log);
  if (wish_.from) {
    next_ = taken_ = *wish_.from;
    kept_.set(log, taken_, parts_.feed.last_synced());
    return taken_;
  }
  if (!kept) return std::unexpected(kept.error());
  const auto end = parts_.feed.last_sequence() + 1;
  next_ = taken_ = std::min(kept->value_or(end), end);
  keep();
  return taken_;
}

void Subscription::go_on() {
  if (ended_ || under_way_.exchange(true)) return;
  const bool posted = parts_.work.try_post([self = shared_from_this()] { self->pump(); });
  if (!posted) under_way_ = false;  // the tick comes again
}

void Subscription::end() {
  ended_ = true;
  std::unique_ptr<core::EventFeed::Ticket> ticket;
  const std::lock_guard lock(ticket_mutex_);
  ticket.swap(ticket_);
}

void Subscription::pump() {
  const auto process = process_.lock();
  if (ended_ || !process) return;
  if (reopen_.exchange(false)) {
    cursor_ = parts_.feed.open(next_);
    reached_ = next_;
  }
  auto params = batch();
  if (params.empty()) {
    keep();
    under_way_ = false;
    return wait_for_more();
  }
  const auto plugin = process->plugin().lock();
  if (!plugin) return;
  const std::lock_guard lock(plugin->mutex);
  if (ended_ || process->number == 0 || process->is_asked_to_stop()) return;
  const auto now = Clock::now();
  process->session().send_events(params, now, {now + parts_.patience, parts_.patience},
                                 [self = shared_from_this()](bool taken) { self->answered(taken); });
  process->flush();
  parts_.supervisor.update(*process, now);
}

std::string Subscription::batch() {
  std::string out = fmt::format(R"({{"log":"{}","events":)", parts_.feed.log().text());
  JsonWriter json(out);
  json.begin_array();
  std::size_t count = 0;
  for (std::size_t read = 0; read < most_read_together && count < most_events; ++read) {
    const auto next = cursor_->next();
    if (!next) {
      log::warn("events for a plugin cannot be read: {}", next.error().message);
      break;
    }
    if (std::holds_alternative<core::FedNothing>(*next)) break;
    if (const auto* gap = std::get_if<core::FedGap>(&*next)) {
      append_gap(json, gap->from, gap->to, gap->why);
      reached_ = gap->to + 1;
      ++count;
      continue;
    }
    const auto& event = std::get<core::FedEvent>(*next);
    reached_ = event.sequence + 1;
    if (!wish_.types.empty() && std::ranges::find(wish_.types, event.type) == wish_.types.end()) continue;
    ++count;
    if (event.data.size() > parts_.most_bytes / 2) {
      append_gap(json, event.sequence, event.sequence, "too_large");
    } else {
      json.begin_object().field("sequence", event.sequence).field("at", utc_text(event.at)).field("type", event.type);
      json.key("data").raw(event.data).end_object();
    }
    if (out.size() > parts_.most_bytes / 4) break;
  }
  json.end_array();
  if (count == 0) {
    next_ = reached_;  // what was passed over need not be read again
    return {};
  }
  out += '}';
  return out;
}

/// Again at each tick, until the log has synced what was taken. What was passed over meanwhile is not worth a write.
void Subscription::keep() {
  if (!kept_.is_kept(taken_)) kept_.keep(parts_.feed.log(), taken_, parts_.feed.last_synced());
}

void Subscription::wait_for_more() {
  // Only passed over so far: there may be more already, and then it is called at once.
  auto ticket = parts_.feed.when_past(next_ == 0 ? 0 : next_ - 1, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->go_on();
  });
  const std::lock_guard lock(ticket_mutex_);
  ticket.swap(ticket_);
}

void Subscription::answered(bool taken) {
  if (taken) {
    next_ = reached_;
  } else {
    reopen_ = true;  // once more, from the first that was not taken
  }
  const bool posted = parts_.work.try_post([self = shared_from_this(), taken] {
    if (taken) self->taken_ = self->next_;
    if (taken) self->keep();
    self->under_way_ = false;
    if (taken) self->go_on();  // else at the next tick
  });
  if (!posted) under_way_ = false;
}

}  // namespace otklik::plugins
