#pragma once
#include <algorithm>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/ports/file_index.hpp"

namespace otklik::files::test {

/// A file of that area, with an id of its own.
inline core::StoredFile a_file(core::FileArea area, std::string path) {
  core::StoredFile file;
  file.id = Uuid::random();
  file.area = area;
  file.name = path;
  file.path = std::move(path);
  return file;
}

/// The index in memory, by the rules of the port; and what was said of what went.
class FakeIndex final : public core::FileIndex {
 public:
  Result<> add(const core::StoredFile& file) override {
    if (on_add) on_add();
    const std::lock_guard lock(mutex_);
    if (add_fails) return std::unexpected(*add_fails);
    for (const auto& [id, known] : files_) {
      if (id == file.id || (known.area == file.area && known.path == file.path)) return fail(ErrorCode::conflict);
    }
    files_.emplace(file.id, file);
    return {};
  }
  Result<> settle(const Uuid& id, std::uint64_t size, std::string_view sha256) override {
    if (settle_fails) return std::unexpected(*settle_fails);
    return change(id, [&](core::StoredFile& file) {
      file.state = core::FileState::whole;
      file.size = size;
      file.sha256 = sha256;
    });
  }
  Result<> move(const Uuid& id, core::FileArea area, std::string_view path) override {
    if (const auto there = find_at(area, path); there && there->id != id) return fail(ErrorCode::conflict);
    return change(id, [&](core::StoredFile& file) {
      file.area = area;
      file.path = path;
    });
  }
  Result<> hold(const Uuid& id, bool held) override {
    return change(id, [&](core::StoredFile& file) { file.held = held; });
  }
  Result<> begin_removal(const Uuid& id) override {
    return change(id, [&](core::StoredFile& file) { file.state = core::FileState::leaving; });
  }
  Result<core::StoredFile> remove(const Uuid& id, std::string_view reason) override {
    const std::lock_guard lock(mutex_);
    const auto at = files_.find(id);
    if (at == files_.end()) return fail(ErrorCode::not_found);
    core::StoredFile file = std::move(at->second);
    files_.erase(at);
    removed.push_back(file.path + " " + std::string(reason));
    return file;
  }
  Result<core::FileTotals> clear(core::FileArea area) override {
    const std::lock_guard lock(mutex_);
    core::FileTotals totals;
    std::erase_if(files_, [&](const auto& entry) {
      if (entry.second.area != area) return false;
      ++totals.files;
      totals.bytes += entry.second.size;
      return true;
    });
    return totals;
  }
  Result<core::StoredFile> find(const Uuid& id) override {
    const std::lock_guard lock(mutex_);
    const auto at = files_.find(id);
    if (at == files_.end()) return fail(ErrorCode::not_found);
    return at->second;
  }
  Result<core::StoredFile> find_at(core::FileArea area, std::string_view path) override {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, file] : files_) {
      if (file.area == area && file.path == path) return file;
    }
    return fail(ErrorCode::not_found);
  }
  Result<core::FilePage> list(const core::FileQuery& query) override {
    const std::lock_guard lock(mutex_);
    std::vector<core::StoredFile> all;
    core::FilePage page;
    for (const auto& [id, file] : files_) {
      if (query.area && file.area != *query.area) continue;
      if (query.state && file.state != *query.state) continue;
      if (query.user && file.user != *query.user) continue;
      if (query.held && file.held != *query.held) continue;
      if (query.stored_before && file.stored_at >= *query.stored_before) continue;
      ++page.totals.files;
      page.totals.bytes += file.size;
      if (query.after && std::pair(file.stored_at, file.id) <= std::pair(query.after->stored_at, query.after->id))
        continue;
      all.push_back(file);
    }
    std::ranges::sort(all, {}, [](const core::StoredFile& file) { return std::pair(file.stored_at, file.id); });
    if (all.size() > query.limit) {
      all.resize(query.limit);
      page.next = core::FileCursor{all.back().stored_at, all.back().id};
    }
    page.files = std::move(all);
    return page;
  }

  [[nodiscard]] std::size_t size() {
    const std::lock_guard lock(mutex_);
    return files_.size();
  }
  std::vector<std::string> removed;              ///< `path reason`
  std::function<void()> on_add;                  ///< what happens meanwhile, where a test wants it
  std::optional<Error> add_fails, settle_fails;  ///< what those answer, where a test wants it

 private:
  template <class Change>
  Result<> change(const Uuid& id, Change change) {
    const std::lock_guard lock(mutex_);
    const auto at = files_.find(id);
    if (at == files_.end()) return fail(ErrorCode::not_found);
    change(at->second);
    return {};
  }

  std::mutex mutex_;
  std::map<Uuid, core::StoredFile> files_;
};

}  // namespace otklik::files::test
