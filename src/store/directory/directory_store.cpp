#include "store/directory/directory_store.hpp"

#include "base/log.hpp"
#include "store/directory/directory_rows.hpp"

namespace otklik::store {

Result<std::unique_ptr<DirectoryStore>> DirectoryStore::open(db::Database& database, core::CredentialMaker& maker,
                                                             const Clock& clock, DirectoryOptions options) {
  std::unique_ptr<DirectoryStore> store(new DirectoryStore(database, maker, clock, options));
  auto directory = database.read(load_directory);
  if (!directory) return std::unexpected(std::move(directory.error()));
  store->snapshot_.publish(std::move(*directory));
  return store;
}

Result<std::shared_ptr<const core::Directory>> DirectoryStore::reload(std::string_view by) {
  auto directory = database_.read(load_directory);
  if (directory) publish(*directory, {"reload", "", std::string(by)});
  return directory;
}

Result<std::shared_ptr<const core::Directory>> DirectoryStore::as_of_this_change(db::Connection& connection) {
  const auto generation = generation_now(connection);
  if (!generation) return std::unexpected(generation.error());
  if (auto newest = snapshot_.take(); newest->generation() + 1 == *generation) return newest;
  return load_directory(connection);
}

void DirectoryStore::publish(std::shared_ptr<const core::Directory> directory, const core::DirectoryChanged& fact) {
  const std::lock_guard lock(publishing_);
  const auto newest = snapshot_.take();
  const bool newer = directory->generation() > newest->generation();
  // Two changes may come here in the other order: what is newest then holds both.
  if (directory->generation() >= newest->generation()) snapshot_.publish(directory);
  if (fact.what == "reload" && !newer) return;
  for (const auto& listener : listeners_) listener(snapshot_.take(), fact);
}

void DirectoryStore::note_token_used(const Uuid& token, Time when) {
  const bool queued = database_.write_later(
      [token, when](db::Connection& connection) { return store::note_token_used(connection, token, when); });
  if (!queued) log::debug("the database is busy: a token's last use was not noted");
}

}  // namespace otklik::store
