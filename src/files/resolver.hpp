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
};

/// Where a path leads: a name below a zone's folder. An empty name is the folder itself.
struct Place {
  const Zone* zone = nullptr;
  std::string name;
};

/// What a resolver has to know of the machine. Folders are absolute.
struct Ground {
  std::string data_folder;
  std::string storage_folder{};             ///< empty: LocalStorage in the data folder
  std::vector<std::string> secret_paths{};  ///< closed whatever the zones say
  std::vector<std::string> bases{};         ///< where relative paths are tried after the data folder and the storage
};

/// Turns the path that somebody wrote into a place in a zone, by its letters alone: no disk is asked, so nobody learns
/// from the answer what exists outside.
///
/// A path is absolute, or relative to the data folder, or else to the file storage, or else to a further base. The
/// vendor's server runs on Windows,
/// so scenarios bring `\`, drive letters and its folders in any case: `C:\…\Server\RecordedFiles\x`,
/// `..\Server\RecordedFiles\x` and `\LocalStorage\Shared\x` mean our folders of those names. What could mean several
/// things (a network path, a drive letter before a folder that we do not have) is refused.
class Resolver {
 public:
  /// `zones` need not be sorted. What is secret is closed whatever they say, and so is everything in the data folder
  /// but its file folders, the pages of `www` and what a zone names.
  Resolver(const Ground& ground, std::vector<Zone> zones);

  // Places point into the zones, so a resolver may move (its vector's elements stay) but not be copied.
  Resolver(Resolver&&) noexcept = default;
  Resolver& operator=(Resolver&&) noexcept = default;
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;
  ~Resolver() = default;

  /// Everything in the zones that the path can mean, the likeliest first; nothing where it leads out of them. The text
  /// is UTF-8, or else read as Windows-1251.
  [[nodiscard]] std::vector<Place> meanings(std::string_view path) const;
  /// The likeliest; `forbidden` where there is none.
  [[nodiscard]] Result<Place> resolve(std::string_view path) const;

  /// Whether a folder holds the data folder, or lies among what is ours in it (`www` is everybody's): nothing that
  /// comes from outside may be put there.
  [[nodiscard]] bool holds_own_files(const std::string& folder) const;

  /// Whether an absolute, plain path is one that no zone opens, in whatever case it is spelt.
  [[nodiscard]] bool is_secret(std::string_view absolute) const;

  /// Whether what users sent lies at an absolute, plain path.
  [[nodiscard]] bool holds_uploads(std::string_view absolute) const;

  [[nodiscard]] const std::vector<Zone>& zones() const noexcept { return zones_; }
  /// As given, made plain.
  [[nodiscard]] const std::vector<std::string>& secret_paths() const noexcept { return secret_paths_; }

 private:
  using Components = std::vector<std::string_view>;

  using Places = std::vector<Place>;

  void add_absolute(const Components& components, Places& places) const;
  void add_relative(const Components& components, Places& places) const;
  void add_on_a_drive(const Components& components, Places& places) const;

  std::vector<std::string> data_spellings_;
  std::vector<std::string> bases_;  // the storage first
  std::vector<std::string> upload_folders_;
  std::vector<Zone> zones_;
  std::vector<std::string> secret_paths_;
  std::vector<std::string> secrets_;       // in every spelling, folded
  std::vector<std::string> open_in_data_;  // first components in the data folder that may lie in a zone, folded
};

/// An absolute path without `.`, `..`, repeated or trailing slashes; empty when it is not absolute.
std::string plain_path(std::string_view path);

}  // namespace otklik::files
