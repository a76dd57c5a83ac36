#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "db/sql_scanner.hpp"

namespace soci {
class session;
class soci_error;
}  // namespace soci
struct sqlite3;
struct pg_conn;

/// The narrow place where SOCI is opened and its errors are translated. Only db/ itself includes this.
namespace otklik::db {

/// `sqlite3` and `postgresql`; nothing else is ever loaded. Error: `bad_request`.
Result<Dialect> dialect_of(std::string_view backend);

/// Opens a session; loads the back end at the first one. `unavailable` when the back end's library is missing or the
/// database does not answer; the cause is logged without the connect string.
Result<std::unique_ptr<soci::session>> open_session(Dialect dialect, const std::string& connect);

/// The handle under a session, for what SOCI has no word for. Null when it is of the other kind.
::sqlite3* sqlite_handle(soci::session& session) noexcept;
::pg_conn* postgres_handle(soci::session& session) noexcept;

/// What a failed statement of our own means to the caller; the database's words go to the log only.
Error translate(const soci::soci_error& error, soci::session& session, std::string_view doing);

/// SOCI's spelling of a SQLite file name. Error `bad_request` for a name it cannot carry.
Result<std::string> sqlite_connect(const std::string& file);

/// The first line of a database's message: what follows may quote values.
std::string_view first_line(std::string_view message) noexcept;

}  // namespace otklik::db
