#include "store/records/record_rows.hpp"

#include <algorithm>
#include <array>

#include "store/records/row.hpp"

namespace otklik::store {
namespace {

using namespace core;
using db::Connection;

constexpr std::array<std::string_view, 22> recorded_types{
    "server_started",   "user_state_changed", "chain_began",       "chain_ended",       "leg_began",    "leg_answered",
    "leg_moved",        "leg_ended",          "call_began",        "call_ended",        "ring_started", "ring_stopped",
    "user_missed_call", "commutation_began",  "commutation_ended", "hold_began",        "hold_ended",   "queue_entered",
    "queue_left",       "call_transferred",   "recording_started", "recording_finished"};

/// Tables whose rows have a beginning and an end. What is open when a server starts ended with the one before.
constexpr std::array tables_with_an_end{"call_chains", "call_legs",  "call_attempts",  "call_rings",
                                        "call_talks",  "call_waits", "call_recordings"};

Result<> done(const Result<std::int64_t>& changed) {
  if (!changed) return std::unexpected(changed.error());
  return {};
}

/// Puts each event where it belongs.
class Recording {
 public:
  Recording(Connection& connection, Time at, RecordCursor& cursor)
      : connection_(connection), at_(at), cursor_(cursor) {}

  Result<> operator()(const ServerStarted&) {
    const Time last{Duration(cursor_.last_at)};
    for (const std::string table : tables_with_an_end) {
      auto closed =
          done(connection_.execute("UPDATE " + table + " SET ended = ?, ended_text = ?, cause = ? WHERE ended IS NULL",
                                   cursor_.last_at, local_text(last), name(Cause::server_restarted)));
      if (!closed) return closed;
    }
    return done(connection_.execute("UPDATE call_holds SET ended = ?, ended_text = ?, how = ? WHERE ended IS NULL",
                                    cursor_.last_at, local_text(last), name(HoldEnd::broken)));
  }

  Result<> operator()(const ChainBegan& e) {
    return Row()
        .set("origin", name(e.origin))
        .set("caller", e.caller)
        .set("dialled", e.dialled)
        .set("began", at_)
        .put(connection_, "call_chains", "id", e.chain);
  }
  Result<> operator()(const ChainEnded& e) {
    return Row()
        .set("began", e.began)
        .set("ended", at_)
        .set("cause", name(e.cause))
        .set("talked_ms", std::int64_t{e.talked.count()})
        .set("into_chain", e.into)
        .put(connection_, "call_chains", "id", e.chain);
  }

  Result<> operator()(const LegBegan& e) {
    return Row()
        .set("chain", e.chain)
        .set("placed", e.placed)
        .set("party", e.party)
        .set("began", at_)
        .put(connection_, "call_legs", "id", e.leg);
  }
  Result<> operator()(const LegAnswered& e) {
    return Row()
        .set("chain", e.chain)
        .set("party", e.party)
        .set("answered", at_)
        .put(connection_, "call_legs", "id", e.leg);
  }
  Result<> operator()(const LegMoved& e) {
    return Row().set("chain", e.chain).put(connection_, "call_legs", "id", e.leg);
  }
  Result<> operator()(const LegEnded& e) {
    return Row()
        .set("chain", e.chain)
        .set("party", e.party)
        .set("began", e.began)
        .set("ended", at_)
        .set("cause", name(e.cause))
        .put(connection_, "call_legs", "id", e.leg);
  }

  Result<> operator()(const CallBegan& e) {
    return Row()
        .set("chain", e.chain)
        .set("caller", e.caller)
        .set("number", e.number)
        .set("number_id", e.number_id)
        .set("rule", e.rule)
        .set("rule_name", e.rule_name)
        .set("redirected_from", e.redirected_from)
        .set("began", at_)
        .put(connection_, "call_attempts", "id", e.call);
  }
  Result<> operator()(const CallEnded& e) {
    return Row()
        .set("chain", e.chain)
        .set("party", e.party)
        .set("began", e.began)
        .set("ended", at_)
        .set("answered", e.answered)
        .set("cause", name(e.cause))
        .put(connection_, "call_attempts", "id", e.call);
  }

  Result<> operator()(const RingStarted& e) {
    return Row()
        .set("call", e.call)
        .set("chain", e.chain)
        .set("party", e.party)
        .set("caller", e.caller)
        .set("number", e.number)
        .set("callback", e.callback)
        .set("began", at_)
        .put(connection_, "call_rings", "leg", e.leg);
  }
  Result<> operator()(const RingStopped& e) {
    return Row()
        .set("call", e.call)
        .set("chain", e.chain)
        .set("party", e.party)
        .set("caller", e.caller)
        .set("began", e.began)
        .set("ended", at_)
        .set("answered", e.answered)
        .set("cause", name(e.cause))
        .put(connection_, "call_rings", "leg", e.leg);
  }
  Result<> operator()(const UserMissedCall& e) {
    return Row()
        .set("id", cursor_.next_row++)
        .set("call", e.call)
        .set("chain", e.chain)
        .set("user_id", e.user)
        .set("login", e.login)
        .set("line", e.line)
        .set("caller", e.caller)
        .set("number", e.number)
        .set("rule", e.rule)
        .set("began", e.began)
        .set("ended", at_)
        .insert(connection_, "missed_calls");
  }

  Result<> operator()(const CommutationBegan& e) {
    return Row()
        .set("chain", e.chain)
        .set("a_leg", e.a_leg)
        .set("b_leg", e.b_leg)
        .set("a", e.a)
        .set("b", e.b)
        .set("connection", static_cast<std::int64_t>(e.type))
        .set("dialled", e.dialled)
        .set("recorded", e.recorded)
        .set("began", at_)
        .put(connection_, "call_talks", "id", e.commutation);
  }
  Result<> operator()(const CommutationEnded& e) {
    return Row()
        .set("chain", e.chain)
        .set("a_leg", e.a_leg)
        .set("b_leg", e.b_leg)
        .set("a", e.a)
        .set("b", e.b)
        .set("connection", static_cast<std::int64_t>(connection_type(e.a, e.b)))
        .set("began", e.began)
        .set("ended", at_)
        .set("cause", name(e.cause))
        .put(connection_, "call_talks", "id", e.commutation);
  }

  Result<> operator()(const HoldBegan& e) {
    return hold(e.chain, e.holder_leg, e.held_leg, e.holder, e.held)
        .set("by_phone", e.by_phone)
        .set("swapped", e.swapped)
        .set("began", at_)
        .insert(connection_, "call_holds");
  }
  Result<> operator()(const HoldEnded& e) {
    const auto ended = connection_.execute(
        "UPDATE call_holds SET ended = ?, ended_text = ?, how = ? WHERE held_leg = ? AND ended IS NULL",
        at_.time_since_epoch().count(), local_text(at_), name(e.how), e.held_leg.text());
    if (!ended) return std::unexpected(ended.error());
    if (*ended > 0) return {};
    return hold(e.chain, e.holder_leg, e.held_leg, e.holder, e.held)
        .set("began", e.began)
        .set("ended", at_)
        .set("how", name(e.how))
        .insert(connection_, "call_holds");
  }

  Result<> operator()(const QueueEntered& e) {
    return Row()
        .set("chain", e.chain)
        .set("caller", e.caller)
        .set("number", e.number)
        .set("number_id", e.number_id)
        .set("rule", e.rule)
        .set("rule_name", e.rule_name)
        .set("priority", std::int64_t{e.priority})
        .set("began", at_)
        .put(connection_, "call_waits", "call", e.call);
  }
  Result<> operator()(const QueueLeft& e) {
    return Row()
        .set("chain", e.chain)
        .set("caller", e.caller)
        .set("number", e.number)
        .set("number_id", e.number_id)
        .set("began", e.began)
        .set("ended", at_)
        .set("answered", e.answered)
        .set("cause", name(e.cause))
        .put(connection_, "call_waits", "call", e.call);
  }

  Result<> operator()(const CallTransferred& e) {
    return Row()
        .set("id", cursor_.next_row++)
        .set("chain", e.chain)
        .set("by_party", e.by)
        .set("party", e.party)
        .set("number", e.number)
        .set("target", e.target)
        .set("attended", e.attended)
        .set("began", at_)
        .insert(connection_, "call_transfers");
  }

  Result<> operator()(const RecordingStarted& e) {
    return Row()
        .set("chain", e.chain)
        .set("commutation", e.commutation)
        .set("began", at_)
        .put(connection_, "call_recordings", "id", e.recording);
  }
  /// What a killed server left is told by the next one without its chain: that is known here.
  Result<> operator()(const RecordingFinished& e) {
    Row row;
    if (!e.chain.is_nil()) row.set("chain", e.chain).set("commutation", e.commutation).set("began", e.began);
    return row.set("ended", at_)
        .set("file", e.file)
        .set("path", e.path)
        .set("size", static_cast<std::int64_t>(e.size))
        .set("length_ms", std::int64_t{e.length.count()})
        .set("cause", e.trouble)
        .put(connection_, "call_recordings", "id", e.recording);
  }

  Result<> operator()(const UserStateChanged& e) {
    return Row()
        .set("id", cursor_.next_row++)
        .set("user_id", e.user)
        .set("login", e.login)
        .set("from_state", static_cast<std::int64_t>(e.from))
        .set("state", static_cast<std::int64_t>(e.to))
        .set("reason_id", e.reason.id ? db::Value(std::int64_t{*e.reason.id}) : db::Value())
        .set("reason", e.reason.text)
        .set("on_callcenter", e.modes.on_callcenter)
        .set("on_cc_manual", e.modes.on_cc_manual)
        .set("on_lunch", e.modes.on_lunch)
        .set("on_redirect", e.modes.on_redirect)
        .set("cause", name(e.cause))
        .set("by_login", e.by)
        .set("began", at_)
        .insert(connection_, "user_state_history");
  }

  template <class Other>
  Result<> operator()(const Other&) {
    return {};
  }

 private:
  Row hold(const Uuid& chain, const Uuid& holder_leg, const Uuid& held_leg, const Party& holder, const Party& held) {
    Row row;
    row.set("id", cursor_.next_row++).set("chain", chain).set("holder_leg", holder_leg).set("held_leg", held_leg);
    row.set("holder", holder).set("held", held);
    return row;
  }

  Connection& connection_;
  const Time at_;
  RecordCursor& cursor_;
};

}  // namespace

bool is_recorded(std::string_view type) noexcept {
  return std::ranges::find(recorded_types, type) != recorded_types.end();
}

Result<RecordCursor> load_cursor(db::Connection& connection) {
  auto rows = connection.select<std::string, std::int64_t, std::int64_t, std::int64_t>(
      "SELECT log, next_event, last_at, next_row FROM record_cursor");
  if (!rows) return std::unexpected(std::move(rows.error()));
  if (rows->empty()) return RecordCursor{};
  auto& [log, next, at, row] = rows->front();
  return RecordCursor{std::move(log), static_cast<std::uint64_t>(next), at, row};
}

Result<> save_cursor(db::Connection& connection, const RecordCursor& cursor) {
  const auto next = static_cast<std::int64_t>(cursor.next);
  const auto changed = connection.execute("UPDATE record_cursor SET log = ?, next_event = ?, last_at = ?, next_row = ?",
                                          cursor.log, next, cursor.last_at, cursor.next_row);
  if (!changed) return std::unexpected(changed.error());
  if (*changed > 0) return {};
  return done(connection.execute(
      "INSERT INTO record_cursor (only_row, log, next_event, last_at, next_row) VALUES (1, ?, ?, ?, ?)", cursor.log,
      next, cursor.last_at, cursor.next_row));
}

Result<> record(db::Connection& connection, const core::Event& event, RecordCursor& cursor) {
  return std::visit(Recording(connection, event.at, cursor), event.body);
}

Result<> record_gap(db::Connection& connection, std::uint64_t from, std::uint64_t to, std::string_view why, Time now,
                    RecordCursor& cursor) {
  return Row()
      .set("id", cursor.next_row++)
      .set("log", cursor.log)
      .set("from_event", static_cast<std::int64_t>(from))
      .set("to_event", static_cast<std::int64_t>(to))
      .set("why", why)
      .set("noticed", now)
      .insert(connection, "record_gaps");
}

Result<std::int64_t> forget_before(db::Connection& connection, Time moment, std::int64_t at_most) {
  const std::int64_t limit = moment.time_since_epoch().count();
  const auto chains = connection.select<std::string>(
      "SELECT id FROM call_chains WHERE ended IS NOT NULL AND ended < ? ORDER BY ended LIMIT ?", limit, at_most);
  if (!chains) return std::unexpected(chains.error());
  for (const auto& [chain] : *chains) {
    for (const std::string table : {"call_legs", "call_attempts", "call_rings", "call_talks", "call_holds",
                                    "call_waits", "call_transfers", "call_recordings", "missed_calls"}) {
      if (auto gone = done(connection.execute("DELETE FROM " + table + " WHERE chain = ?", chain)); !gone) {
        return std::unexpected(gone.error());
      }
    }
    if (auto gone = done(connection.execute("DELETE FROM call_chains WHERE id = ?", chain)); !gone) {
      return std::unexpected(gone.error());
    }
  }
  if (auto gone = done(connection.execute("DELETE FROM user_state_history WHERE began < ?", limit)); !gone) {
    return std::unexpected(gone.error());
  }
  return static_cast<std::int64_t>(chains->size());
}

}  // namespace otklik::store
