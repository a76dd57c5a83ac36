#pragma once
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/beneath.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "web_api/www/file_mark.hpp"
#include "web_api/www/hook.hpp"

namespace otklik::web_api {

/// The hooks of a folder, parsed once for each change of their files. Any thread.
class HookCache {
 public:
  HookCache(const Folder& folder, const Clock& clock) : folder_(folder), clock_(clock) {}

  /// The hook beside `name`. Errors: `not_found` when there is none, `failed` when there is one that cannot be used;
  /// why has been logged, once for each state of the file.
  Result<std::shared_ptr<const Hook>> find(const std::string& name);

 private:
  struct Entry {
    FileMark mark;
    std::shared_ptr<const Hook> hook;  ///< null: broken
  };
  /// Nothing when the file has gone meanwhile.
  [[nodiscard]] std::optional<Entry> load(const std::string& file, const FileMark& seen) const;

  const Folder& folder_;
  const Clock& clock_;
  std::mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;  ///< by the hook file's name; only of files that exist
};

}  // namespace otklik::web_api
