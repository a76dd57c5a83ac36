#pragma once
#include <chrono>
#include <cstddef>
#include <span>
#include <string>

#include "base/error.hpp"
#include "db/source.hpp"

struct sqlite3;
struct pg_conn;

/// A scenario's statement on the native handle of a SOCI session. SOCI's own statements would not do here: SOCI 4.0.3
/// guesses SQLite's types by the column instead of the value, keeps whole PostgreSQL answers in memory before anybody
/// can count them, reads `a[1:2]` and back-slashes in strings as parameters, and has no word for a time limit.
namespace otklik::db {

struct QueryLimits {
  std::chrono::steady_clock::time_point deadline;
  std::size_t most_rows = 0;
  std::size_t most_bytes = 0;
  bool read_only = false;
};

/// What is left of the connection after a statement.
enum class After : std::uint8_t {
  usable,
  spoilt,  ///< broken, or its session is no longer as it was: close it
};

struct QueryResult {
  Result<Rows> rows;
  After after = After::usable;
};

/// Once for each new connection: what a scenario may not do in SQLite (other files, pragmas that change something,
/// transactions over several calls).
void restrict_sqlite(::sqlite3* handle, std::size_t most_bytes);

/// `sql` as scan_sql() left it with Placeholder::question.
QueryResult query_sqlite(::sqlite3* handle, const std::string& sql, std::span<const Value> parameters,
                         const QueryLimits& limits);

/// `sql` as scan_sql() left it with Placeholder::dollar. Whole numbers come as such, `numeric` as a number where a
/// double holds all its digits and else as text, moments as `yyyy-MM-dd HH:mm:ss`, `bytea` as its bytes, the rest as
/// text.
QueryResult query_postgres(::pg_conn* handle, const std::string& sql, std::span<const Value> parameters,
                           const QueryLimits& limits);

/// Whether nothing has come over an idle PostgreSQL connection that says it is gone. Costs one system call.
bool is_alive(::pg_conn* handle);

}  // namespace otklik::db
