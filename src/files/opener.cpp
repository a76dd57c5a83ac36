#include "files/opener.hpp"

#include <utility>

namespace otklik::files {
namespace {

using core::FileArea;
using core::OpenedFile;

Ground ground_of(const ZoneOptions& zones, std::vector<std::string> bases = {}) {
  return {zones.data_folder, zones.storage_folder, zones.secret_paths, std::move(bases)};
}

Zone zone_of(std::string name, const Areas& areas, FileArea area, const std::string& usual) {
  Zone zone{std::move(name), {areas.folder(area)}};
  if (usual != zone.spellings.front()) zone.spellings.push_back(usual);
  return zone;
}

Zone storage_zone(const Areas& areas, const ZoneOptions& zones) {
  return zone_of("storage", areas, FileArea::storage,
                 zones.data_folder + "/" + Areas::client_path(FileArea::storage, {}));
}

std::vector<Zone> zones_of_files(const Areas& areas, const ZoneOptions& zones, bool only_temp_and_storage) {
  std::vector<Zone> open{Zone{"temp", {zones.data_folder + "/Temp"}}, storage_zone(areas, zones)};
  if (!only_temp_and_storage) open.push_back(Zone{"*", {"/"}});
  return open;
}

std::vector<Zone> zones_of_shared(const Areas& areas, const ZoneOptions& zones, bool uploads) {
  std::vector<Zone> open{
      zone_of("shared", areas, FileArea::shared, zones.data_folder + "/" + Areas::client_path(FileArea::shared, {}))};
  if (uploads) open.push_back(Zone{"uploads", {areas.folder(FileArea::temp)}});
  return open;
}

/// Whose voicemail it is, and who looks after all of them.
bool may_hear(const core::Identity& who, const core::StoredFile& file) {
  return (!file.user.is_nil() && who.user == file.user) || who.privileges.has(core::Privilege::supervise) ||
         who.privileges.has(core::Privilege::admin_manage);
}

std::unexpected<Error> absent() { return fail(ErrorCode::not_found, "There is no such file"); }

}  // namespace

Opener::Lookups::Lookups(const Areas& areas, const ZoneOptions& zones, const OpenerOptions& options)
    : files(Resolver(ground_of(zones), zones_of_files(areas, zones, options.only_temp_and_storage)), zones.data_folder,
            options.most_searched),
      storage(Resolver(ground_of(zones), {storage_zone(areas, zones)}), zones.data_folder, options.most_searched),
      shared(Resolver(ground_of(zones, {areas.folder(FileArea::shared)}),
                      zones_of_shared(areas, zones, options.shared_uploads)),
             zones.data_folder, options.most_searched) {}

Opener::Opener(const ZoneOptions& zones, const OpenerOptions& options, core::FileIndex& index, const Links& links)
    : areas_(zones.data_folder, zones.storage_folder),
      index_(index),
      links_(links),
      lookups_(std::make_shared<const Lookups>(areas_, zones, options)),
      pool_("files", options.threads, options.most_waiting) {}

void Opener::use(const ZoneOptions& zones, const OpenerOptions& options) {
  lookups_.publish(std::make_shared<const Lookups>(areas_, zones, options));
}

void Opener::later(Open open, Opened opened) {
  // The pool takes a piece of work whole or not at all, and what it does not take it destroys: the callback is kept
  // where it can still be called.
  auto kept = std::make_shared<Opened>(std::move(opened));
  if (pool_.try_post([open = std::move(open), kept]() mutable { (*kept)(open()); })) return;
  (*kept)(fail(ErrorCode::too_many, "Too many files are being opened; try again later"));
}

Result<OpenedFile> Opener::path_now(std::string_view path, bool storage_only) const {
  const auto lookups = lookups_.take();
  auto file = (storage_only ? lookups->storage : lookups->files).open(path);
  // Whoever may write where the administrator opened a folder: what he brings must not run on the console's origin.
  if (file) file->uploaded = true;
  return file;
}

Result<OpenedFile> Opener::shared_now(std::string_view path) const {
  auto file = lookups_.take()->shared.open(path);
  if (!file) return absent();
  file->uploaded = true;
  return file;
}

Result<OpenedFile> Opener::open_stored(const Uuid& id, FileArea area, const core::Identity* who) {
  const auto file = index_.find(id);
  if (!file) return std::unexpected(file.error());
  const bool there = file->state == core::FileState::whole || file->state == core::FileState::growing;
  if (file->area != area || !there || (who != nullptr && !may_hear(*who, *file))) return absent();
  const auto folder = Folder::open(areas_.folder(area));
  if (!folder) return absent();
  auto fd = folder->open_file(file->path);
  // A link that was put in the file's place is no file of ours.
  if (!fd) return fd.error().code == ErrorCode::too_many ? std::unexpected(fd.error()) : absent();
  auto out = opened(std::move(*fd), file->name);
  if (!out) return out;
  out->uploaded = true;  // a fax or a voicemail is a stranger's, and a recording holds what he said
  out->growing = file->state == core::FileState::growing;
  return out;
}

void Opener::open_path(std::string path, bool storage_only, Opened opened) {
  later([this, path = std::move(path), storage_only] { return path_now(path, storage_only); }, std::move(opened));
}

void Opener::open_shared(std::string path, Opened opened) {
  later([this, path = std::move(path)] { return shared_now(path); }, std::move(opened));
}

void Opener::open_code(FileArea area, std::string code_or_link, Opened opened) {
  const auto id = links_.file_of(area, code_or_link);
  if (!id) return opened(std::unexpected(id.error()));
  later([this, id = *id, area] { return open_stored(id, area, nullptr); }, std::move(opened));
}

void Opener::open_voicemail(std::string id, core::Identity who, Opened opened) {
  const auto parsed = Uuid::parse(id);
  if (!parsed) return opened(fail(ErrorCode::bad_request, "A voicemail is named by its id"));
  later([this, id = *parsed, who = std::move(who)] { return open_stored(id, FileArea::voicemail, &who); },
        std::move(opened));
}

}  // namespace otklik::files
