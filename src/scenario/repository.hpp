#pragma once
#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/beneath.hpp"
#include "base/live.hpp"
#include "core/ports/script_host.hpp"

namespace otklik::scenario {

/// A scenario as it was when its file was last read.
struct Scenario {
  std::string name;          ///< the file's name without `.lua`
  std::string compiled{};    ///< our own lua_dump of it: what each run loads
  bool looks_quick = false;  ///< see looks_quick(): a run of it may begin on the thread that starts it
  bool disabled = false;     ///< the first line is `--!disabled`
  std::string error{};       ///< not empty: it does not compile, and this is why, with file and line
};

/// A row of `otklik script list`.
struct ScenarioInfo {
  std::string name;
  std::uint64_t bytes = 0;
  bool disabled = false;
  std::string error;
};

/// A row of `otklik script check`.
struct Finding {
  std::string scenario;
  bool is_error = false;  ///< else a warning
  int line = 0;           ///< 0: none
  std::string text;       ///< `Echo.lua:3: unknown global "prama"`
};

/// The scenarios of one folder: `NAME.lua`, found by name, compiled once, read anew after a change.
///
/// A file is UTF-8, with or without a byte-order mark, else Windows-1251. It is text, never bytecode. Only names of the
/// folder itself are found: no sub-folder, no link. Where no file has exactly that name, one that differs by the case
/// of its letters is taken, as the vendor's server does. All functions are for any thread.
class Repository {
 public:
  struct Options {
    std::string folder;
    std::size_t most_bytes = 1024 * 1024;
    std::chrono::milliseconds recheck{1000};  ///< how long a file is taken as unchanged

    bool operator==(const Options&) const = default;
  };

  /// Errors: `not_found` when the folder cannot be opened.
  static Result<std::unique_ptr<Repository>> open(Options options);

  /// These hold from now on, the folder excepted.
  void use(Options options) { options_.publish(std::move(options)); }

  /// What a start needs. Refusals: `bad_parameter` (no name at all, or one that no file can have), `not_found`,
  /// `disabled`, `broken` (also written to the log, once for each change of the file).
  std::expected<std::shared_ptr<const Scenario>, core::StartRefusal> find(std::string_view name);

  /// All, sorted by name.
  std::vector<ScenarioInfo> list();

  /// Syntax errors, and globals that are read, but neither known nor assigned anywhere in the file. `name` empty: all.
  /// Errors: `not_found`.
  Result<std::vector<Finding>> check(std::string_view name = {});

  /// Forgets what was read, so that every file is read anew (SIGHUP).
  void reload();

 private:
  /// What tells one state of a file from another without reading it.
  struct Stamp {
    std::uint64_t inode = 0, device = 0;
    std::int64_t size = 0, modified = 0, changed = 0;  ///< times in nanoseconds
    bool operator==(const Stamp&) const = default;
  };
  using Clock = std::chrono::steady_clock;
  struct Entry {
    std::shared_ptr<const Scenario> scenario;  ///< null: there is no such file
    Stamp stamp;
    bool is_fresh = false;  ///< changed so shortly before it was read that the stamp may hide another change
    std::string text;       ///< kept while it is fresh, to compare
    Clock::time_point looked;
  };
  struct Source {
    Stamp stamp;
    std::string text;
  };
  struct Listing {
    Stamp folder;
    bool is_fresh = false;
    Clock::time_point looked;
    std::vector<std::string> names;  ///< sorted, without `.lua`
    std::unordered_map<std::string, std::string> by_lower_case;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };

  Repository(Options options, Folder folder) : options_(std::move(options)), folder_(std::move(folder)) {}

  std::shared_ptr<const Scenario> current(std::string_view name);
  std::shared_ptr<const Scenario> look(const std::string& name);
  [[nodiscard]] Result<Source> read(const std::string& name) const;
  std::shared_ptr<const Listing> listing();
  std::string spelling_of(std::string_view name);

  Live<Options> options_;
  const Folder folder_;
  std::shared_mutex mutex_;
  std::unordered_map<std::string, Entry, Hash, std::equal_to<>> entries_;
  std::mutex loading_;  ///< one reader of files at a time
  std::shared_ptr<const Listing> listing_ = std::make_shared<Listing>();
};

/// Whether a file of the folder can have that name: UTF-8, 1 to 200 bytes, no slash, back-slash or control character,
/// no dot in front.
bool is_scenario_name(std::string_view name) noexcept;

/// A scenario compiled from the text of its file, or with `error` set.
Scenario compile(std::string name, std::string_view text);

}  // namespace otklik::scenario
