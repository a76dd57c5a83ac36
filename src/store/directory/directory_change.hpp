#pragma once
#include "store/directory/directory_rows.hpp"
#include "store/directory/directory_store.hpp"

/// The frame of every change of the directory. Only the store's own sources include this.
namespace otklik::store {

template <class Body>
Result<std::pair<Uuid, std::shared_ptr<const core::Directory>>> DirectoryStore::change(std::string what,
                                                                                       std::string_view key,
                                                                                       std::string_view by, Body body) {
  using Changed = std::pair<Uuid, std::shared_ptr<const core::Directory>>;
  auto changed = database_.write([&](db::Connection& connection) -> Result<Changed> {
    if (auto begun = begin_change(connection); !begun) return std::unexpected(std::move(begun.error()));
    auto before = as_of_this_change(connection);
    if (!before) return std::unexpected(std::move(before.error()));
    Result<Uuid> id = body(connection, **before);
    if (!id) return std::unexpected(std::move(id.error()));
    if (auto done = delete_empty_departments(connection); !done) return std::unexpected(std::move(done.error()));
    auto after = load_changed(connection, **before, *id);
    if (!after) return std::unexpected(std::move(after.error()));
    if ((*before)->administrators() > 0 && (*after)->administrators() == 0) {
      return fail(ErrorCode::state_not_allowed, "the last administrator must stay one");
    }
    return Changed{*id, std::move(*after)};
  });
  if (changed) publish(changed->second, {std::move(what), std::string(key), std::string(by)});
  return changed;
}

}  // namespace otklik::store
