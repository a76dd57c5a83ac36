#include "db/session.hpp"

#include <libpq-fe.h>
#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <mutex>

#include "base/log.hpp"
#include "base/text.hpp"

namespace otklik::db {
namespace {

// SOCI looks for a back end in the working folder too when the system has none: no library comes from there.
void forget_search_paths() {
  static std::once_flag once;
  std::call_once(once, [] { std::erase(soci::dynamic_backends::search_paths(), "."); });
}

Error sqlite_error(::sqlite3* handle, std::string_view doing) {
  // SOCI's header declares the C names in a namespace of its own.
  const int code = sqlite_api::sqlite3_extended_errcode(reinterpret_cast<sqlite_api::sqlite3*>(handle));
  switch (code & 0xFF) {
    case SQLITE_CONSTRAINT:
      return {ErrorCode::conflict, "it exists already, or something else still refers to it"};
    case SQLITE_FULL:
      return {ErrorCode::storage_full};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorCode::unavailable, "the database is locked by another program"};
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
      return {ErrorCode::unavailable, "the database cannot be written"};
    case SQLITE_INTERRUPT:
      return {ErrorCode::timeout};
    default:
      return {ErrorCode::failed, fmt::format("the database failed while {}", doing)};
  }
}

Error postgres_error(const soci::soci_error& error, ::pg_conn* handle, std::string_view doing) {
  if (PQstatus(handle) != CONNECTION_OK) return {ErrorCode::unavailable, "the connection to the database broke"};
  switch (error.get_error_category()) {
    case soci::soci_error::connection_error:
      return {ErrorCode::unavailable, "the connection to the database broke"};
    case soci::soci_error::constraint_violation:
      return {ErrorCode::conflict, "it exists already, or something else still refers to it"};
    case soci::soci_error::system_error:
      return {ErrorCode::unavailable, "the database has no resources left"};
    default:
      return {ErrorCode::failed, fmt::format("the database failed while {}", doing)};
  }
}

}  // namespace

Result<Dialect> dialect_of(std::string_view backend) {
  if (backend == "sqlite3") return Dialect::sqlite;
  if (backend == "postgresql") return Dialect::postgresql;
  return fail(ErrorCode::bad_request, fmt::format("unknown database \"{}\": sqlite3 or postgresql", backend));
}

Result<std::unique_ptr<soci::session>> open_session(Dialect dialect, const std::string& connect) {
  forget_search_paths();
  const bool sqlite = dialect == Dialect::sqlite;
  try {
    if (sqlite) return std::make_unique<soci::session>("sqlite3", connect);
    // libpq waits for ever by itself. What the administrator wrote comes later and wins.
    auto session = std::make_unique<soci::session>(
        "postgresql",
        "connect_timeout=5 tcp_user_timeout=10000 application_name=otklik client_encoding=UTF8 " + connect);
    // A notice may quote values, and libpq prints it to standard error.
    PQsetNoticeProcessor(postgres_handle(*session), [](void*, const char*) {}, nullptr);
    return session;
  } catch (const soci::soci_error& e) {
    // libpq's reasons name the host and the user, never the password. They stand on lines of their own.
    std::string message = e.get_error_message();
    std::replace(message.begin(), message.end(), '\n', ' ');
    log::error("database ({}): {}", sqlite ? "SQLite" : "PostgreSQL", trim(message));
    if (message.starts_with("Failed to find shared library")) {
      return fail(ErrorCode::unavailable,
                  fmt::format("the package libsoci-{}4.0 is not installed", sqlite ? "sqlite3-" : "postgresql"));
    }
    return fail(ErrorCode::unavailable, "the database does not open");
  }
}

// The back ends' classes live in libraries that are loaded later: there is no type information to check a cast with.
[[clang::no_sanitize("vptr")]] ::sqlite3* sqlite_handle(soci::session& session) noexcept {
  if (session.get_backend() == nullptr || session.get_backend_name() != "sqlite3") return nullptr;
  return reinterpret_cast<::sqlite3*>(static_cast<soci::sqlite3_session_backend*>(session.get_backend())->conn_);
}

[[clang::no_sanitize("vptr")]] ::pg_conn* postgres_handle(soci::session& session) noexcept {
  if (session.get_backend() == nullptr || session.get_backend_name() != "postgresql") return nullptr;
  return static_cast<soci::postgresql_session_backend*>(session.get_backend())->conn_;
}

Error translate(const soci::soci_error& error, soci::session& session, std::string_view doing) {
  Error result{ErrorCode::unavailable};
  if (auto* sqlite = sqlite_handle(session)) {
    result = sqlite_error(sqlite, doing);
  } else if (auto* postgres = postgres_handle(session)) {
    result = postgres_error(error, postgres, doing);
  }
  // A conflict is the caller's, and its message would quote his values.
  if (result.code != ErrorCode::conflict) {
    log::error("database, {}: {}", doing, first_line(error.get_error_message()));
  }
  return result;
}

Result<std::string> sqlite_connect(const std::string& file) {
  if (file.empty() || file.find('"') != std::string::npos || file.find('\0') != std::string::npos ||
      file.find("  ") != std::string::npos) {
    return fail(ErrorCode::bad_request, "the database's file name may hold no quote and no two spaces in a row");
  }
  return fmt::format("dbname=\"{}\"", file);
}

std::string_view first_line(std::string_view message) noexcept { return trim(message.substr(0, message.find('\n'))); }

}  // namespace otklik::db
