#include "store/files/file_store.hpp"

#include <utility>

#include "base/text.hpp"
#include "store/files/file_rows.hpp"

namespace otklik::store {
namespace {

using core::FileArea;
using core::StoredFile;
using db::Connection;

/// Knowing the path of a temporary file opens it without authorization, and logs are read by many.
std::string told_path(const StoredFile& file) {
  return core::is_emptied_at_start(file.area) ? std::string() : file.path;
}

Result<> there(Result<std::int64_t> changed) {
  if (!changed) return std::unexpected(std::move(changed.error()));
  if (*changed == 0) return fail(ErrorCode::not_found, "there is no such file");
  return {};
}

}  // namespace

void FileStore::tell_stored(const StoredFile& file) {
  journal_.tell(core::FileStored{.file = file.id,
                                 .area = std::string(core::name(file.area)),
                                 .path = told_path(file),
                                 .name = file.name,
                                 .size = file.size,
                                 .sha256 = file.sha256,
                                 .user = file.user,
                                 .login = file.login,
                                 .chain = file.chain});
}

Result<> FileStore::add(const StoredFile& file) {
  if (!is_utf8(file.path) || !is_utf8(file.name) || file.path.contains('\0') || file.name.contains('\0')) {
    return fail(ErrorCode::bad_request, "a file's path and name are UTF-8");
  }
  auto added = database_.write([&](Connection& connection) { return insert_file(connection, file); });
  if (added && file.state == core::FileState::whole) tell_stored(file);
  return added;
}

Result<> FileStore::settle(const Uuid& id, std::uint64_t size, std::string_view sha256) {
  const auto settled = database_.write([&](Connection& connection) -> Result<std::pair<StoredFile, bool>> {
    const auto changed = settle_file(connection, id, size, sha256);
    if (!changed) return std::unexpected(changed.error());
    auto file = file_by_id(connection, id);
    if (!file) return std::unexpected(std::move(file.error()));
    return std::pair(std::move(*file), *changed != 0);
  });
  if (!settled) return std::unexpected(settled.error());
  if (settled->second) tell_stored(settled->first);
  return {};
}

Result<> FileStore::move(const Uuid& id, FileArea area, std::string_view path) {
  if (!is_utf8(path)) return fail(ErrorCode::bad_request, "a file's path is UTF-8");
  return database_.write([&](Connection& connection) { return there(place_file(connection, id, area, path)); });
}

Result<> FileStore::hold(const Uuid& id, bool held) {
  return database_.write([&](Connection& connection) { return there(hold_file(connection, id, held)); });
}

Result<> FileStore::begin_removal(const Uuid& id) {
  return database_.write(
      [&](Connection& connection) { return there(mark_file(connection, id, core::FileState::leaving)); });
}

Result<StoredFile> FileStore::remove(const Uuid& id, std::string_view reason) {
  auto removed = database_.write([&](Connection& connection) -> Result<StoredFile> {
    auto file = file_by_id(connection, id);
    if (!file) return file;
    const auto done = delete_file(connection, id);
    if (!done) return std::unexpected(done.error());
    return file;
  });
  if (removed) {
    journal_.tell(core::FileDeleted{.file = removed->id,
                                    .area = std::string(core::name(removed->area)),
                                    .path = told_path(*removed),
                                    .name = removed->name,
                                    .size = removed->size,
                                    .reason = std::string(reason),
                                    .chain = removed->chain});
  }
  return removed;
}

Result<core::FileTotals> FileStore::clear(FileArea area) {
  return database_.write([&](Connection& connection) { return delete_area(connection, area); });
}

Result<StoredFile> FileStore::find(const Uuid& id) {
  return database_.read([&](Connection& connection) { return file_by_id(connection, id); });
}

Result<StoredFile> FileStore::find_at(FileArea area, std::string_view path) {
  return database_.read([&](Connection& connection) { return file_at(connection, area, path); });
}

Result<core::FilePage> FileStore::list(const core::FileQuery& query) {
  return database_.read([&](Connection& connection) { return select_files(connection, query); });
}

}  // namespace otklik::store
