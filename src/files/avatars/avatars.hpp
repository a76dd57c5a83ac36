#pragma once
#include <chrono>
#include <cstddef>
#include <stop_token>
#include <string>

#include "base/live.hpp"
#include "base/strand.hpp"
#include "base/work_pool.hpp"
#include "core/events.hpp"
#include "core/ports/avatars.hpp"
#include "core/ports/stored_files.hpp"
#include "files/avatars/avatar_shelf.hpp"
#include "files/avatars/drawn_avatars.hpp"
#include "pictures/decode.hpp"

namespace otklik::files {

/// What the administrator may choose, while the server runs too. Each is a setting.
struct AvatarOptions {
  DefaultAvatar default_avatar = DefaultAvatar::none;
  std::size_t file_size = 10UL * 1024 * 1024;  ///< bytes of a file that a picture is made of: `too_large`
  pictures::Limits limits{};                   ///< of what is decoded
  std::chrono::milliseconds longest{10'000};   ///< that one picture may take
  bool operator==(const AvatarOptions&) const = default;
};

/// Pictures of users.
///
/// One thread makes pictures and changes what there is, one after the other, so that decoding takes one processor and
/// one picture's memory however many come; a few others open files. A change is: the new files, then the directory's
/// row, then the old files away. What a crash leaves between these belongs to nobody, and start() removes it.
class AvatarKeeper final : public core::Avatars {
 public:
  struct Ports {
    core::AvatarOwners& owners;
    core::StoredFiles& stored;
    core::FileIndex& index;
    const Clock& clock;
    const Areas& areas;
  };

  AvatarKeeper(const Ports& ports, const AvatarOptions& options);
  ~AvatarKeeper() override { stop(); }

  /// Begins to remove what a crash left. To be called once the index knows what of it had arrived (Keeper::start()).
  void start() { sweep(); }

  void open(std::string path, std::string user, Opened opened) override;
  [[nodiscard]] core::AvatarLinks links_of(const core::User& user) const override;
  void set(std::string user, std::string file, std::string by, Done done) override;
  void set_from_upload(std::string user, std::string path, std::string by, Done done) override;
  void remove(std::string user, std::string by, Done done) override;

  /// From the next picture on. Any thread.
  void use(const AvatarOptions& options) { options_.publish(options); }

  /// To be called after each change of the directory: the picture of a user who was removed goes. Quick; any thread.
  void directory_changed(const core::DirectoryChanged& change);

  /// Leaves the picture it works on; those who wait are told `unavailable`. Idempotent.
  void stop();

 private:
  Result<core::OpenedFile> open_full(const core::User& user) const;
  Result<core::OpenedFile> find(std::string_view path, std::string_view user);
  /// `user`: nobody, if there is none.
  Result<core::OpenedFile> draw(const core::User* user);
  Result<core::AvatarLinks> make_and_keep(std::string_view user, std::string_view file, std::string_view by);
  Result<core::AvatarLinks> forget(std::string_view user, std::string_view by);
  void sweep();
  /// On the one thread that changes things.
  void change(std::move_only_function<Result<core::AvatarLinks>()> work, Done done);

  const Ports ports_;
  Live<AvatarOptions> options_;
  AvatarShelf shelf_;
  DrawnAvatars drawn_;
  std::stop_source stop_;
  Strand maker_{"avatars", 32};
  WorkPool openers_{"avatar-files", 2, 1024};
};

}  // namespace otklik::files
