#include "files/upload/receiver.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <utility>

#include "base/file.hpp"
#include "base/random.hpp"
#include "files/upload/names.hpp"

namespace otklik::files {
namespace {

constexpr unsigned most_numbered = 10'000;  // files of one name in a folder; the next ones get a random one

constexpr unsigned most_vanished = 5;  // times that a folder may be taken from under one file

std::unexpected<Error> vanishes() { return fail(ErrorCode::failed, "The folder vanishes again and again"); }

/// The server makes its own folders at start; one that has gone since comes back with the first file.
Result<Folder> open_base(const std::string& path) {
  auto folder = Folder::open(path);
  if (folder || ::mkdir(path.c_str(), 0700) != 0) return folder;
  return Folder::open(path);
}

/// Opens a folder below `base`. One that has to be made is there after a power failure too.
Result<Folder> open_below(const Folder& base, const std::string& path) {
  if (auto there = base.open_folder(path); there || there.error().code != ErrorCode::not_found) return there;
  auto made = base.make_folders(path);
  if (!made) return made;
  if (auto synced = base.sync(); !synced) return std::unexpected(synced.error());
  for (auto slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    const auto above = base.open_folder(std::string_view(path).substr(0, slash));
    if (!above) return std::unexpected(above.error());
    if (auto synced = above->sync(); !synced) return std::unexpected(synced.error());
  }
  return made;
}

/// The content of a file without a name, onto another disk.
Result<NewFile> copied(const NewFile& from, Folder to) {
  const std::string self = "/proc/self/fd/" + std::to_string(from.fd());
  const UniqueFd source(::open(self.c_str(), O_RDONLY | O_CLOEXEC));
  if (!source) return std::unexpected(last_system_error("open"));
  auto file = NewFile::create(std::move(to));
  if (!file) return file;
  std::array<char, 65536> piece;  // NOLINT(cppcoreguidelines-pro-type-member-init): read() fills it
  for (;;) {
    const ssize_t got = ::read(source.get(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::unexpected(last_system_error("read"));
    if (got == 0) return file;
    if (auto written = file->write({piece.data(), static_cast<std::size_t>(got)}); !written) {
      return std::unexpected(written.error());
    }
  }
}

/// The candidate names of a file, in the order in which they are tried. Nothing: all are taken.
std::optional<std::string> candidate(const std::string& name, unsigned number) {
  if (number <= most_numbered) return numbered_name(name, number);
  if (number > most_numbered + 10) return std::nullopt;
  return random_text(72) + "-" + name;
}

}  // namespace

Receiver::Receiver(Storehouse storehouse, const core::Identity& who, core::FileArea likely_area)
    : storehouse_(storehouse),
      user_(who.user),
      login_(who.login),
      likely_area_(likely_area),
      claim_(storehouse.space, who.user) {
  claim_.move(likely_area);
}

void Receiver::begin_file(std::string_view name) {
  Incoming& incoming = files_.emplace_back();
  incoming.about.name = without_folders(name);
  if (auto opened = open_file(incoming); !opened) give_up(incoming, std::move(opened.error()));
}

Result<> Receiver::open_file(Incoming& incoming) {
  if (auto fits = claim_.add_file(); !fits) return fits;
  const std::string& path = storehouse_.areas.folder(likely_area_);
  if (auto room = storehouse_.space.room_for(path, 0); !room) return room;
  auto file = begun(path);
  if (!file) return std::unexpected(file.error());
  incoming.file = std::move(*file);
  incoming.writer.emplace(incoming.file->fd());
  incoming.digest.emplace();
  return {};
}

/// All files of an upload share one handle of the folder.
Result<NewFile> Receiver::begun(const std::string& path) {
  if (base_.fd() >= 0) {
    auto file = NewFile::create(base_);
    if (file || file.error().code != ErrorCode::not_found) return file;  // else it has gone since
  }
  auto folder = open_base(path);
  if (!folder) return std::unexpected(folder.error());
  base_ = std::move(*folder);
  return NewFile::create(base_);
}

void Receiver::write(std::string_view bytes) {
  assert(!files_.empty());
  Incoming& incoming = files_.back();
  if (incoming.about.trouble) return;
  if (auto written = append(incoming, bytes); !written) give_up(incoming, std::move(written.error()));
}

Result<> Receiver::append(Incoming& incoming, std::string_view bytes) {
  const auto limit = storehouse_.options->file_size;
  if (limit != 0 && incoming.about.size + bytes.size() > limit) {
    return fail(ErrorCode::too_large, "The file is too large");
  }
  incoming.about.size += bytes.size();
  if (auto fits = claim_.grow(bytes.size()); !fits) return fits;
  if (auto room = storehouse_.space.room_for(storehouse_.areas.folder(likely_area_), bytes.size()); !room) return room;
  incoming.digest->add(bytes);
  return incoming.writer->write(bytes);
}

void Receiver::give_up_file(Error why) {
  assert(!files_.empty());
  give_up(files_.back(), std::move(why));
}

void Receiver::give_up(Incoming& incoming, Error why) {
  if (incoming.about.trouble) return;
  incoming.about.trouble = std::move(why);
  incoming.file.reset();
  incoming.digest.reset();
  claim_.shrink(incoming.about.size);
}

void Receiver::end_file() {
  assert(!files_.empty());
  Incoming& incoming = files_.back();
  if (incoming.about.trouble) return;
  incoming.about.sha256 = incoming.digest->finish();
  incoming.digest.reset();
}

bool Receiver::is_lost() const noexcept {
  return !files_.empty() && std::ranges::all_of(files_, [](const Incoming& i) { return i.about.trouble.has_value(); });
}

std::vector<core::UploadedFile> Receiver::publish(const core::UploadPlace& place) {
  // A subfolder of the storage may be its shared one.
  core::FileArea area = place.area;
  const auto& areas = storehouse_.areas;
  if (const auto where = areas.area_of(areas.absolute_path(place.area, place.subfolder + "/x"))) area = where->area;
  claim_.move(area);

  std::vector<core::UploadedFile> out;
  out.reserve(files_.size());
  for (auto& incoming : files_) {
    if (!incoming.about.trouble) {
      const auto stored = claim_.publish_within(incoming.about.size, [&] { return store(incoming, place); });
      if (stored) {
        claim_.shrink(incoming.about.size);
      } else {
        give_up(incoming, stored.error());
      }
    }
    out.push_back(std::move(incoming.about));
  }
  files_.clear();
  return out;
}

Result<> Receiver::store(Incoming& incoming, const core::UploadPlace& place) {
  UploadFolder where;
  where.area = place.area;
  std::string path = place.subfolder;
  const bool is_temporary = core::is_emptied_at_start(place.area);
  // What opens without authorization must not be guessed, not even by who knows another file of the same upload.
  if (is_temporary) path += (path.empty() ? "" : "/") + random_text(128);
  if (!path.empty()) where.prefix = path + "/";
  if (auto opened = open(incoming, where); !opened) return opened;

  core::StoredFile row;
  row.id = Uuid::random();
  row.name = incoming.about.name;
  row.size = incoming.about.size;
  row.sha256 = incoming.about.sha256;
  row.user = user_;
  row.login = login_;
  row.stored_at = storehouse_.clock.now();
  auto stored = is_temporary ? store_for_now(incoming, row, where) : store_for_good(incoming, row, where);
  if (!stored) {
    const auto base = Folder::open(storehouse_.areas.folder(place.area));
    if (is_temporary && base) static_cast<void>(base->remove(path));  // it was made for this file alone
    return stored;
  }
  incoming.file.reset();
  incoming.about.id = row.id;
  incoming.about.path = Areas::client_path(row.area, row.path);
  incoming.about.absolute_path = storehouse_.areas.absolute_path(row.area, row.path);
  return {};
}

/// Opens the folder where a file is to lie, and makes it where it is absent. A rule that empties a folder takes it
/// away, which may happen at any moment until a file lies in it.
Result<> Receiver::open(Incoming& incoming, UploadFolder& folder) {
  const std::string_view path = std::string_view(folder.prefix).substr(0, folder.prefix.rfind('/'));
  for (unsigned tries = 1;; ++tries) {
    auto base = open_base(storehouse_.areas.folder(folder.area));
    if (!base) return std::unexpected(base.error());
    auto opened = path.empty() ? base : open_below(*base, std::string(path));
    if (opened) {
      folder.folder = std::move(*opened);
      incoming.file->move_to(folder.folder);
      return {};
    }
    if (opened.error().code != ErrorCode::not_found) return std::unexpected(opened.error());
    if (tries == most_vanished) return vanishes();
  }
}

/// Gives a file its name in the folder, which is made again where it has been taken away meanwhile.
Result<> Receiver::commit(Incoming& incoming, const std::string& name, UploadFolder& folder) {
  for (unsigned tries = 1;; ++tries) {
    auto named = commit_here(incoming, name, folder);
    if (named || named.error().code != ErrorCode::not_found) return named;
    if (tries == most_vanished) return vanishes();
    if (auto opened = open(incoming, folder); !opened) return opened;
  }
}

/// The folder may be on another disk than the one the file was written on.
Result<> Receiver::commit_here(Incoming& incoming, const std::string& name, const UploadFolder& folder) {
  auto named = incoming.file->commit(name, NewFile::Existing::keep);
  if (named || named.error().code != ErrorCode::state_not_allowed) return named;
  const auto& disk = storehouse_.areas.folder(folder.area);
  if (auto room = storehouse_.space.room_for(disk, incoming.about.size); !room) return room;
  auto copy = copied(*incoming.file, folder.folder);
  if (!copy) return std::unexpected(copy.error());
  incoming.file = std::move(*copy);
  return incoming.file->commit(name, NewFile::Existing::keep);
}

/// A subfolder of one area may be the folder of another.
void Receiver::place(core::StoredFile& row, const UploadFolder& folder, const std::string& name) const {
  const auto absolute = storehouse_.areas.absolute_path(folder.area, folder.prefix + name);
  const auto where = storehouse_.areas.area_of(absolute);
  assert(where);
  row.area = where->area;
  row.path = where->path;
}

/// Named under a path that is its own, then told to the index: the next start empties both.
Result<> Receiver::store_for_now(Incoming& incoming, core::StoredFile& row, UploadFolder& folder) {
  const std::string name = safe_file_name(incoming.about.name);
  place(row, folder, name);
  if (auto named = commit(incoming, name, folder); !named) return named;
  auto added = storehouse_.index.add(row);
  if (!added) static_cast<void>(folder.folder.remove(name));
  return added;
}

/// Told to the index, named, told that it is whole: after a crash in between the index knows what to look for.
Result<> Receiver::store_for_good(Incoming& incoming, core::StoredFile& row, UploadFolder& folder) {
  const std::string wanted = safe_file_name(incoming.about.name);
  row.state = core::FileState::arriving;
  bool is_known = false;
  const auto give_up_row = [&](Error why) {
    if (is_known) static_cast<void>(storehouse_.index.remove(row.id, "never_arrived"));
    return std::unexpected(std::move(why));
  };
  for (unsigned number = 1;; ++number) {
    const auto name = candidate(wanted, number);
    if (!name) return give_up_row({ErrorCode::conflict, "Too many files of that name"});
    if (folder.folder.about(*name)) continue;
    place(row, folder, *name);
    auto& index = storehouse_.index;
    if (auto told = is_known ? index.move(row.id, row.area, row.path) : index.add(row); !told) {
      if (told.error().code == ErrorCode::conflict) continue;
      return give_up_row(std::move(told.error()));
    }
    is_known = true;
    if (auto named = commit(incoming, *name, folder); !named) {
      if (named.error().code == ErrorCode::conflict) continue;  // somebody was quicker
      return give_up_row(std::move(named.error()));
    }
    auto settled = index.settle(row.id, row.size, row.sha256);
    if (settled) return settled;
    static_cast<void>(folder.folder.remove(*name));
    return give_up_row(std::move(settled.error()));
  }
}

}  // namespace otklik::files
