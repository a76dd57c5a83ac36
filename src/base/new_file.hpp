#pragma once
#include <cstdint>
#include <string>
#include <string_view>

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

  /// In `folder`, whose handle it keeps. Errors: `storage_full`, `failed`.
  static Result<NewFile> create(Folder folder, unsigned mode = 0600);

  [[nodiscard]] Result<> write(std::string_view bytes);
  [[nodiscard]] int fd() const noexcept { return fd_.get(); }

  enum class Existing : std::uint8_t { keep, replace };
  /// Syncs it, gives it its name (one component) and syncs the folder. With `keep` a taken name is a `conflict`, and
  /// another name may be tried. `replace` never replaces a folder. Errors also: `storage_full`, `failed`.
  [[nodiscard]] Result<> commit(std::string_view name, Existing existing);

  /// Whether a name in a folder is one of ours that a killed program left behind: listings pass over it.
  static bool is_hidden_name(std::string_view name) noexcept;

 private:
  NewFile(Folder folder, UniqueFd fd, std::string hidden_name);
  void drop() noexcept;

  Folder folder_;
  UniqueFd fd_;
  std::string hidden_name_;  // empty: it has no name yet
};

/// For tests: use hidden names even where files without a name are to be had.
void avoid_nameless_files(bool yes) noexcept;

}  // namespace otklik
