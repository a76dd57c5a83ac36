#include "files/zones.hpp"

#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <utility>

#include "base/file.hpp"
#include "base/new_file.hpp"
#include "base/text.hpp"

namespace otklik::files {
namespace {

struct NamedZone {
  std::string_view name;
  std::string_view folder;  // in the data folder
};
constexpr std::array named_zones{
    NamedZone{"temp", "Temp"}, NamedZone{"storage", "LocalStorage"}, NamedZone{"recordings", "RecordedFiles"},
    NamedZone{"faxes", "Fax"}, NamedZone{"voicemail", "VoiceMail"},
};

std::unexpected<Error> outside() { return fail(ErrorCode::forbidden, "The path lies outside of the open folders"); }
std::unexpected<Error> read_only() { return fail(ErrorCode::forbidden, "The folder is open for reading only"); }

std::string absolute_path(const Found& found) {
  const std::string& folder = found.zone->spellings.front();
  return (folder == "/" ? "" : folder) + "/" + found.name;
}

}  // namespace

Result<std::unique_ptr<Zones>> Zones::make(const ZoneOptions& options, core::FileIndex* index) {
  const std::string data = plain_path(options.data_folder);
  if (data.empty()) return fail(ErrorCode::bad_request, "The data folder must be an absolute path");
  if (!options.storage_folder.empty() && plain_path(options.storage_folder).empty()) {
    return fail(ErrorCode::bad_request, "The storage folder must be an absolute path");
  }
  const auto is_writable = [&](const std::string& zone) {
    return std::ranges::find(options.script_writable, zone) != options.script_writable.end();
  };

  std::vector<Zone> zones;
  for (const auto& given : options.script_zones) {
    Zone zone;
    zone.writable = is_writable(given);
    const auto* named = std::ranges::find(named_zones, std::string_view(given), &NamedZone::name);
    if (named != named_zones.end()) {
      zone.name = given;
      const std::string usual = data + "/" + std::string(named->folder);
      if (given == "storage" && !options.storage_folder.empty()) zone.spellings.push_back(options.storage_folder);
      zone.spellings.push_back(usual);
    } else if (given == "*") {
      zone.name = given;
      zone.spellings.emplace_back("/");
    } else {
      zone.name = plain_path(given);
      if (zone.name.empty()) {
        return fail(ErrorCode::bad_request, "script_zones: \"" + given +
                                                "\" is neither temp, storage, recordings, faxes, voicemail, * nor an "
                                                "absolute folder");
      }
      zone.spellings.push_back(zone.name);
    }
    zones.push_back(std::move(zone));
  }
  for (const auto& name : options.script_writable) {
    if (std::ranges::find(options.script_zones, name) == options.script_zones.end()) {
      return fail(ErrorCode::bad_request, "script_writable: \"" + name + "\" is not among script_zones");
    }
  }

  Resolver resolver({data, options.storage_folder, options.secret_paths}, std::move(zones));
  // Uploads go there, and would become scenarios.
  if (!options.storage_folder.empty() && resolver.holds_own_files(options.storage_folder)) {
    return fail(ErrorCode::bad_request, "The storage folder must not hold the server's own files, nor lie among them");
  }
  for (const auto& zone : resolver.zones()) {
    for (const auto& spelling : zone.spellings) {
      if (zone.name != "*" && resolver.is_secret(spelling)) {
        return fail(ErrorCode::bad_request, "script_zones: \"" + zone.name + "\" holds files that must stay closed");
      }
    }
  }
  return std::unique_ptr<Zones>(new Zones(std::move(resolver), options, index));
}

Zones::Zones(Resolver resolver, const ZoneOptions& options, core::FileIndex* index)
    : lookup_(std::move(resolver), options.data_folder, options.script_list_count),
      file_size_(options.script_file_size),
      list_count_(options.script_list_count) {
  if (index != nullptr) {
    follower_.emplace(Areas(plain_path(options.data_folder), plain_path(options.storage_folder)), *index);
  }
}

Result<Found> Zones::find(std::string_view path, bool to_change) const {
  const auto place = resolver().resolve(path);
  if (!place) return std::unexpected(place.error());
  if (to_change && !place->zone->writable) return read_only();
  return lookup_.find(*place, to_change);
}

Result<Found> Zones::place_for(std::string_view path) const {
  const auto place = resolver().resolve(path);
  if (!place) return std::unexpected(place.error());
  if (place->name.empty()) return outside();
  if (!place->zone->writable) return read_only();
  auto found = lookup_.folder_of(*place, true);
  if (!found) return found;
  // What exists in another case is meant, file or folder; the rest of the path is made as spelt.
  std::string known;
  std::string_view rest = found->name;
  while (!rest.empty()) {
    const auto part = rest.substr(0, rest.find('/'));
    const auto name =
        lookup_.real_name(found->folder, known.empty() ? std::string(part) : known + "/" + std::string(part));
    if (!name && name.error().code != ErrorCode::not_found) return std::unexpected(name.error());
    if (!name) break;
    known = *name;
    rest.remove_prefix(std::min(part.size() + 1, rest.size()));
  }
  if (!rest.empty()) known += (known.empty() ? "" : "/") + std::string(rest);
  found->name = std::move(known);
  if (lookup_.is_secret(*found)) return outside();

  const auto slash = found->name.rfind('/');
  if (slash == std::string::npos) return found;
  auto holder = found->folder.make_folders(std::string_view(found->name).substr(0, slash));
  if (!holder) return std::unexpected(holder.error());
  return found;
}

Result<core::OpenedFile> Zones::open(std::string_view path) { return lookup_.open(path); }

Result<std::vector<core::FolderEntry>> Zones::list(std::string_view path) {
  auto found = find(path, false);
  if (!found) return std::unexpected(found.error());
  auto folder = std::move(found->folder);
  if (!found->name.empty()) {
    auto below = folder.open_folder(found->name);
    if (!below) return std::unexpected(below.error());
    folder = std::move(*below);
  }
  auto entries = folder.entries(list_count_);
  if (!entries) return std::unexpected(entries.error());
  std::vector<core::FolderEntry> out;
  out.reserve(entries->size());
  const std::string& zone = found->zone->spellings.front();
  const std::string base = (zone == "/" ? "" : zone) + "/" + (found->name.empty() ? "" : found->name + "/");
  for (auto& entry : *entries) {
    const bool is_folder = entry.kind == FileFacts::Kind::folder;
    if (!is_folder && entry.kind != FileFacts::Kind::file) continue;  // nothing that could be opened
    if (NewFile::is_hidden_name(entry.name) || resolver().is_secret(base + entry.name)) continue;
    out.push_back({std::move(entry.name), is_folder, is_folder ? 0 : entry.size, entry.changed});
  }
  std::ranges::sort(out, {}, &core::FolderEntry::name);
  return out;
}

Result<> Zones::write(std::string_view path, std::string_view content) {
  if (content.size() > file_size_) return fail(ErrorCode::too_large, "The file would be too large");
  const auto found = place_for(path);
  if (!found) return std::unexpected(found.error());
  auto holder = found->folder.holder_of(found->name);
  if (!holder) return std::unexpected(holder.error());
  if (const auto there = holder->first.about(holder->second); there && there->kind != FileFacts::Kind::file) {
    return there->kind == FileFacts::Kind::folder ? fail(ErrorCode::conflict, "A folder of that name exists")
                                                  : outside();
  }
  auto file = NewFile::create(std::move(holder->first));
  if (!file) return std::unexpected(file.error());
  if (auto written = file->write(content); !written) return written;
  auto done = file->commit(holder->second, NewFile::Existing::replace);
  if (done && follower_) follower_->written(absolute_path(*found), content);
  return done;
}

Result<> Zones::append(std::string_view path, std::string_view content) {
  const auto found = place_for(path);
  if (!found) return std::unexpected(found.error());
  const auto fd = found->folder.open_to_append(found->name);
  if (!fd) return std::unexpected(fd.error());
  // Two scenarios may write one log; the lock goes with the descriptor.
  while (::flock(fd->get(), LOCK_EX) != 0) {
    if (errno != EINTR) return std::unexpected(last_system_error("lock"));
  }
  struct stat there{};
  if (::fstat(fd->get(), &there) != 0) return fail(ErrorCode::failed);
  // Appending changes the file under all its names, and the other ones may be anywhere.
  if (there.st_nlink > 1) return outside();
  const auto size = static_cast<std::uint64_t>(there.st_size);
  if (content.size() > file_size_ || size > file_size_ - content.size()) {
    return fail(ErrorCode::too_large, "The file would be too large");
  }
  if (auto written = write_all(fd->get(), content); !written) {
    // Whole or not at all: under the lock, what stands behind the old end is what we wrote.
    if (::ftruncate(fd->get(), there.st_size) != 0)
      return std::unexpected(last_system_error("take back what was written"));
    return written;
  }
  if (follower_) follower_->grown(absolute_path(*found), size + content.size());
  return {};
}

Result<> Zones::copy(const Found& from, const Found& to) const {
  const auto source = from.folder.open_file(from.name);
  if (!source) return std::unexpected(source.error());
  auto holder = to.folder.holder_of(to.name);
  if (!holder) return std::unexpected(holder.error());
  auto file = NewFile::create(std::move(holder->first));
  if (!file) return std::unexpected(file.error());
  std::array<char, 65536> piece{};
  for (;;) {
    const ssize_t got = ::read(source->get(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::unexpected(last_system_error("read"));
    if (got == 0) break;
    if (auto written = file->write({piece.data(), static_cast<std::size_t>(got)}); !written) return written;
  }
  return file->commit(holder->second, NewFile::Existing::keep);
}

Result<> Zones::move(std::string_view from, std::string_view to) {
  const auto source = find(from, true);
  if (!source) return std::unexpected(source.error());
  if (source->name.empty()) return outside();
  const auto target = place_for(to);
  if (!target) return std::unexpected(target.error());
  auto moved = source->folder.rename(source->name, target->folder, target->name);
  if (!moved && moved.error().code == ErrorCode::state_not_allowed) {
    moved = copy(*source, *target);
    if (moved) moved = source->folder.remove(source->name);
  }
  if (moved && follower_) follower_->moved(absolute_path(*source), absolute_path(*target));
  return moved;
}

Result<> Zones::remove(std::string_view path) {
  const auto found = find(path, true);
  if (!found) return std::unexpected(found.error());
  if (found->name.empty()) return outside();
  auto removed = found->folder.remove(found->name);
  if (removed && follower_) follower_->removed(absolute_path(*found));
  return removed;
}

}  // namespace otklik::files
