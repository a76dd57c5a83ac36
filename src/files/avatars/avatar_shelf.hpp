#pragma once
#include <string>
#include <string_view>

#include "base/beneath.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "core/directory/directory.hpp"
#include "core/ports/file_index.hpp"
#include "core/ports/opened_file.hpp"
#include "files/areas.hpp"
#include "files/avatars/avatar_files.hpp"

namespace otklik::files {

/// Users' pictures on the disk and in the index of files. Every call blocks for both; open() may come from any thread,
/// the others one at a time.
class AvatarShelf {
 public:
  /// The folder is opened anew for each call: it may lie on a disk that comes and goes.
  AvatarShelf(const Areas& areas, core::FileIndex& index, const Clock& clock)
      : areas_(areas), index_(index), clock_(clock) {}

  struct Owner {
    Uuid user;
    std::string login;
  };
  /// All sizes or none; the folder is made where only it is absent. Gives the full picture's file name. Errors:
  /// `storage_full`, `failed`, and those of the index.
  Result<std::string> put(const AvatarFiles& files, const Owner& owner);

  /// All sizes that there are. What cannot be removed now is when sweep() comes to it; the log says so. `reason` as
  /// FileIndex::remove() takes it.
  void remove(std::string_view full_name, std::string_view reason);

  /// Removes what belongs to nobody in `directory`: what a crash left between two steps, and pictures of users who are
  /// gone. Only what this database's own index knows: started with another database by mistake, nothing is lost.
  void sweep(const core::Directory& directory);

  /// A name never stands for another picture. Errors: `not_found`, `failed`.
  [[nodiscard]] Result<core::OpenedFile> open_file(const std::string& file_name) const;

 private:
  Result<> put_file(const std::string& name, std::string_view content, const Owner& owner);
  /// Says in the log what cannot be removed now.
  void remove_file(const core::StoredFile& file, std::string_view reason);

  const Areas areas_;
  core::FileIndex& index_;
  const Clock& clock_;
};

}  // namespace otklik::files
