#pragma once
#include <string>
#include <string_view>

#include "base/beneath.hpp"
#include "core/ports/opened_file.hpp"
#include "files/resolver.hpp"

namespace otklik::files {

/// A name below the open folder of a zone.
struct Found {
  const Zone* zone = nullptr;
  Folder folder;
  std::string name;  ///< empty: the folder itself
};

/// Finds what a path means on the disk, and opens it.
///
/// A path is first resolved by its letters alone (Resolver), then opened below the zone's folder, where the kernel
/// keeps the walk inside and no symbolic link is followed; devices, pipes and sockets are refused. A file that has
/// several hard links is compared with the secret ones, since one of its names may lie in a zone. Every call blocks for
/// the disk.
class Lookup {
 public:
  /// `most_entries`: of a folder that is searched for a name in another case; a larger one is not searched.
  Lookup(Resolver resolver, const std::string& data_folder, std::size_t most_entries)
      : resolver_(std::move(resolver)), data_folder_(plain_path(data_folder)), most_entries_(most_entries) {}

  /// The zone's folder; one that has gone is made again where `make` says so. Errors: `not_found`.
  [[nodiscard]] Result<Found> folder_of(const Place& place, bool make) const;
  /// A thing that exists, by its real name. Errors: `not_found`, `forbidden`.
  [[nodiscard]] Result<Found> find(const Place& place, bool make_folder = false) const;
  /// What `wanted` means below a folder in any case: as spelt where that exists, else the only name that differs in
  /// case alone. Errors: `not_found` (also where two differ), `forbidden` (it runs through a link).
  [[nodiscard]] Result<std::string> real_name(const Folder& folder, const std::string& wanted) const;
  /// Whether it is one that no zone opens.
  [[nodiscard]] bool is_secret(const Found& found) const;

  /// A regular file, by whatever path means it: the first meaning that exists. Errors: `forbidden` outside of the
  /// zones whether it exists or not, `not_found`.
  [[nodiscard]] Result<core::OpenedFile> open(std::string_view path) const;

  [[nodiscard]] const Resolver& resolver() const noexcept { return resolver_; }

 private:
  [[nodiscard]] Result<core::OpenedFile> open_place(const Place& place) const;

  Resolver resolver_;
  std::string data_folder_;
  std::size_t most_entries_;
};

/// What an open regular file is: its size and time of change. `not_found` for anything else.
Result<core::OpenedFile> opened(UniqueFd fd, std::string name);

}  // namespace otklik::files
