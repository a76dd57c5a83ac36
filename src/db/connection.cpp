#include "db/connection.hpp"

#include <fcntl.h>
#include <libpq-fe.h>
#include <soci/soci.h>
#include <sqlite3.h>

#include <cassert>

#include "base/log.hpp"
#include "base/unique_fd.hpp"
#include "db/session.hpp"

namespace otklik::db {
namespace {

// A value as SOCI binds it: it keeps pointers to these until the statement is gone.
struct Bound {
  std::string text;
  long long whole = 0;
  double number = 0;
  soci::indicator indicator = soci::i_ok;
};

void bind(soci::statement& statement, Bound& bound, const Value& value) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) {
    bound.whole = *whole;
    statement.exchange(soci::use(bound.whole, bound.indicator));
  } else if (const auto* number = std::get_if<double>(&value)) {
    bound.number = *number;
    statement.exchange(soci::use(bound.number, bound.indicator));
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    bound.text = *text;
    statement.exchange(soci::use(bound.text, bound.indicator));
  } else {
    bound.indicator = soci::i_null;
    statement.exchange(soci::use(bound.text, bound.indicator));
  }
}

}  // namespace

Connection::Connection(Dialect dialect, ConnectionOptions options) : dialect_(dialect), options_(std::move(options)) {}

Connection::~Connection() {
  if (session_ && in_transaction_) rollback();
}

Result<std::unique_ptr<Connection>> Connection::open(const ConnectionOptions& options) {
  const auto dialect = dialect_of(options.backend);
  if (!dialect) return std::unexpected(dialect.error());
  std::unique_ptr<Connection> made(new Connection(*dialect, options));
  if (auto done = made->connect(); !done) return std::unexpected(std::move(done.error()));
  return made;
}

Result<> Connection::connect() {
  std::string connect = options_.connect;
  if (dialect_ == Dialect::sqlite) {
    // SQLite would make it with the process's umask; its companions (-wal, -shm) take over this mode.
    const int flags = O_RDWR | O_CLOEXEC | (options_.read_only ? 0 : O_CREAT);
    if (!UniqueFd(::open(options_.file.c_str(), flags, 0600))) {
      const std::error_code why(errno, std::generic_category());
      log::error("database: the file cannot be opened: {}", why.message());
      return fail(ErrorCode::unavailable, "the database file cannot be opened");
    }
    auto spelled = sqlite_connect(options_.file);
    if (!spelled) return std::unexpected(std::move(spelled.error()));
    connect = std::move(*spelled);
  }
  auto session = open_session(dialect_, connect);
  if (!session) return std::unexpected(std::move(session.error()));
  session_ = std::move(*session);
  if (dialect_ == Dialect::sqlite) return prepare_sqlite();
  if (options_.read_only) return plain("SET default_transaction_read_only = on", "connecting");
  return {};
}

Result<> Connection::prepare_sqlite() {
  ::sqlite3* handle = sqlite_handle(*session_);
  sqlite3_busy_timeout(handle, static_cast<int>(std::chrono::milliseconds(options_.busy_timeout).count()));
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  if (!options_.read_only) {
    const auto mode = select<std::string>("PRAGMA journal_mode = WAL");
    if (!mode) return std::unexpected(mode.error());
    if (mode->empty() || std::get<0>(mode->front()) != "wal") {
      return fail(ErrorCode::unavailable, "the database cannot keep a write-ahead log here (a network file system?)");
    }
  }
  // FULL: what was committed is on the disk, also with a write-ahead log.
  for (const char* pragma : {"PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON", "PRAGMA trusted_schema = OFF"}) {
    if (auto done = plain(pragma, "connecting"); !done) return done;
  }
  return options_.read_only ? plain("PRAGMA query_only = ON", "connecting") : Result<>{};
}

Result<> Connection::plain(std::string_view sql, std::string_view doing) {
  if (!session_) return fail(ErrorCode::unavailable, "the connection to the database broke");
  try {
    *session_ << std::string(sql);
    return {};
  } catch (const soci::soci_error& e) {
    return std::unexpected(translate(e, *session_, doing));
  }
}

Result<std::string> Connection::soci_text(std::string_view sql, std::span<const Value> parameters) const {
  if (!session_) return fail(ErrorCode::unavailable, "the connection to the database broke");
  auto scanned = scan_sql(sql, dialect_, Placeholder::soci);
  if (!scanned) return std::unexpected(std::move(scanned.error()));
  assert(scanned->parameters == parameters.size() && "a statement of ours with another number of parameters");
  for (const Value& value : parameters) {
    const auto* text = std::get_if<std::string>(&value);
    if (text != nullptr && text->find('\0') != std::string::npos) {  // SOCI hands C strings to PostgreSQL
      return fail(ErrorCode::bad_request, "a text holds a NUL");
    }
  }
  return std::move(scanned->text);
}

Result<std::int64_t> Connection::execute_with(std::string_view sql, std::span<const Value> parameters) {
  auto text = soci_text(sql, parameters);
  if (!text) return std::unexpected(std::move(text.error()));
  try {
    std::vector<Bound> bound(parameters.size());
    soci::statement statement(*session_);
    for (std::size_t i = 0; i < parameters.size(); ++i) bind(statement, bound[i], parameters[i]);
    statement.alloc();
    statement.prepare(*text, soci::details::st_one_time_query);
    statement.define_and_bind();
    statement.execute(true);
    return statement.get_affected_rows();
  } catch (const soci::soci_error& e) {
    return std::unexpected(translate(e, *session_, "writing"));
  }
}

Result<> Connection::fetch(std::string_view sql, std::span<const Value> parameters, std::span<const Kind> kinds,
                           void (*add)(void* into, std::span<Value> row), void* into) {
  auto text = soci_text(sql, parameters);
  if (!text) return std::unexpected(std::move(text.error()));
  try {
    std::vector<Bound> bound(parameters.size());
    std::vector<Bound> columns(kinds.size());
    soci::statement statement(*session_);
    for (std::size_t i = 0; i < parameters.size(); ++i) bind(statement, bound[i], parameters[i]);
    for (std::size_t i = 0; i < kinds.size(); ++i) {
      Bound& column = columns[i];
      switch (kinds[i]) {
        case Kind::text:
          statement.exchange(soci::into(column.text, column.indicator));
          break;
        case Kind::whole:
          statement.exchange(soci::into(column.whole, column.indicator));
          break;
        case Kind::number:
          statement.exchange(soci::into(column.number, column.indicator));
          break;
      }
    }
    statement.alloc();
    statement.prepare(*text, soci::details::st_one_time_query);
    statement.define_and_bind();
    std::vector<Value> row(kinds.size());
    for (bool got = statement.execute(true); got; got = statement.fetch()) {
      for (std::size_t i = 0; i < kinds.size(); ++i) {
        Bound& column = columns[i];
        if (column.indicator == soci::i_null) {
          row[i] = std::monostate{};
        } else if (kinds[i] == Kind::text) {
          row[i] = std::move(column.text);
        } else if (kinds[i] == Kind::whole) {
          row[i] = static_cast<std::int64_t>(column.whole);
        } else {
          row[i] = column.number;
        }
      }
      add(into, row);
    }
    return {};
  } catch (const soci::soci_error& e) {
    return std::unexpected(translate(e, *session_, "reading"));
  }
}

Result<> Connection::begin(Access access) {
  assert(!in_transaction_);
  std::string_view sql = "BEGIN";
  if (dialect_ == Dialect::sqlite) {
    if (access == Access::write) sql = "BEGIN IMMEDIATE";
  } else if (access == Access::read) {
    sql = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
  }
  if (!session_) {
    if (auto done = connect(); !done) return done;
  }
  auto begun = plain(sql, "beginning");
  if (!begun && dialect_ == Dialect::postgresql) {
    // The server was restarted, or the network was. libpq may have read the server's farewell and not yet the end of
    // the stream, so its status does not tell; nothing of this transaction was sent, so a new connection loses nothing.
    session_.reset();
    if (auto done = connect(); !done) return done;
    begun = plain(sql, "beginning");
  }
  in_transaction_ = begun.has_value();
  return begun;
}

Result<> Connection::commit() {
  assert(in_transaction_);
  auto done = plain("COMMIT", "committing");
  if (!done) {
    rollback();
    return done;
  }
  in_transaction_ = false;
  return {};
}

void Connection::rollback() noexcept {
  in_transaction_ = false;
  if (!session_) return;
  // SQLite ends a transaction by itself after some errors (a full disk among them).
  if (auto* sqlite = sqlite_handle(*session_); sqlite != nullptr && sqlite3_get_autocommit(sqlite) != 0) return;
  if (auto* postgres = postgres_handle(*session_); postgres != nullptr && PQstatus(postgres) != CONNECTION_OK) return;
  if (auto done = plain("ROLLBACK", "rolling back"); !done) {
    log::error("database: a transaction could not be rolled back; its connection is closed");
    session_.reset();
  }
}

Result<std::vector<std::string>> check(Connection& connection) {
  std::vector<std::string> faults;
  if (connection.dialect() == Dialect::postgresql) {
    const auto bad = connection.select<std::string>(
        "SELECT conname::text FROM pg_constraint WHERE NOT convalidated ORDER BY conname");
    if (!bad) return std::unexpected(bad.error());
    for (const auto& [name] : *bad) faults.push_back(fmt::format("the constraint {} is not valid", name));
    return faults;
  }
  const auto pages = connection.select<std::string>("PRAGMA integrity_check(100)");
  if (!pages) return std::unexpected(pages.error());
  for (const auto& [line] : *pages) {
    if (line != "ok") faults.push_back(line);
  }
  const auto keys =
      connection.select<std::string, std::optional<std::int64_t>, std::string>("PRAGMA foreign_key_check");
  if (!keys) return std::unexpected(keys.error());
  for (const auto& [table, row, parent] : *keys) {
    faults.push_back(fmt::format("{} row {} refers to a missing row of {}", table, row.value_or(0), parent));
  }
  return faults;
}

}  // namespace otklik::db
