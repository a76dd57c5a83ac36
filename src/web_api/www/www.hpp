#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/beneath.hpp"
#include "base/clock.hpp"
#include "base/live.hpp"
#include "base/unique_fd.hpp"
#include "web_api/options.hpp"
#include "web_api/www/file_cache.hpp"
#include "web_api/www/hook_cache.hpp"
#include "web_api/www/www_path.hpp"

namespace otklik::web_api {

/// The folder www/: which file or which script answers for a path. A hook comes first, whether or not the page beside
/// it exists; in a folder each index name is tried in turn, hook before file. Any thread.
class Www {
 public:
  struct HookFound {
    std::shared_ptr<const Hook> hook;
  };
  /// A folder asked for without its slash.
  struct FolderFound {
    std::string name;
  };
  /// A file, small and kept, or open.
  struct FileFound {
    std::string name;
    std::shared_ptr<const KeptFile> kept;
    std::shared_ptr<const UniqueFd> open;  ///< where `kept` is null
    FileMark mark;
  };
  using Found = std::variant<HookFound, FolderFound, FileFound>;

  /// A folder that cannot be opened is logged; then nothing is found.
  Www(const Live<Options>& options, const Clock& clock);

  /// The options have changed: what is kept of files fits the new limit.
  void options_changed() { files_.limit(options_->file_cache_size); }

  /// What answers for a path as sent. Errors: `bad_request`, `not_found`, `failed` (a broken hook).
  Result<Found> find(std::string_view path);
  /// Only whether a hook would: for requests that no file may answer.
  Result<std::shared_ptr<const Hook>> find_hook(std::string_view path);
  /// A kept file as an open one, for a part of it.
  [[nodiscard]] Result<std::shared_ptr<const UniqueFd>> reopen(const FileFound& file) const;

 private:
  Result<Found> find_in_folder(const std::string& folder);
  Result<Found> find_named(const std::string& name);
  Result<Found> open_file(const std::string& name);

  const Live<Options>& options_;
  const Clock& clock_;
  Folder folder_;
  bool is_open_ = false;
  HookCache hooks_;
  FileCache files_;
};

}  // namespace otklik::web_api
