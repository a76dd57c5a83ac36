#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "db/connection.hpp"

namespace otklik::db {

/// One step of the schema's history. Once released it never changes; a correction is a further step.
struct Upgrade {
  int version = 0;        ///< 1, 2, 3, … without a gap
  std::string_view name;  ///< for people: `users, roles, tokens`
  std::vector<std::string_view> statements;
};

/// Brings the schema up to the last of `upgrades`, each step in a transaction of its own together with its row in the
/// table `schema_upgrades`, so that a crash leaves whole steps. Two programs that start at once do each step once.
/// Returns the version it found before. Errors: `unavailable` with a clear text when the database was made by a newer
/// version of the program, and what Connection says.
Result<int> upgrade_schema(Connection& connection, std::span<const Upgrade> upgrades);

/// 0 for an empty database.
Result<int> schema_version(Connection& connection);

}  // namespace otklik::db
