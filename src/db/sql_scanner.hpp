#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace otklik::db {

enum class Dialect : std::uint8_t { sqlite, postgresql };

/// How a parameter is spelled in the text that goes on.
enum class Placeholder : std::uint8_t {
  question,  ///< `?`: SQLite's own
  dollar,    ///< `$1`: PostgreSQL's own
  soci,      ///< `:p1`: as SOCI takes it, for both
};

struct ScannedSql {
  std::string text;            ///< one statement without comments and without the closing `;`
  std::size_t parameters = 0;  ///< how many `?` stood outside of quotes and comments
};

/// Reads one SQL statement far enough to know where its parameters and its end are: quotes, quoted names, comments
/// (nested ones in PostgreSQL), dollar quotes and escape strings are passed over. `??` is one `?` that is no parameter
/// (PostgreSQL's operators on jsonb). Comments become a space. With Placeholder::soci a quoted colon is the caller's
/// care: use it for our own statements only.
///
/// Errors, all `bad_request`: not UTF-8 or a NUL inside, something left open, more than one statement, none at all,
/// parameters in another spelling (`?1`, `$1`).
Result<ScannedSql> scan_sql(std::string_view sql, Dialect dialect, Placeholder placeholder);

}  // namespace otklik::db
