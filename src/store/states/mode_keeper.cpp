#include "store/states/mode_keeper.hpp"

#include <map>

#include "base/log.hpp"
#include "store/event_log/event_json.hpp"

namespace otklik::store {
namespace {

using Text = std::string;
using Whole = std::int64_t;
using Chosen = std::map<Uuid, core::UserStateRestored>;

/// Where the summary is in a log: another log has nothing to do with it.
struct Cursor {
  std::string log;
  std::uint64_t sequence = 0;
};

std::unexpected<Error> damaged() { return fail(ErrorCode::failed, "the database's modes of users are damaged"); }

bool is_nothing(const core::UserModes& modes, core::ChosenState chosen) {
  return modes == core::UserModes{} && chosen == core::ChosenState::ready;
}

Result<Cursor> load_cursor(db::Connection& connection) {
  auto rows = connection.select<Text, Whole>("SELECT log, sequence FROM user_modes_cursor");
  if (!rows) return std::unexpected(std::move(rows.error()));
  if (rows->empty()) return Cursor{};
  return Cursor{std::get<0>(rows->front()), static_cast<std::uint64_t>(std::get<1>(rows->front()))};
}

Result<Chosen> load_summary(db::Connection& connection) {
  auto rows = connection.select<Text, bool, bool, bool, bool, Text, std::optional<Whole>, Text>(
      "SELECT user_id, on_callcenter, on_cc_manual, on_lunch, on_redirect, chosen, reason_id, reason FROM user_modes");
  if (!rows) return std::unexpected(std::move(rows.error()));
  Chosen chosen;
  for (auto& [user, callcenter, manual, lunch, redirect, state, reason_id, reason] : *rows) {
    const auto id = Uuid::parse(user);
    const auto known = core::chosen_state_named(state);
    if (!id || !known) return damaged();
    auto& one = chosen[*id];
    one = {.user = *id,
           .login = {},
           .modes = {.on_callcenter = callcenter, .on_cc_manual = manual, .on_lunch = lunch, .on_redirect = redirect},
           .chosen = *known,
           .reason = {.id = {}, .text = std::move(reason)}};
    if (reason_id) one.reason.id = static_cast<std::int32_t>(*reason_id);
  }
  return chosen;
}

void take_up(const core::UserStateChanged& event, Chosen& chosen) {
  auto modes = event.modes;
  modes.on_task = false;
  if (is_nothing(modes, event.chosen)) {
    chosen.erase(event.user);
    return;
  }
  chosen[event.user] = {
      .user = event.user, .login = event.login, .modes = modes, .chosen = event.chosen, .reason = event.reason};
}

Result<> read_on(core::EventFeed& feed, std::uint64_t from, Chosen& chosen) {
  const auto cursor = feed.open(from);
  for (;;) {
    const auto next = cursor->next();
    if (!next) return std::unexpected(next.error());
    if (std::holds_alternative<core::FedNothing>(*next)) return {};
    const auto* fed = std::get_if<core::FedEvent>(&*next);
    if (fed == nullptr || fed->type != "user_state_changed") continue;
    const auto event = event_from_json(fed->type, fed->data);
    if (event) take_up(std::get<core::UserStateChanged>(*event), chosen);
  }
}

Result<> write_row(db::Connection& connection, const core::UserStanding& of) {
  auto done = connection.execute(
      "INSERT INTO user_modes (user_id, on_callcenter, on_cc_manual, on_lunch, on_redirect, chosen, reason_id, reason) "
      "SELECT id, ?, ?, ?, ?, ?, ?, ? FROM users WHERE id = ?",  // he may have been removed meanwhile
      of.modes.on_callcenter, of.modes.on_cc_manual, of.modes.on_lunch, of.modes.on_redirect,
      std::string(name(of.chosen)), of.reason.id, of.reason.text, of.user.text());
  if (!done) return std::unexpected(std::move(done.error()));
  return {};
}

Result<> write_summary(db::Connection& connection, const core::StatesView& states, const std::string& log,
                       std::uint64_t as_of) {
  for (const char* statement : {"DELETE FROM user_modes", "DELETE FROM user_modes_cursor"}) {
    if (auto done = connection.execute(statement); !done) return std::unexpected(std::move(done.error()));
  }
  auto done = connection.execute("INSERT INTO user_modes_cursor (only_row, log, sequence) VALUES (1, ?, ?)", log,
                                 static_cast<std::int64_t>(as_of));
  if (!done) return std::unexpected(std::move(done.error()));
  Result<> all;
  states.users.for_each([&](const Uuid&, const core::UserStanding& standing) {
    auto modes = standing.modes;
    modes.on_task = false;
    if (all && !is_nothing(modes, standing.chosen)) all = write_row(connection, standing);
  });
  return all;
}

}  // namespace

/// What the callbacks share. A summary runs on the database's thread and begins the next wait there.
struct ModeKeeper::Following : std::enable_shared_from_this<Following> {
  ModeKeeper* keeper = nullptr;
  std::function<std::shared_ptr<const core::Overview>()> overview;
  std::uint64_t every = 0;
  std::mutex mutex;
  bool stopped = false;
  std::unique_ptr<core::EventFeed::Ticket> ticket;

  void wait() {
    const std::lock_guard lock(mutex);
    if (stopped) return;
    ticket = keeper->feed_.when_past(keeper->feed_.last_sequence() + every, [self = weak_from_this()] {
      if (const auto following = self.lock()) following->summarize_later();
    });
  }
  void summarize_later() {
    // Every event up to this one is in the snapshot that is taken after it.
    const auto as_of = keeper->feed_.last_sequence();
    const bool queued = keeper->database_.write_later([self = shared_from_this(), as_of](db::Connection& connection) {
      const auto now = self->overview();
      auto written = write_summary(connection, now->states, self->keeper->feed_.log().text(), as_of);
      self->wait();
      return written;
    });
    if (!queued) log::warn("the database is busy: no summary of users' modes was written");
  }
};

Result<std::vector<core::UserStateRestored>> ModeKeeper::restored() {
  auto read = database_.read([&](db::Connection& connection) -> Result<std::pair<Cursor, Chosen>> {
    auto cursor = load_cursor(connection);
    if (!cursor) return std::unexpected(std::move(cursor.error()));
    auto chosen = load_summary(connection);
    if (!chosen) return std::unexpected(std::move(chosen.error()));
    return std::pair(std::move(*cursor), std::move(*chosen));
  });
  if (!read) return std::unexpected(std::move(read.error()));
  auto& [cursor, chosen] = *read;
  // A log that was begun anew knows nothing of what the summary says, and the summary holds on.
  const bool is_this_log = cursor.log == feed_.log().text();
  if (auto done = read_on(feed_, is_this_log ? cursor.sequence + 1 : 0, chosen); !done) {
    return std::unexpected(std::move(done.error()));
  }
  std::vector<core::UserStateRestored> all;
  for (auto& [user, one] : chosen) all.push_back(std::move(one));
  return all;
}

void ModeKeeper::follow(std::function<std::shared_ptr<const core::Overview>()> overview, std::uint64_t every) {
  following_ = std::make_shared<Following>();
  following_->keeper = this;
  following_->overview = std::move(overview);
  following_->every = every;
  following_->wait();
}

Result<> ModeKeeper::summarize(const core::StatesView& states, std::uint64_t as_of) {
  return database_.write([&](db::Connection& connection) -> Result<> {
    return write_summary(connection, states, feed_.log().text(), as_of);
  });
}

void ModeKeeper::stop() {
  if (!following_) return;
  std::unique_ptr<core::EventFeed::Ticket> last;
  {
    const std::lock_guard lock(following_->mutex);
    following_->stopped = true;
    last = std::move(following_->ticket);
  }
  last.reset();  // waits for a call that runs
  // What that call has queued refers to this: it comes to its end before this does.
  static_cast<void>(database_.write([](db::Connection&) -> Result<> { return {}; }));
  following_.reset();
}

}  // namespace otklik::store
