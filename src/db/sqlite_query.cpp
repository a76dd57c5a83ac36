#include <sqlite3.h>

#include "base/text.hpp"
#include "db/native_query.hpp"

namespace otklik::db {
namespace {

struct Finalizer {
  void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, Finalizer>;

// The data source is one file: no statement opens another, and none changes how this one is kept.
int authorize(void*, int action, const char* first, const char* second, const char*, const char*) {
  switch (action) {
    case SQLITE_ATTACH:  // VACUUM INTO comes here too
    case SQLITE_DETACH:
    case SQLITE_TRANSACTION:
    case SQLITE_SAVEPOINT:
      return SQLITE_DENY;
    case SQLITE_FUNCTION:
      return second != nullptr && iequals_ascii(second, "load_extension") ? SQLITE_DENY : SQLITE_OK;
    case SQLITE_PRAGMA:
      for (const std::string_view harmless :
           {"table_info", "table_xinfo", "table_list", "index_list", "index_info", "index_xinfo", "foreign_key_list",
            "database_list", "collation_list", "function_list", "compile_options", "data_version"}) {
        if (iequals_ascii(first, harmless)) return SQLITE_OK;
      }
      // asked for, not set
      return second == nullptr && (iequals_ascii(first, "user_version") || iequals_ascii(first, "encoding"))
                 ? SQLITE_OK
                 : SQLITE_DENY;
    default:
      return SQLITE_OK;
  }
}

// Stops a running statement and a wait for a lock once the deadline is over.
class Deadline {
 public:
  Deadline(::sqlite3* handle, std::chrono::steady_clock::time_point at) : handle_(handle), at_(at) {
    sqlite3_progress_handler(
        handle_, 2000, [](void* self) { return static_cast<Deadline*>(self)->is_over() ? 1 : 0; }, this);
    sqlite3_busy_handler(handle_, [](void* self, int) { return static_cast<Deadline*>(self)->wait_a_little(); }, this);
  }
  ~Deadline() {
    sqlite3_progress_handler(handle_, 0, nullptr, nullptr);
    sqlite3_busy_handler(handle_, nullptr, nullptr);
  }
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

 private:
  [[nodiscard]] bool is_over() const { return std::chrono::steady_clock::now() >= at_; }
  int wait_a_little() const {
    if (is_over()) return 0;
    sqlite3_sleep(2);
    return 1;
  }

  ::sqlite3* handle_;
  std::chrono::steady_clock::time_point at_;
};

Error error_of(::sqlite3* handle) {
  const auto said = [&] { return std::string(sqlite3_errmsg(handle)); };
  switch (sqlite3_errcode(handle)) {
    case SQLITE_INTERRUPT:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorCode::timeout, "the query took too long"};
    case SQLITE_FULL:
      return {ErrorCode::storage_full};
    case SQLITE_TOOBIG:
      return {ErrorCode::too_large, "a value is larger than an answer may be"};
    case SQLITE_AUTH:
      return {ErrorCode::bad_request, "this is not allowed on a data source (ATTACH, PRAGMA, BEGIN and the like)"};
    case SQLITE_READONLY:
      return {ErrorCode::bad_request, "the data source is read-only"};
    case SQLITE_CANTOPEN:
      return {ErrorCode::unavailable, "the database file cannot be opened"};
    case SQLITE_IOERR:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_NOMEM:
      return {ErrorCode::failed, said()};
    default:
      return {ErrorCode::bad_request, said()};
  }
}

// Text is UTF-8; what is none goes in as bytes.
int bind(sqlite3_stmt* statement, int at, const Value& value) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return sqlite3_bind_int64(statement, at, *whole);
  if (const auto* number = std::get_if<double>(&value)) return sqlite3_bind_double(statement, at, *number);
  if (const auto* text = std::get_if<std::string>(&value)) {
    if (is_utf8(*text)) {
      return sqlite3_bind_text64(statement, at, text->data(), text->size(), SQLITE_STATIC, SQLITE_UTF8);
    }
    return sqlite3_bind_blob64(statement, at, text->data(), text->size(), SQLITE_STATIC);
  }
  return sqlite3_bind_null(statement, at);
}

Value column(sqlite3_stmt* statement, int at) {
  switch (sqlite3_column_type(statement, at)) {
    case SQLITE_INTEGER:
      return sqlite3_column_int64(statement, at);
    case SQLITE_FLOAT:
      return sqlite3_column_double(statement, at);
    case SQLITE_NULL:
      return std::monostate{};
    default: {
      const void* bytes = sqlite3_column_blob(statement, at);
      const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, at));
      return bytes == nullptr ? std::string() : std::string(static_cast<const char*>(bytes), size);
    }
  }
}

Result<Rows> run(::sqlite3* handle, const std::string& sql, std::span<const Value> parameters,
                 const QueryLimits& limits) {
  sqlite3_stmt* raw = nullptr;
  const char* tail = nullptr;
  if (sqlite3_prepare_v2(handle, sql.data(), static_cast<int>(sql.size()), &raw, &tail) != SQLITE_OK) {
    return std::unexpected(error_of(handle));
  }
  const Statement statement(raw);
  if (raw == nullptr) return fail(ErrorCode::bad_request, "no statement given");
  if (!trim(std::string_view(tail, static_cast<std::size_t>(sql.data() + sql.size() - tail))).empty()) {
    return fail(ErrorCode::bad_request, "more than one statement");
  }
  if (static_cast<std::size_t>(sqlite3_bind_parameter_count(raw)) != parameters.size()) {
    return fail(ErrorCode::bad_request, "parameters are written ?, not :name, @name or $name");
  }
  const bool reads = sqlite3_stmt_readonly(raw) != 0;
  if (limits.read_only && !reads) return fail(ErrorCode::bad_request, "the data source is read-only");
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (bind(raw, static_cast<int>(i) + 1, parameters[i]) != SQLITE_OK) return std::unexpected(error_of(handle));
  }

  Rows out;
  const int columns = sqlite3_column_count(raw);
  for (int c = 0; c < columns; ++c) out.columns.emplace_back(sqlite3_column_name(raw, c));
  std::size_t bytes = 0;
  for (;;) {
    const int step = sqlite3_step(raw);
    if (step == SQLITE_DONE) break;
    if (step != SQLITE_ROW) return std::unexpected(error_of(handle));
    if (out.rows.size() == limits.most_rows) return fail(ErrorCode::too_large, "the answer has too many rows");
    auto& row = out.rows.emplace_back();
    row.reserve(static_cast<std::size_t>(columns));
    for (int c = 0; c < columns; ++c) {
      bytes += sizeof(Value) + static_cast<std::size_t>(sqlite3_column_bytes(raw, c));
      if (bytes > limits.most_bytes) return fail(ErrorCode::too_large, "the answer has too many bytes");
      row.push_back(column(raw, c));
    }
  }
  if (!reads) out.affected = sqlite3_changes64(handle);
  return out;
}

}  // namespace

void restrict_sqlite(::sqlite3* handle, std::size_t most_bytes) {
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_FKEY, 1, nullptr);
  sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, static_cast<int>(std::min<std::size_t>(most_bytes, 1'000'000'000)));
  sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, 0);
  sqlite3_set_authorizer(handle, authorize, nullptr);
}

QueryResult query_sqlite(::sqlite3* handle, const std::string& sql, std::span<const Value> parameters,
                         const QueryLimits& limits) {
  const Deadline deadline(handle, limits.deadline);
  QueryResult result{run(handle, sql, parameters, limits)};
  // BEGIN is refused, so nothing can be left open; should it be, the next caller must not find it.
  if (sqlite3_get_autocommit(handle) == 0) result.after = After::spoilt;
  return result;
}

}  // namespace otklik::db
