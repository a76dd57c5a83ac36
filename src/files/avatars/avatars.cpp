#include "files/avatars/avatars.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/file.hpp"
#include "base/log.hpp"

namespace otklik::files {
namespace {

core::AvatarLinks links_to(std::string_view full_name) {
  if (full_name.empty()) return {};
  const auto link = [full_name](AvatarSize size) { return avatar_link(avatar_name(full_name, size)); };
  return {link(AvatarSize::full), link(AvatarSize::square96), link(AvatarSize::square32)};
}

/// As FileIndex::remove() takes it.
std::string_view reason_of(std::string_view by) noexcept { return by == "shell" ? "shell" : "user"; }

}  // namespace

AvatarKeeper::AvatarKeeper(const Ports& ports, const AvatarOptions& options)
    : ports_(ports), options_(options), shelf_(ports_.areas, ports_.index, ports_.clock) {}

void AvatarKeeper::stop() {
  stop_.request_stop();
  maker_.stop();
  openers_.stop();
}

void AvatarKeeper::open(std::string path, std::string user, Opened opened) {
  auto shared = std::make_shared<Opened>(std::move(opened));
  const bool posted = openers_.try_post(
      [this, path = std::move(path), user = std::move(user), shared] { (*shared)(find(path, user)); });
  if (!posted) (*shared)(fail(stop_.stop_requested() ? ErrorCode::unavailable : ErrorCode::too_many));
}

Result<core::OpenedFile> AvatarKeeper::open_full(const core::User& user) const {
  auto file = shelf_.open_file(user.avatar);
  if (file) file->address = core::OpenedFile::Address::changing;  // he may have another one tomorrow
  return file;
}

Result<core::OpenedFile> AvatarKeeper::find(std::string_view path, std::string_view user) {
  auto people = ports_.owners.directory();
  if (const auto named = read_avatar_name(path); named && people->user_by_avatar(named->full) != nullptr) {
    if (auto file = shelf_.open_file(named->file_name)) return file;
  }
  if (user.empty()) return fail(ErrorCode::not_found);
  for (;;) {
    const core::User* known = people->find_user(user);
    if (known == nullptr || known->avatar.empty()) return draw(known);
    if (auto file = open_full(*known)) return file;
    // Between the look into the directory and the one on the disk he may have taken another.
    auto newer = ports_.owners.directory();
    if (newer->generation() == people->generation()) {
      log::warn("the picture of {} is not on the disk", known->login);
      return draw(known);
    }
    people = std::move(newer);
  }
}

Result<core::OpenedFile> AvatarKeeper::draw(const core::User* user) {
  const DefaultAvatar wanted = options_->default_avatar;
  if (wanted == DefaultAvatar::none) return fail(ErrorCode::not_found);
  if (wanted == DefaultAvatar::silhouette || user == nullptr) return drawn_.open_figure();
  return drawn_.open_initials(initials_of(user->name), user->id);
}

core::AvatarLinks AvatarKeeper::links_of(const core::User& user) const { return links_to(user.avatar); }

void AvatarKeeper::change(std::move_only_function<Result<core::AvatarLinks>()> work, Done done) {
  auto shared = std::make_shared<Done>(std::move(done));
  const bool posted = maker_.try_post([this, work = std::move(work), shared]() mutable {
    (*shared)(stop_.stop_requested() ? fail(ErrorCode::unavailable) : work());
  });
  if (!posted) (*shared)(fail(stop_.stop_requested() ? ErrorCode::unavailable : ErrorCode::too_many));
}

void AvatarKeeper::set(std::string user, std::string file, std::string by, Done done) {
  change([this, user = std::move(user), file = std::move(file),
          by = std::move(by)] { return make_and_keep(user, file, by); },
         std::move(done));
}

void AvatarKeeper::set_from_upload(std::string user, std::string path, std::string by, Done done) {
  ports_.stored.open_path(
      std::move(path), false,
      [this, user = std::move(user), by = std::move(by),
       done = std::move(done)](Result<core::OpenedFile> file) mutable {
        if (!file) return done(std::unexpected(file.error()));
        change(
            [this, user = std::move(user), by = std::move(by), file = std::move(*file)]() -> Result<core::AvatarLinks> {
              const auto content = read_whole(file.fd.get(), options_->file_size);
              if (!content) return std::unexpected(content.error());
              return make_and_keep(user, *content, by);
            },
            std::move(done));
      });
}

Result<core::AvatarLinks> AvatarKeeper::make_and_keep(std::string_view user, std::string_view file,
                                                      std::string_view by) {
  const AvatarOptions& options = *options_;
  if (file.size() > options.file_size) {
    return fail(ErrorCode::too_large, fmt::format("The file has {} bytes; at most {} are accepted for a picture",
                                                  file.size(), options.file_size));
  }
  const auto people = ports_.owners.directory();
  const core::User* owner = people->find_user(user);
  if (owner == nullptr) return fail(ErrorCode::not_found, fmt::format("there is no user \"{}\"", user));
  const pictures::Patience patience(options.longest, stop_.get_token());
  const auto files = make_avatar_files(file, options.limits, patience);
  if (!files) return std::unexpected(files.error());
  const auto name = shelf_.put(*files, {owner->id, owner->login});
  if (!name) return std::unexpected(name.error());
  // By his id: while the picture was made, his login may have become somebody else's.
  const auto before = ports_.owners.set_avatar(owner->id.text(), *name, by);
  if (!before) {
    shelf_.remove(*name, "never_arrived");
    return std::unexpected(before.error());
  }
  if (!before->empty()) shelf_.remove(*before, reason_of(by));
  return links_to(*name);
}

Result<core::AvatarLinks> AvatarKeeper::forget(std::string_view user, std::string_view by) {
  const auto people = ports_.owners.directory();
  const core::User* owner = people->find_user(user);
  if (owner == nullptr) return fail(ErrorCode::not_found, fmt::format("there is no user \"{}\"", user));
  if (owner->avatar.empty()) return core::AvatarLinks{};
  const auto before = ports_.owners.set_avatar(owner->id.text(), "", by);
  if (!before) return std::unexpected(before.error());
  shelf_.remove(*before, reason_of(by));
  return core::AvatarLinks{};
}

void AvatarKeeper::remove(std::string user, std::string by, Done done) {
  change([this, user = std::move(user), by = std::move(by)] { return forget(user, by); }, std::move(done));
}

void AvatarKeeper::directory_changed(const core::DirectoryChanged& change) {
  if (change.what == "user.remove" || change.what == "reload") sweep();
}

void AvatarKeeper::sweep() {
  // Full or stopping: what belongs to nobody waits for the next time, where nobody can see it.
  static_cast<void>(maker_.try_post([this] {
    if (!stop_.stop_requested()) shelf_.sweep(*ports_.owners.directory());
  }));
}

}  // namespace otklik::files
