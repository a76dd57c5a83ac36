// Any bytes as a scenario's SQL. SQLite itself says whether the scanner counted right and found the end.
#include <sqlite3.h>

#include <cstdint>
#include <cstdlib>

#include "db/sql_scanner.hpp"

namespace {

using namespace otklik::db;

sqlite3* database() {
  static sqlite3* opened = [] {
    sqlite3* made = nullptr;
    sqlite3_open(":memory:", &made);
    sqlite3_exec(made, "CREATE TABLE t (a, b, c)", nullptr, nullptr, nullptr);
    return made;
  }();
  return opened;
}

void compare_with_sqlite(const ScannedSql& scanned) {
  sqlite3_stmt* statement = nullptr;
  const char* tail = nullptr;
  const int done =
      sqlite3_prepare_v2(database(), scanned.text.c_str(), static_cast<int>(scanned.text.size()), &statement, &tail);
  if (done == SQLITE_OK && statement != nullptr) {
    const int count = sqlite3_bind_parameter_count(statement);
    bool named = false;
    for (int i = 1; i <= count; ++i) named = named || sqlite3_bind_parameter_name(statement, i) != nullptr;
    const bool doubled = scanned.text.find("??") != std::string::npos;
    if (!named && !doubled && static_cast<std::size_t>(count) < scanned.parameters) std::abort();
    if (*tail != '\0') std::abort();  // more than one statement came through
  }
  sqlite3_finalize(statement);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view sql(reinterpret_cast<const char*>(data), size);
  if (const auto scanned = scan_sql(sql, Dialect::sqlite, Placeholder::question)) {
    compare_with_sqlite(*scanned);
    const auto again = scan_sql(scanned->text, Dialect::sqlite, Placeholder::question);
    if (sql.find('?') == std::string_view::npos && (!again || again->text != scanned->text)) std::abort();
  }
  for (const auto dialect : {Dialect::sqlite, Dialect::postgresql}) {
    std::size_t counts[3] = {};
    int at = 0;
    for (const auto placeholder : {Placeholder::question, Placeholder::dollar, Placeholder::soci}) {
      const auto scanned = scan_sql(sql, dialect, placeholder);
      counts[at++] = scanned ? scanned->parameters : SIZE_MAX;
    }
    if (counts[0] != counts[1] || counts[1] != counts[2]) std::abort();
  }
  return 0;
}
