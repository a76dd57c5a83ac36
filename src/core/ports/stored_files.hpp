#pragma once
#include <functional>
#include <string>

#include "base/error.hpp"
#include "core/identity.hpp"
#include "core/ports/opened_file.hpp"
#include "core/stored_file.hpp"

namespace otklik::core {

/// Opens stored files for whoever asks over the network: by path within zones, by signed code, by id.
///
/// No call blocks; `opened` runs once, on a thread that may be kept for a moment, or at once with `too_many` when more
/// wait than may. Errors besides those named: `failed`, `unavailable`.
class StoredFiles {
 public:
  using Opened = std::move_only_function<void(Result<OpenedFile>)>;

  virtual ~StoredFiles() = default;

  /// `download/files`: temp and storage, or every folder of the server's while
  /// AllowDownloadFilesDirectlyOnlyFromTemp is off. A path is absolute, or relative to the data folder or else to the
  /// storage. `storage_only`: for a temporary password. Errors: `forbidden` outside whether it exists or not,
  /// `not_found`.
  virtual void open_path(std::string path, bool storage_only, Opened opened) = 0;

  /// `getsharedfile`: the shared folder, and finished uploads in temp unless a setting closes them. A path is absolute,
  /// or relative to the data folder, the storage or the shared folder. Every error is `not_found`.
  virtual void open_shared(std::string path, Opened opened) = 0;

  /// A recording or fax by its signed code, or by the whole link that holds it. `not_found` for a code that is not one
  /// of ours, is of another area or has expired, and for a file that is gone.
  virtual void open_code(FileArea area, std::string code_or_link, Opened opened) = 0;

  /// A voicemail by its id: his own, or anybody's for a supervisor or administrator. `bad_request` for what is no id;
  /// `not_found` for one that is not there or not his to hear.
  virtual void open_voicemail(std::string id, Identity who, Opened opened) = 0;
};

/// Makes what is handed out: links to stored files.
class FileLinks {
 public:
  virtual ~FileLinks() = default;

  /// `/download/rec/CODE`, `/download/fax/CODE` or `/download/vm/ID`: starts with `/` and holds no `?`, so that clients
  /// may put the server's address before it and a query behind. `bad_request` for a file of another area. Any thread.
  virtual Result<std::string> link_to(const StoredFile& file) = 0;
};

}  // namespace otklik::core
