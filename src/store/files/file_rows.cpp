#include "store/files/file_rows.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/base64.hpp"

namespace otklik::store {
namespace {

using core::FileArea;
using core::FileState;
using core::StoredFile;
using db::Connection;

using Text = std::string;
using Whole = std::int64_t;
using Row =
    std::tuple<Text, Text, Text, Text, Whole, Text, std::optional<Text>, Text, Whole, std::optional<Text>, Text, bool>;

constexpr std::string_view columns =
    "id, area, path, name, size, sha256, user_id, login, stored, chain, state, held FROM files";
constexpr std::size_t most_listed = 10'000;

std::string path_key(std::string_view path) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(path.data(), path.size(), digest.data(), &size, EVP_sha256(), nullptr);
  return hex(std::string_view(reinterpret_cast<const char*>(digest.data()), size));
}

std::optional<std::string> id_or_null(const Uuid& id) { return id.is_nil() ? std::nullopt : std::optional(id.text()); }

Result<StoredFile> file_in(Row& row) {
  auto& [id, area, path, name, size, sha256, user, login, stored, chain, state, held] = row;
  const auto parsed_id = Uuid::parse(id);
  const auto parsed_area = core::file_area_named(area);
  const auto parsed_state = core::file_state_named(state);
  const auto parsed_user = user ? Uuid::parse(*user) : Uuid{};
  const auto parsed_chain = chain ? Uuid::parse(*chain) : Uuid{};
  if (!parsed_id || !parsed_area || !parsed_state || !parsed_user || !parsed_chain || size < 0) {
    return fail(ErrorCode::failed, "the database's index of files is damaged");
  }
  return StoredFile{.id = *parsed_id,
                    .area = *parsed_area,
                    .path = std::move(path),
                    .name = std::move(name),
                    .size = static_cast<std::uint64_t>(size),
                    .sha256 = std::move(sha256),
                    .user = *parsed_user,
                    .login = std::move(login),
                    .stored_at = Time(Duration(stored)),
                    .chain = *parsed_chain,
                    .state = *parsed_state,
                    .held = held};
}

Result<std::vector<StoredFile>> files_in(Connection& connection, std::string_view sql,
                                         std::span<const db::Value> parameters) {
  auto rows = connection.select_with<Text, Text, Text, Text, Whole, Text, std::optional<Text>, Text, Whole,
                                     std::optional<Text>, Text, bool>(sql, parameters);
  if (!rows) return std::unexpected(std::move(rows.error()));
  std::vector<StoredFile> files;
  files.reserve(rows->size());
  for (auto& row : *rows) {
    auto file = file_in(row);
    if (!file) return std::unexpected(std::move(file.error()));
    files.push_back(std::move(*file));
  }
  return files;
}

Result<StoredFile> only_file(Result<std::vector<StoredFile>> files) {
  if (!files) return std::unexpected(std::move(files.error()));
  if (files->empty()) return fail(ErrorCode::not_found, "there is no such file");
  return std::move(files->front());
}

/// The conditions of a query, each with its parameters.
struct Conditions {
  std::string sql;
  std::vector<db::Value> values;

  void add(std::string_view condition, std::initializer_list<db::Value> parameters) {
    (sql += sql.empty() ? " WHERE " : " AND ") += condition;
    values.insert(values.end(), parameters);
  }
};

/// All but the place to go on from.
Conditions conditions_of(const core::FileQuery& query) {
  Conditions where;
  if (query.area) where.add("area = ?", {std::string(core::name(*query.area))});
  if (query.state) where.add("state = ?", {std::string(core::name(*query.state))});
  if (query.user) where.add("user_id = ?", {query.user->text()});
  if (query.chain) where.add("chain = ?", {query.chain->text()});
  if (query.held) where.add("held = ?", {std::int64_t{*query.held}});
  if (query.stored_before) where.add("stored < ?", {query.stored_before->time_since_epoch().count()});
  return where;
}

}  // namespace

Result<> insert_file(Connection& connection, const StoredFile& file) {
  auto done = connection.execute(
      "INSERT INTO files (id, area, path, path_key, name, size, sha256, user_id, login, stored, chain, state, held) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      file.id.text(), core::name(file.area), file.path, path_key(file.path), file.name, file.size, file.sha256,
      id_or_null(file.user), file.login, file.stored_at.time_since_epoch().count(), id_or_null(file.chain),
      core::name(file.state), file.held);
  if (!done) return std::unexpected(std::move(done.error()));
  return {};
}

Result<std::int64_t> settle_file(Connection& connection, const Uuid& id, std::uint64_t size, std::string_view sha256) {
  return connection.execute(
      "UPDATE files SET state = 'whole', size = ?, sha256 = ? "
      "WHERE id = ? AND (state <> 'whole' OR size <> ? OR sha256 <> ?)",
      size, sha256, id.text(), size, sha256);
}

Result<std::int64_t> place_file(Connection& connection, const Uuid& id, FileArea area, std::string_view path) {
  return connection.execute("UPDATE files SET area = ?, path = ?, path_key = ? WHERE id = ?", core::name(area), path,
                            path_key(path), id.text());
}

Result<std::int64_t> hold_file(Connection& connection, const Uuid& id, bool held) {
  return connection.execute("UPDATE files SET held = ? WHERE id = ?", held, id.text());
}

Result<std::int64_t> mark_file(Connection& connection, const Uuid& id, FileState state) {
  return connection.execute("UPDATE files SET state = ? WHERE id = ?", core::name(state), id.text());
}

Result<std::int64_t> delete_file(Connection& connection, const Uuid& id) {
  return connection.execute("DELETE FROM files WHERE id = ?", id.text());
}

Result<core::FileTotals> delete_area(Connection& connection, FileArea area) {
  const auto totals = connection.select<Whole, Whole>(
      "SELECT COUNT(*), CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM files WHERE area = ?", core::name(area));
  if (!totals) return std::unexpected(totals.error());
  const auto done = connection.execute("DELETE FROM files WHERE area = ?", core::name(area));
  if (!done) return std::unexpected(done.error());
  const auto& [files, bytes] = totals->front();
  return core::FileTotals{static_cast<std::uint64_t>(files), static_cast<std::uint64_t>(bytes)};
}

Result<StoredFile> file_by_id(Connection& connection, const Uuid& id) {
  const std::array<db::Value, 1> values{id.text()};
  return only_file(files_in(connection, fmt::format("SELECT {} WHERE id = ?", columns), values));
}

Result<StoredFile> file_at(Connection& connection, FileArea area, std::string_view path) {
  const std::array<db::Value, 2> values{std::string(core::name(area)), path_key(path)};
  return only_file(files_in(connection, fmt::format("SELECT {} WHERE area = ? AND path_key = ?", columns), values));
}

Result<core::FilePage> select_files(Connection& connection, const core::FileQuery& query) {
  Conditions where = conditions_of(query);
  if (query.after) {
    const std::int64_t stored = query.after->stored_at.time_since_epoch().count();
    where.add(
        query.newest_first ? "(stored < ? OR (stored = ? AND id < ?))" : "(stored > ? OR (stored = ? AND id > ?))",
        {stored, stored, query.after->id.text()});
  }
  core::FileTotals totals;
  if (query.with_totals) {
    Conditions all = conditions_of(query);
    const auto sums = connection.select_with<Whole, Whole>(
        fmt::format("SELECT COUNT(*), CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM files{}", all.sql), all.values);
    if (!sums) return std::unexpected(sums.error());
    totals = {static_cast<std::uint64_t>(std::get<0>(sums->front())),
              static_cast<std::uint64_t>(std::get<1>(sums->front()))};
  }
  const std::size_t limit = std::clamp<std::size_t>(query.limit, 1, most_listed);
  const std::string_view order = query.newest_first ? "stored DESC, id DESC" : "stored, id";
  auto files = files_in(
      connection, fmt::format("SELECT {}{} ORDER BY {} LIMIT {}", columns, where.sql, order, limit + 1), where.values);
  if (!files) return std::unexpected(std::move(files.error()));
  core::FilePage page{std::move(*files), std::nullopt, totals};
  if (page.files.size() > limit) {
    page.files.resize(limit);
    page.next = core::FileCursor{page.files.back().stored_at, page.files.back().id};
  }
  return page;
}

}  // namespace otklik::store
