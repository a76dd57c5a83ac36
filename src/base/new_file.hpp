#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/beneath.hpp"
#include "base/error.hpp"
#include "base/unique_fd.hpp"

namespace otklik {

/// A file that nobody sees before it is whole: written under no name (or a hidden one, where the file system cannot do
/// that) in the folder where it will lie, and named in one step. What is not named goes away with the object, and after
/// a power failure there is either nothing or all of it.
class NewFile {
 public:
  NewFile(NewFile&&) noexcept;
  NewFile& operator=(NewFile&&) noexcept;
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile();

  /// In `folder`, whose handle it keeps. Errors: `not_found` (the folder has been deleted, which may
  /// show with commit() only), `storage_full`, `failed`.
  static Result<NewFile> create(Folder folder, unsigned mode = 0600);

  [[nodiscard]] Result<> write(std::string_view bytes);
  [[nodiscard]] int fd() const noexcept { return fd_.get(); }

  /// It gets its name in `folder` instead, which lies on the same file system.
  void move_to(Folder folder) { target_ = std::move(folder); }

  enum class Existing : std::uint8_t { keep, replace };
  /// Syncs it, gives it its name (one component) and syncs the folder. With `keep` a taken name is a `conflict`, and
  /// another name may be tried. `replace` never replaces a folder. Errors also: `state_not_allowed` (moved to a folder
  /// of another file system), `not_found` (the folder has been deleted; another may be tried), `storage_full`,
  /// `failed`. After an error nothing lies under the name that did not before; only a `replace` whose folder cannot be
  /// synced has replaced.
  [[nodiscard]] Result<> commit(std::string_view name, Existing existing);

  /// Whether a name in a folder is one of ours that a killed program left behind: listings pass over it.
  static bool is_hidden_name(std::string_view name) noexcept;
  /// Deletes those in the folder itself, as far as it can. Only while nobody writes new files there.
  static void remove_left_behind(const Folder& folder) noexcept;

 private:
  NewFile(Folder folder, UniqueFd fd, std::string hidden_name);
  void drop() noexcept;
  [[nodiscard]] const Folder& target() const noexcept { return target_ ? *target_ : folder_; }

  Folder folder_;                 // where it was begun
  std::optional<Folder> target_;  // where it is to lie, when that is elsewhere
  UniqueFd fd_;
  std::string hidden_name_;  // in folder_; empty: it has no name yet
};

/// For tests: use hidden names even where files without a name are to be had.
void avoid_nameless_files(bool yes) noexcept;

}  // namespace otklik
