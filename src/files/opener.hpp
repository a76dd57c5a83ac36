#pragma once
#include <memory>
#include <string>

#include "base/snapshot.hpp"
#include "base/work_pool.hpp"
#include "core/ports/file_index.hpp"
#include "core/ports/stored_files.hpp"
#include "files/areas.hpp"
#include "files/links.hpp"
#include "files/lookup.hpp"
#include "files/zones.hpp"

namespace otklik::files {

/// Which files are open to whom over the network. Settings of the same meaning; the folders are those of ZoneOptions.
struct OpenerOptions {
  /// `AllowDownloadFilesDirectlyOnlyFromTemp`, the vendor's name: `download/files` opens temp and storage only. Off:
  /// any file that is no secret.
  bool only_temp_and_storage = true;
  bool shared_uploads = true;       ///< `getsharedfile` opens finished uploads in temp too
  unsigned threads = 4;             ///< that open files
  std::size_t most_waiting = 1024;  ///< requests that wait for one of them: past it `too_many`
  /// Entries of a folder that is searched for a name in another case; not a setting: it bounds what a stranger's miss
  /// costs.
  std::size_t most_searched = 10'000;

  bool operator==(const OpenerOptions&) const = default;
};

/// Opens stored files on a few threads of its own.
class Opener final : public core::StoredFiles {
 public:
  /// `zones` says where the folders lie and what is secret. Index and links outlive the opener.
  Opener(const ZoneOptions& zones, const OpenerOptions& options, core::FileIndex& index, const Links& links);

  void open_path(std::string path, bool storage_only, Opened opened) override;
  void open_shared(std::string path, Opened opened) override;
  void open_code(core::FileArea area, std::string code_or_link, Opened opened) override;
  void open_voicemail(std::string id, core::Identity who, Opened opened) override;

  /// For every request from now on, the folders and the threads excepted. Any thread.
  void use(const ZoneOptions& zones, const OpenerOptions& options);

  /// Drops what has not begun, waits for the rest. Idempotent.
  void stop() { pool_.stop(); }

  /// By path, here and now: for tests. `storage_only` as open_path().
  [[nodiscard]] Result<core::OpenedFile> path_now(std::string_view path, bool storage_only) const;
  [[nodiscard]] Result<core::OpenedFile> shared_now(std::string_view path) const;

 private:
  using Open = std::move_only_function<Result<core::OpenedFile>()>;

  void later(Open open, Opened opened);
  [[nodiscard]] Result<core::OpenedFile> open_stored(const Uuid& id, core::FileArea area, const core::Identity* who);

  const Areas areas_;
  core::FileIndex& index_;
  const Links& links_;
  /// One for each way in by path.
  struct Lookups {
    Lookups(const Areas& areas, const ZoneOptions& zones, const OpenerOptions& options);
    Lookup files;    // of download/files
    Lookup storage;  // of download/files with a temporary password
    Lookup shared;   // of getsharedfile
  };
  SnapshotHolder<Lookups> lookups_;
  WorkPool pool_;  // last: its threads use all of the above
};

}  // namespace otklik::files
