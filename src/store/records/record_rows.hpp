#pragma once
#include <cstdint>
#include <string>

#include "core/events.hpp"
#include "db/connection.hpp"

/// What each event changes in the call records, and where in the event log they stand.
namespace otklik::store {

/// Where the records stand, kept in one transaction with them.
struct RecordCursor {
  std::string log{};          ///< the log's id; empty: none was read yet
  std::uint64_t next = 0;     ///< the first event that is not in the records
  std::int64_t last_at = 0;   ///< of the last event in them, microseconds
  std::int64_t next_row = 1;  ///< number of the next row of a table whose rows have numbers
};

/// Whether the records have to do with it.
bool is_recorded(std::string_view type) noexcept;

Result<RecordCursor> load_cursor(db::Connection& connection);
Result<> save_cursor(db::Connection& connection, const RecordCursor& cursor);

/// Applies one event; the cursor's numbers of rows go on, the rest of it is the caller's.
Result<> record(db::Connection& connection, const core::Event& event, RecordCursor& cursor);

/// Events that are not there any more: `deleted`, `damaged`, `another_log`.
Result<> record_gap(db::Connection& connection, std::uint64_t from, std::uint64_t to, std::string_view why, Time now,
                    RecordCursor& cursor);

/// Deletes what ended before that moment, at most so many chains in one go. Returns how many chains are gone.
Result<std::int64_t> forget_before(db::Connection& connection, Time moment, std::int64_t at_most);

}  // namespace otklik::store
