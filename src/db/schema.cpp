#include "db/schema.hpp"

#include <cassert>

#include "base/log.hpp"

namespace otklik::db {
namespace {

constexpr std::string_view version_table =
    "CREATE TABLE IF NOT EXISTS schema_upgrades (version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, "
    "applied BIGINT NOT NULL)";

// PostgreSQL: two programs that start at once would both find the table missing. SQLite's write lock does the same.
Result<> lock(Connection& connection) {
  if (connection.dialect() == Dialect::sqlite) return {};
  // any number, as long as it is ours: "otkl" in ASCII
  const auto done = connection.select<std::string>("SELECT pg_advisory_xact_lock(1869900652)::text");
  if (!done) return std::unexpected(done.error());
  return {};
}

Result<int> version_now(Connection& connection) {
  const auto rows = connection.select<std::optional<std::int64_t>>("SELECT MAX(version) FROM schema_upgrades");
  if (!rows) return std::unexpected(rows.error());
  return static_cast<int>(std::get<0>(rows->front()).value_or(0));
}

Result<> apply(Connection& connection, const Upgrade& upgrade) {
  for (const auto statement : upgrade.statements) {
    if (auto done = connection.execute(statement); !done) return std::unexpected(std::move(done.error()));
  }
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  auto noted =
      connection.execute("INSERT INTO schema_upgrades (version, name, applied) VALUES (?, ?, ?)", upgrade.version,
                         upgrade.name, std::chrono::duration_cast<std::chrono::microseconds>(now).count());
  if (!noted) return std::unexpected(std::move(noted.error()));
  return {};
}

// One step, or nothing when it is up to date: the version found under the lock.
Result<int> step(Connection& connection, std::span<const Upgrade> upgrades) {
  if (auto done = lock(connection); !done) return std::unexpected(std::move(done.error()));
  if (auto done = connection.execute(version_table); !done) return std::unexpected(std::move(done.error()));
  auto found = version_now(connection);
  if (!found) return found;
  const int newest = upgrades.empty() ? 0 : upgrades.back().version;
  if (*found > newest) {
    return fail(ErrorCode::unavailable,
                fmt::format("the database has schema version {} and this program knows {}: it was made by a newer "
                            "version of the program, which must be used",
                            *found, newest));
  }
  if (*found < newest) {
    const Upgrade& next = upgrades[static_cast<std::size_t>(*found)];
    if (auto done = apply(connection, next); !done) {
      return fail(done.error().code,
                  fmt::format("schema upgrade {} ({}) failed: {}", next.version, next.name, done.error().message));
    }
  }
  return found;
}

}  // namespace

Result<int> upgrade_schema(Connection& connection, std::span<const Upgrade> upgrades) {
  for (std::size_t i = 0; i < upgrades.size(); ++i) assert(upgrades[i].version == static_cast<int>(i) + 1);
  std::optional<int> first;
  for (;;) {
    if (auto done = connection.begin(Access::write); !done) return std::unexpected(std::move(done.error()));
    auto found = step(connection, upgrades);
    if (!found) {
      connection.rollback();
      return found;
    }
    if (auto done = connection.commit(); !done) return std::unexpected(std::move(done.error()));
    if (!first) first = *found;
    if (*found == static_cast<int>(upgrades.size())) return *first;
    log::info("database: schema upgraded to version {} ({})", *found + 1,
              upgrades[static_cast<std::size_t>(*found)].name);
  }
}

Result<int> schema_version(Connection& connection) {
  const auto there = connection.select<std::int64_t>(
      connection.dialect() == Dialect::sqlite
          ? "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_upgrades'"
          : "SELECT COUNT(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'schema_upgrades'");
  if (!there) return std::unexpected(there.error());
  if (std::get<0>(there->front()) == 0) return 0;
  return version_now(connection);
}

}  // namespace otklik::db
