#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace otklik::files {

/// A folder whose files are open to somebody.
struct Zone {
  std::string name;                    ///< `temp`, …, or the folder itself for one that the administrator added
  std::vector<std::string> spellings;  ///< absolute and plain; the first is where it really lies
  bool writable = false;
  bool holds_uploads = false;  ///< what users sent lies here
};

/// Where a path leads: a name below a zone's folder. An empty name is the folder itself.
struct Place {
  const Zone* zone = nullptr;
  std::string name;
};

/// Turns the path that somebody wrote into a place in a zone, by its letters alone: no disk is asked, so nobody learns
/// from the answer what exists outside.
///
/// A path is absolute, or relative to the data folder or else to the file storage. The vendor's server runs on Windows,
/// so scenarios bring `\`, drive letters and its folders in any case: `C:\…\Server\RecordedFiles\x`,
/// `..\Server\RecordedFiles\x` and `\LocalStorage\Shared\x` mean our folders of those names. What could mean several
/// things (a network path, a drive letter before a folder that we do not have) is refused.
class Resolver {
 public:
  /// Folders are absolute. `zones` need not be sorted; `secret_paths` are closed whatever the zones say, and so is
  /// everything in the data folder but its file folders, the pages of `www` and what a zone names.
  Resolver(const std::string& data_folder, std::vector<Zone> zones, const std::vector<std::string>& secret_paths);

  // Places point into the zones, so a resolver may move (its vector's elements stay) but not be copied.
  Resolver(Resolver&&) noexcept = default;
  Resolver& operator=(Resolver&&) noexcept = default;
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;
  ~Resolver() = default;

  /// `forbidden` for whatever leads out of the zones. The text is UTF-8, or else read as Windows-1251.
  [[nodiscard]] Result<Place> resolve(std::string_view path) const;

  /// Whether an absolute, plain path is one that no zone opens, in whatever case it is spelt.
  [[nodiscard]] bool is_secret(std::string_view absolute) const;

  [[nodiscard]] const std::vector<Zone>& zones() const noexcept { return zones_; }
  /// As given, made plain.
  [[nodiscard]] const std::vector<std::string>& secret_paths() const noexcept { return secret_paths_; }

 private:
  using Components = std::vector<std::string_view>;

  [[nodiscard]] Result<Place> absolute(const Components& components) const;
  [[nodiscard]] Result<Place> in_data_folder(const Components& components) const;
  [[nodiscard]] Result<Place> on_a_drive(const Components& components) const;
  [[nodiscard]] const Zone* zone_named(std::string_view name) const noexcept;

  std::vector<std::string> data_spellings_;
  std::vector<Zone> zones_;
  std::vector<std::string> secret_paths_;
  std::vector<std::string> secrets_;       // in every spelling, folded
  std::vector<std::string> open_in_data_;  // first components in the data folder that may lie in a zone, folded
};

/// An absolute path without `.`, `..`, repeated or trailing slashes; empty when it is not absolute.
std::string plain_path(std::string_view path);

}  // namespace otklik::files
