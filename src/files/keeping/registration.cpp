#include "files/keeping/registration.hpp"

#include <utility>

#include "base/beneath.hpp"
#include "base/text.hpp"
#include "files/digest.hpp"
#include "files/lookup.hpp"
#include "files/resolver.hpp"

namespace otklik::files {
namespace {

/// Below the area's folder, plain. Errors: `bad_request`.
Result<std::string> path_in(const Areas& areas, core::FileArea area, std::string_view given) {
  const std::string absolute =
      plain_path(given.starts_with('/') ? std::string(given) : areas.absolute_path(area, given));
  auto place = areas.area_of(absolute);
  if (!place || place->area != area) {
    return fail(ErrorCode::bad_request, "the path does not lie in the folder of " + std::string(core::name(area)));
  }
  if (!is_confined_name(place->path) || !is_utf8(place->path)) {
    return fail(ErrorCode::bad_request, "the path holds what no path of a stored file may");
  }
  return std::move(place->path);
}

Result<UniqueFd> open_in(const Areas& areas, core::FileArea area, const std::string& path) {
  const auto root = Folder::open(areas.folder(area));
  if (!root) return std::unexpected(root.error());
  auto fd = root->open_file(path);
  const bool absent = !fd && (fd.error().code == ErrorCode::not_found || fd.error().code == ErrorCode::forbidden);
  if (absent) return fail(fd.error().code, "there is no such file in the folder of " + std::string(core::name(area)));
  return fd;
}

}  // namespace

Result<core::StoredFile> register_file(const Areas& areas, core::FileIndex& index, Registration registration) {
  auto path = path_in(areas, registration.area, registration.path);
  if (!path) return std::unexpected(path.error());
  auto fd = open_in(areas, registration.area, *path);
  if (!fd) return std::unexpected(fd.error());
  core::StoredFile file;
  file.id = Uuid::random();
  file.area = registration.area;
  file.path = std::move(*path);
  file.name = registration.name.empty() ? file.path.substr(file.path.rfind('/') + 1) : std::move(registration.name);
  file.user = registration.user;
  file.login = std::move(registration.login);
  file.chain = registration.chain;
  file.state = registration.growing ? core::FileState::growing : core::FileState::whole;
  if (!registration.growing) {
    auto digest = digest_of(fd->get());
    if (!digest) return std::unexpected(digest.error());
    file.size = digest->size;
    file.sha256 = std::move(digest->sha256);
  }
  const auto there = opened(std::move(*fd), {});
  if (!there) return std::unexpected(there.error());
  file.stored_at = there->changed;
  if (registration.growing) file.size = there->size;
  if (auto added = index.add(file); !added) {
    if (added.error().code != ErrorCode::conflict) return std::unexpected(added.error());
    return fail(ErrorCode::conflict, "the file is in the index already");
  }
  return file;
}

Result<core::StoredFile> finish_growing(const Areas& areas, core::FileIndex& index, const Uuid& id) {
  const auto file = index.find(id);
  if (!file) return file;
  const auto fd = open_in(areas, file->area, file->path);
  if (!fd) return std::unexpected(fd.error());
  const auto digest = digest_of(fd->get());
  if (!digest) return std::unexpected(digest.error());
  if (auto settled = index.settle(id, digest->size, digest->sha256); !settled) {
    return std::unexpected(settled.error());
  }
  return index.find(id);
}

}  // namespace otklik::files
