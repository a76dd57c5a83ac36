#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "core/ports/opened_file.hpp"

namespace otklik::core {

struct FolderEntry {
  std::string name;
  bool is_folder = false;
  std::uint64_t size = 0;
  Time changed{};
};

/// The files that scenarios may touch: the zones of the setting `script_zones`. A path is absolute, or relative to the
/// data folder or to the file storage; Windows spellings (`\`, `..\Server\RecordedFiles\…`) are mapped where the
/// meaning is clear. It is resolved first and must then lie in a zone; settings, database, event log, keys, licence,
/// scenarios, plugins and hooks lie in none. Errors: `forbidden` outside (whether it exists or not), `not_found`,
/// `storage_full`, `too_large`, `failed`.
class ScriptFiles {
 public:
  virtual ~ScriptFiles() = default;

  virtual Result<OpenedFile> open(std::string_view path) = 0;
  virtual Result<std::vector<FolderEntry>> list(std::string_view path) = 0;
  /// Whole or not at all; folders on the way are made.
  virtual Result<> write(std::string_view path, std::string_view content) = 0;
  virtual Result<> append(std::string_view path, std::string_view content) = 0;
  virtual Result<> move(std::string_view from, std::string_view to) = 0;
  virtual Result<> remove(std::string_view path) = 0;
};

}  // namespace otklik::core
