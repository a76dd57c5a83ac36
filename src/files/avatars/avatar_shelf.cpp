#include "files/avatars/avatar_shelf.hpp"

#include <utility>

#include "base/log.hpp"
#include "base/new_file.hpp"
#include "files/digest.hpp"
#include "files/keeping/removal.hpp"
#include "files/lookup.hpp"

namespace otklik::files {

using core::FileArea;

namespace {

Result<Folder> made(std::string_view folder) {
  const auto slash = folder.rfind('/');
  const auto holder = Folder::open(std::string(folder.substr(0, slash)));
  if (!holder) return std::unexpected(holder.error());
  return holder->make_folders(folder.substr(slash + 1));
}

}  // namespace

Result<> AvatarShelf::put_file(const std::string& name, std::string_view content, const Owner& owner) {
  core::StoredFile file;
  file.id = Uuid::random();
  file.area = FileArea::avatar;
  file.path = file.name = name;
  file.size = content.size();
  file.user = owner.user;
  file.login = owner.login;
  file.stored_at = clock_.now();
  file.state = core::FileState::arriving;
  file.held = true;  // as old as it may become: it goes with its user, or when he takes another
  auto folder = made(areas_.folder(FileArea::avatar));
  if (!folder) return std::unexpected(folder.error());
  if (auto added = index_.add(file); !added) return added;
  auto fresh = NewFile::create(std::move(*folder));
  if (!fresh) return std::unexpected(fresh.error());
  if (auto written = fresh->write(content); !written) return written;
  if (auto named = fresh->commit(name, NewFile::Existing::keep); !named) return named;
  Digest digest;
  digest.add(content);
  return index_.settle(file.id, content.size(), digest.finish());
}

Result<std::string> AvatarShelf::put(const AvatarFiles& files, const Owner& owner) {
  std::string full = new_avatar_name(files.ending);
  for (const AvatarSize size : all_avatar_sizes) {
    auto put = put_file(avatar_name(full, size), files.content[static_cast<std::size_t>(size)], owner);
    if (put) continue;
    remove(full, "never_arrived");
    return std::unexpected(put.error());
  }
  return full;
}

void AvatarShelf::remove_file(const core::StoredFile& file, std::string_view reason) {
  const auto removed = remove_stored_file_at_once(areas_, index_, file, reason);
  // What is forgotten already was removed by somebody else meanwhile: by the shell, say.
  if (removed || removed.error().code == ErrorCode::not_found) return;
  log::warn("a picture that is nobody's any more stays for now: {}", removed.error().message);
}

void AvatarShelf::remove(std::string_view full_name, std::string_view reason) {
  for (const AvatarSize size : all_avatar_sizes) {
    const auto file = index_.find_at(FileArea::avatar, avatar_name(full_name, size));
    if (file) {
      remove_file(*file, reason);
    } else if (file.error().code != ErrorCode::not_found) {
      log::warn("a picture that is nobody's any more stays for now: {}", file.error().message);
    }
  }
}

void AvatarShelf::sweep(const core::Directory& directory) {
  core::FileQuery query;
  query.area = FileArea::avatar;
  for (;;) {
    const auto page = index_.list(query);
    if (!page) return log::warn("pictures of users could not be looked through: {}", page.error().message);
    for (const auto& file : page->files) {
      const auto named = read_avatar_name(file.path);
      if (!named || named->file_name != file.path || directory.user_by_avatar(named->full) != nullptr) continue;
      remove_file(file, "user");
    }
    if (!page->next) return;
    query.after = page->next;
  }
}

Result<core::OpenedFile> AvatarShelf::open_file(const std::string& file_name) const {
  const auto folder = Folder::open(areas_.folder(FileArea::avatar));
  if (!folder) return std::unexpected(folder.error());
  auto fd = folder->open_file(file_name);
  if (!fd) return std::unexpected(fd.error());
  auto file = opened(std::move(*fd), file_name);
  if (file) {
    file->uploaded = true;
    file->address = core::OpenedFile::Address::lasting;
  }
  return file;
}

}  // namespace otklik::files
