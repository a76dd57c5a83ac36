#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/beneath.hpp"
#include "core/ports/script_files.hpp"
#include "files/index_follower.hpp"
#include "files/lookup.hpp"

namespace otklik::files {

/// Which files are open, and what may be done to them. Settings of the same names, except the folders.
struct ZoneOptions {
  std::string data_folder{};     ///< absolute
  std::string storage_folder{};  ///< absolute; empty: LocalStorage in the data folder

  /// `temp`, `storage`, `recordings`, `faxes`, `voicemail`, an absolute folder, or `*` for any file of the machine.
  std::vector<std::string> script_zones{"temp", "storage", "recordings", "faxes", "voicemail"};
  /// Those of them in which scenarios may also write, move and remove.
  std::vector<std::string> script_writable{"temp", "storage"};
  /// Absolute paths (files or folders) that no zone opens, besides the data folder's own secrets: a configuration file,
  /// a key, a database elsewhere.
  std::vector<std::string> secret_paths{};

  std::uint64_t script_file_size = 1ULL << 30;  ///< bytes; a file that a scenario writes grows to no more: `too_large`
  std::size_t script_list_count = 100'000;      ///< entries of one listing: past it `too_large`

  bool operator==(const ZoneOptions&) const = default;
};

/// The files that scenarios may touch. Nothing in it changes after it is made: a new setting makes a new one.
///
/// Paths are looked up as Lookup says. Every call blocks for the disk: call it from a thread that may wait.
class Zones final : public core::ScriptFiles {
 public:
  /// `bad_request` for a zone that is no known name and no absolute folder, or that would open a secret.
  /// `index`, which outlives the zones, is kept in step with what scenarios do to files that it knows; null: none.
  static Result<std::unique_ptr<Zones>> make(const ZoneOptions& options, core::FileIndex* index = nullptr);

  Result<core::OpenedFile> open(std::string_view path) override;
  Result<std::vector<core::FolderEntry>> list(std::string_view path) override;
  /// Synced before it is seen; replaces what was there.
  Result<> write(std::string_view path, std::string_view content) override;
  Result<> append(std::string_view path, std::string_view content) override;
  /// A file, to a name that is free: `conflict` where it is taken. Across file systems it is copied whole first.
  Result<> move(std::string_view from, std::string_view to) override;
  /// A file, or an empty folder.
  Result<> remove(std::string_view path) override;

  [[nodiscard]] const Resolver& resolver() const noexcept { return lookup_.resolver(); }

 private:
  Zones(Resolver resolver, const ZoneOptions& options, core::FileIndex* index);
  /// A thing that exists.
  [[nodiscard]] Result<Found> find(std::string_view path, bool to_change) const;
  /// Where a thing may be put: the folders on the way are made.
  [[nodiscard]] Result<Found> place_for(std::string_view path) const;
  [[nodiscard]] Result<> copy(const Found& from, const Found& to) const;

  Lookup lookup_;
  std::optional<IndexFollower> follower_;
  std::uint64_t file_size_;
  std::size_t list_count_;
};

}  // namespace otklik::files
