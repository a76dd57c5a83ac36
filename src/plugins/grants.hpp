#pragma once
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/live.hpp"
#include "base/uuid.hpp"
#include "plugins/manifest/manifest.hpp"
#include "plugins/options.hpp"

namespace otklik::plugins {

/// What the administrator has granted a plugin.
struct Grant {
  bool network = false;
  std::vector<std::string> folders;           ///< that it may read; absolute paths
  std::vector<std::string> writable_folders;  ///< and write
  std::string role;                           ///< its name; empty: none
  bool operator==(const Grant&) const = default;
};

/// What a process of a plugin gets: what the manifest asks for and the administrator grants.
struct Confinement {
  bool network = false;
  std::vector<AskedFolder> folders;
  std::uint64_t memory = 0;
  std::uint64_t processes = 0;
  std::uint64_t open_files = 0;
  std::uint64_t file_size = 0;
  unsigned cpu = 0;
  bool operator==(const Confinement&) const = default;
};

/// Grants of the settings and of the shell; the latter are kept in a file of the server. Any thread.
class Grants {
 public:
  using Kept = std::map<Uuid, Grant>;
  /// What the shell has granted. Errors: `failed`, the file cannot be read.
  static Result<Kept> read(const std::string& file);

  /// `options` outlive it; `file`: where the shell's grants are kept.
  Grants(const Live<Options>& options, std::string file, Kept kept)
      : options_(options), file_(std::move(file)), shell_(std::move(kept)) {}

  /// The settings' where there are any for this plugin, else the shell's.
  [[nodiscard]] Grant of(const Uuid& plugin) const;
  [[nodiscard]] bool is_from_settings(const Uuid& plugin) const;
  [[nodiscard]] Confinement confinement(const Manifest& manifest) const;

  /// What the shell grants from now on; kept when it returns. Errors: `conflict` where the settings say it already,
  /// `storage_full`, `failed`.
  Result<> set(const Uuid& plugin, Grant grant);

 private:
  const Live<Options>& options_;
  const std::string file_;
  mutable std::mutex mutex_;
  Kept shell_;
};

}  // namespace otklik::plugins
