#pragma once
#include "core/ports/file_index.hpp"
#include "core/ports/journal.hpp"
#include "db/database.hpp"

namespace otklik::store {

/// The index of stored files in the table `files`. Each change is one transaction, and told to the journal after it:
/// a file that became whole as FileStored, one that was removed as FileDeleted.
class FileStore final : public core::FileIndex {
 public:
  /// The schema must be up to date (store::schema()). Both outlive the store.
  FileStore(db::Database& database, core::Journal& journal) : database_(database), journal_(journal) {}

  Result<> add(const core::StoredFile& file) override;
  Result<> settle(const Uuid& id, std::uint64_t size, std::string_view sha256) override;
  Result<> move(const Uuid& id, core::FileArea area, std::string_view path) override;
  Result<> hold(const Uuid& id, bool held) override;
  Result<> begin_removal(const Uuid& id) override;
  Result<core::StoredFile> remove(const Uuid& id, std::string_view reason) override;
  Result<core::FileTotals> clear(core::FileArea area) override;
  Result<core::StoredFile> find(const Uuid& id) override;
  Result<core::StoredFile> find_at(core::FileArea area, std::string_view path) override;
  Result<core::FilePage> list(const core::FileQuery& query) override;

 private:
  void tell_stored(const core::StoredFile& file);

  db::Database& database_;
  core::Journal& journal_;
};

}  // namespace otklik::store
