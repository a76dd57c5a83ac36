#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.hpp"

namespace otklik::db {

/// A value of a row or a parameter: NULL, a whole number, a number, text (UTF-8). Dates travel as text
/// `yyyy-MM-dd HH:mm:ss`, booleans as 0 and 1, binary columns as their bytes.
using Value = std::variant<std::monostate, std::int64_t, double, std::string>;

struct Rows {
  std::vector<std::string> columns;
  std::vector<std::vector<Value>> rows;
  std::int64_t affected = 0;  ///< rows changed by INSERT, UPDATE, DELETE
};

/// A database that scenarios may ask, by its name in the settings (`[datasource.NAME]`).
struct SourceOptions {
  std::string backend;  ///< `sqlite3` or `postgresql`
  std::string connect;  ///< as SOCI takes it; never shown to a client, never logged
  int connections = 4;  ///< at most so many at once
  bool read_only = false;
  std::chrono::milliseconds timeout{30'000};  ///< of one query when the caller asks for none
  std::size_t most_rows = 100'000;            ///< past it: `too_large`
  std::size_t most_bytes = 64 * 1024 * 1024;  ///< of one answer: `too_large`

  bool operator==(const SourceOptions&) const = default;
};

/// Runs SQL with bound parameters on a pool of connections. Blocks: call it from a thread that may wait.
class Source {
 public:
  explicit Source(SourceOptions options);  ///< does not connect yet
  ~Source();

  /// `sql` is one statement; its parameters are `?` in order (outside of quotes and comments), and there must be as
  /// many as `parameters`. A broken connection is opened anew before the statement is sent, never after.
  /// Errors: `bad_request` (the count of parameters, more than one statement, SQL the database refuses: its message is
  /// for the scenario's author), `timeout` (the statement is cancelled in the database), `too_large`, `too_many`
  /// (no connection came free in time), `unavailable` (cannot connect), `failed`.
  Result<Rows> run(std::string_view sql, std::span<const Value> parameters,
                   std::chrono::milliseconds timeout = std::chrono::milliseconds{0});

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace otklik::db
