#include "files/lookup.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "base/new_file.hpp"
#include "base/text.hpp"
#include "files/secrets.hpp"

namespace otklik::files {
namespace {

std::unexpected<Error> outside() { return fail(ErrorCode::forbidden, "The path lies outside of the open folders"); }

std::string beneath(std::string folder, std::string_view name) {
  if (!folder.empty()) folder += '/';
  folder += name;
  return folder;
}

std::string last_component(std::string_view path) { return std::string(path.substr(path.rfind('/') + 1)); }

}  // namespace

Result<core::OpenedFile> opened(UniqueFd fd, std::string name) {
  struct stat there{};
  if (::fstat(fd.get(), &there) != 0 || !S_ISREG(there.st_mode)) return fail(ErrorCode::not_found);
  core::OpenedFile file;
  file.fd = std::move(fd);
  file.name = std::move(name);
  file.size = static_cast<std::uint64_t>(there.st_size);
  file.changed =
      Time(std::chrono::seconds(there.st_mtim.tv_sec) + std::chrono::microseconds(there.st_mtim.tv_nsec / 1000));
  return file;
}

Result<std::string> Lookup::real_name(const Folder& folder, const std::string& wanted) const {
  auto there = folder.about(wanted);
  if (there || there.error().code != ErrorCode::not_found) {
    if (!there) return std::unexpected(there.error());
    return wanted;
  }
  std::string real;
  for (std::size_t begin = 0; begin <= wanted.size();) {
    const auto slash = std::min(wanted.find('/', begin), wanted.size());
    const std::string part = wanted.substr(begin, slash - begin);
    begin = slash + 1;
    const std::string exact = beneath(real, part);
    if (folder.about(exact)) {
      real = exact;
      continue;
    }
    Result<std::vector<NamedFacts>> entries;
    if (real.empty()) {
      entries = folder.entries(most_entries_);
    } else {
      const auto below = folder.open_folder(real);
      if (!below) return std::unexpected(below.error());
      entries = below->entries(most_entries_);
    }
    if (!entries) return fail(ErrorCode::not_found);
    const std::string lower = lower_utf8(part);
    const NamedFacts* found = nullptr;
    for (const auto& entry : *entries) {
      if (lower_utf8(entry.name) != lower) continue;
      if (found != nullptr) return fail(ErrorCode::not_found);  // two that differ in case: no telling which is meant
      found = &entry;
    }
    if (found == nullptr) return fail(ErrorCode::not_found);
    if (found->kind == FileFacts::Kind::link) return outside();
    real = beneath(real, found->name);
  }
  return real;
}

bool Lookup::is_secret(const Found& found) const {
  const std::string& folder = found.zone->spellings.front();
  return resolver_.is_secret(folder == "/" ? "/" + found.name : folder + "/" + found.name);
}

Result<Found> Lookup::folder_of(const Place& place, bool make) const {
  const std::string& path = place.zone->spellings.front();
  auto folder = Folder::open(path);
  if (!folder) {
    // The server makes its own folders at start; one that has gone since comes back with the first file.
    if (!make || ::mkdir(path.c_str(), 0700) != 0) return std::unexpected(folder.error());
    folder = Folder::open(path);
    if (!folder) return std::unexpected(folder.error());
  }
  return Found{place.zone, std::move(*folder), place.name};
}

Result<Found> Lookup::find(const Place& place, bool make_folder) const {
  auto found = folder_of(place, make_folder);
  if (!found || found->name.empty()) return found;
  auto name = real_name(found->folder, found->name);
  if (!name) return std::unexpected(name.error());
  found->name = std::move(*name);
  // In any case of its letters a name was open; the file that it was found to mean has to be open too.
  if (is_secret(*found)) return outside();
  return found;
}

Result<core::OpenedFile> Lookup::open_place(const Place& place) const {
  const auto found = find(place);
  if (!found) return std::unexpected(found.error());
  std::string name = last_component(found->name);
  // What is being written yet is nobody's to read.
  if (name.empty() || NewFile::is_hidden_name(name)) return fail(ErrorCode::not_found);
  auto fd = found->folder.open_file(found->name);
  if (!fd) return std::unexpected(fd.error());
  if (auto allowed = refuse_secret_file(fd->get(), data_folder_, resolver_); !allowed) {
    return std::unexpected(allowed.error());
  }
  auto file = opened(std::move(*fd), std::move(name));
  const std::string& folder = found->zone->spellings.front();
  if (file) file->uploaded = resolver_.holds_uploads((folder == "/" ? "" : folder) + "/" + found->name);
  return file;
}

Result<core::OpenedFile> Lookup::open(std::string_view path) const {
  const auto places = resolver_.meanings(path);
  if (places.empty()) return outside();
  for (const auto& place : places) {
    auto file = open_place(place);
    // What may not be read is as good as absent: a stranger must not learn that it is there.
    const bool absent = !file && (file.error().code == ErrorCode::not_found || file.error().code == ErrorCode::failed);
    if (!absent) return file;
  }
  return fail(ErrorCode::not_found);
}

}  // namespace otklik::files
