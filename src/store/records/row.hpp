#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "core/calls/party.hpp"
#include "db/connection.hpp"

namespace otklik::store {

/// Columns and values of one row of the call records, gathered and then put in.
class Row {
 public:
  Row& set(std::string_view column, db::Value value);
  Row& set(std::string_view column, const std::string& text) { return set(column, db::Value(text)); }
  Row& set(std::string_view column, std::string_view text) { return set(column, db::Value(std::string(text))); }
  Row& set(std::string_view column, std::int64_t number) { return set(column, db::Value(number)); }
  Row& set(std::string_view column, bool flag) { return set(column, db::Value(std::int64_t{flag})); }
  /// NULL where there is none.
  Row& set(std::string_view column, const Uuid& id);
  /// Two columns: `column` in microseconds, and `column`_text as people in the server's time zone read it.
  Row& set(std::string_view column, Time when);
  /// Eight columns, each with `prefix` and an underscore in front.
  Row& set(std::string_view prefix, const core::Party& party);

  /// Changes the rows where `column` is `id`; makes one where there is none (its beginning has been lost).
  Result<> put(db::Connection& connection, std::string_view table, std::string_view column, const Uuid& id) const;
  Result<> insert(db::Connection& connection, std::string_view table) const;

 private:
  std::vector<std::string> columns_;
  std::vector<db::Value> values_;
};

}  // namespace otklik::store
