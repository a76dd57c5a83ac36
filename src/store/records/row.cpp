#include "store/records/row.hpp"

namespace otklik::store {

Row& Row::set(std::string_view column, db::Value value) {
  columns_.emplace_back(column);
  values_.push_back(std::move(value));
  return *this;
}

Row& Row::set(std::string_view column, const Uuid& id) {
  return set(column, id.is_nil() ? db::Value() : db::Value(id.text()));
}

Row& Row::set(std::string_view column, Time when) {
  set(column, static_cast<std::int64_t>(when.time_since_epoch().count()));
  return set(std::string(column) + "_text", local_text(when));
}

Row& Row::set(std::string_view prefix, const core::Party& party) {
  const auto key = [prefix](std::string_view name) { return std::string(prefix).append("_").append(name); };
  set(key("line"), party.line).set(key("line_number"), party.line_number).set(key("user"), party.user);
  set(key("login"), party.login).set(key("name"), party.name).set(key("department"), party.department);
  return set(key("number"), party.number).set(key("trunk"), party.trunk);
}

Result<> Row::put(db::Connection& connection, std::string_view table, std::string_view column, const Uuid& id) const {
  std::string sql = "UPDATE ";
  sql.append(table).append(" SET ");
  for (std::size_t i = 0; i < columns_.size(); ++i) sql.append(i == 0 ? "" : ", ").append(columns_[i]).append(" = ?");
  sql.append(" WHERE ").append(column).append(" = ?");
  auto values = values_;
  values.emplace_back(id.text());
  const auto changed = connection.execute_with(sql, values);
  if (!changed) return std::unexpected(changed.error());
  if (*changed > 0) return {};
  Row whole = *this;
  return whole.set(column, id).insert(connection, table);
}

Result<> Row::insert(db::Connection& connection, std::string_view table) const {
  std::string sql = "INSERT INTO ";
  sql.append(table).append(" (");
  std::string marks;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    sql.append(i == 0 ? "" : ", ").append(columns_[i]);
    marks += i == 0 ? "?" : ", ?";
  }
  sql.append(") VALUES (").append(marks).append(")");
  const auto done = connection.execute_with(sql, values_);
  if (!done) return std::unexpected(done.error());
  return {};
}

}  // namespace otklik::store
