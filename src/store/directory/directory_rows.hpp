#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "core/directory/directory.hpp"
#include "db/connection.hpp"

/// How the directory lies in its tables.
namespace otklik::store {

/// Everything, inside the transaction that is open. Errors as Connection; `failed` when a row makes no sense.
Result<std::shared_ptr<const core::Directory>> load_directory(db::Connection& connection);

/// How often the directory has changed.
Result<std::uint64_t> generation_now(db::Connection& connection);

/// `before` with what has become of the user, role or token `id`: the same as load_directory() when nothing else has
/// changed since, and far cheaper.
Result<std::shared_ptr<const core::Directory>> load_changed(db::Connection& connection, const core::Directory& before,
                                                            const Uuid& id);

/// Counts the change and, in PostgreSQL, holds off every other change of the directory until this transaction ends.
/// First of all in each change.
Result<> begin_change(db::Connection& connection);

Result<> insert_user(db::Connection& connection, const core::User& user);
/// Everything of him, roles included.
Result<> update_user(db::Connection& connection, const core::User& user);
Result<> delete_user(db::Connection& connection, const Uuid& id);

Result<> insert_role(db::Connection& connection, const core::Role& role);
Result<> update_role(db::Connection& connection, const core::Role& role);
Result<> delete_role(db::Connection& connection, const Uuid& id);

Result<> insert_department(db::Connection& connection, const core::Department& department);
/// A department exists while somebody is in it.
Result<> delete_empty_departments(db::Connection& connection);

Result<> insert_token(db::Connection& connection, const core::ApiToken& token);
Result<> revoke_token(db::Connection& connection, const Uuid& id, Time when);
/// Moves it forward only.
Result<> note_token_used(db::Connection& connection, const Uuid& id, Time when);

/// `operate supervise`, in the order of the enumeration.
std::string text_of(core::Privileges privileges);
/// Unknown words, from a newer version, grant nothing.
core::Privileges privileges_in(std::string_view text);

}  // namespace otklik::store
