#pragma once
#include <string_view>

#include "core/ports/file_index.hpp"
#include "db/connection.hpp"

/// How stored files lie in their table. Inside the transaction that is open; errors as Connection, and `failed` when a
/// row makes no sense.
namespace otklik::store {

/// `conflict` when the id or the place is taken.
Result<> insert_file(db::Connection& connection, const core::StoredFile& file);
/// How many rows there were to change: 0 or 1.
Result<std::int64_t> settle_file(db::Connection& connection, const Uuid& id, std::uint64_t size,
                                 std::string_view sha256);
Result<std::int64_t> place_file(db::Connection& connection, const Uuid& id, core::FileArea area, std::string_view path);
Result<std::int64_t> hold_file(db::Connection& connection, const Uuid& id, bool held);
Result<std::int64_t> mark_file(db::Connection& connection, const Uuid& id, core::FileState state);
Result<std::int64_t> delete_file(db::Connection& connection, const Uuid& id);
Result<core::FileTotals> delete_area(db::Connection& connection, core::FileArea area);

/// `not_found`.
Result<core::StoredFile> file_by_id(db::Connection& connection, const Uuid& id);
Result<core::StoredFile> file_at(db::Connection& connection, core::FileArea area, std::string_view path);
Result<core::FilePage> select_files(db::Connection& connection, const core::FileQuery& query);

}  // namespace otklik::store
