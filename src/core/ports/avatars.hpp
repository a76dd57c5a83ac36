#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "core/directory/directory.hpp"
#include "core/ports/opened_file.hpp"

namespace otklik::core {

/// Where a user's picture is fetched, as paths of this server; all empty: he has none.
struct AvatarLinks {
  std::string full;  ///< at most 352 by 288 pixels
  std::string link96x96;
  std::string link32x32;
  bool operator==(const AvatarLinks&) const = default;
};

/// Pictures of users, in three sizes each.
///
/// No call waits: each `opened` and `done` runs once, on a thread that may be kept for a moment, or is dropped when the
/// server stops meanwhile. Errors besides those named: `too_many` when more wait than may, `unavailable` (stopping),
/// `failed`. Any thread.
class Avatars {
 public:
  using Opened = std::move_only_function<void(Result<OpenedFile>)>;
  using Done = std::move_only_function<void(Result<AvatarLinks>)>;

  virtual ~Avatars() = default;

  /// What getavatar sends: the picture that `path` names (a link, a path or a file name, of any size), or else the full
  /// one of `user` (login or GUID), or else a drawn one where the settings want that. Nothing but users' pictures can
  /// be named. `not_found`.
  virtual void open(std::string path, std::string user, Opened opened) = 0;

  [[nodiscard]] virtual AvatarLinks links_of(const User& user) const = 0;

  /// Makes a user's picture out of a JPEG, PNG, WebP or GIF file in place of the one he had. When `done` has links they
  /// are on the disk and the old ones open nothing any more; after an error everything is as it was. `by`: a login, or
  /// `shell`. Errors: `not_found` (no such user), `bad_request` (no picture, or damaged), `too_large`, `storage_full`.
  virtual void set(std::string user, std::string file, std::string by, Done done) = 0;
  /// Likewise from a file that was uploaded, by a path as upload answers it; the file itself stays. Errors also:
  /// `forbidden`, `not_found` for the path.
  virtual void set_from_upload(std::string user, std::string path, std::string by, Done done) = 0;
  /// Nothing to remove is no error. `not_found` (no such user).
  virtual void remove(std::string user, std::string by, Done done) = 0;
};

/// Which picture is whose: the directory's part in it.
class AvatarOwners {
 public:
  virtual ~AvatarOwners() = default;

  /// The newest. Any thread, quick.
  [[nodiscard]] virtual std::shared_ptr<const Directory> directory() const = 0;
  /// On the disk when it returns. `file_name` is that of the full picture, empty: none. Says which he had before.
  /// `who`: login or GUID. Blocks. Errors: `not_found`, and those of the database.
  virtual Result<std::string> set_avatar(std::string_view who, std::string_view file_name, std::string_view by) = 0;
};

}  // namespace otklik::core
