#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "core/stored_file.hpp"

namespace otklik::core {

/// A place in the order of storing, to go on from.
struct FileCursor {
  Time stored_at{};
  Uuid id;
  bool operator==(const FileCursor&) const = default;
};

/// Which files a list holds. What is not set does not narrow it.
struct FileQuery {
  std::optional<FileArea> area{};
  std::optional<FileState> state{};
  std::optional<Uuid> user{};
  std::optional<Uuid> chain{};
  std::optional<bool> held{};
  std::optional<Time> stored_before{};
  bool newest_first = false;
  std::optional<FileCursor> after{};  ///< the last one of the page before
  std::size_t limit = 1000;           ///< 1 to 10,000
  bool with_totals = false;           ///< costs a walk over all that fits
};

struct FileTotals {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
};

struct FilePage {
  std::vector<StoredFile> files;
  std::optional<FileCursor> next;  ///< to ask for the next page with; nothing: this was the last
  FileTotals totals;               ///< of all that fits, whatever the page; only when asked for
};

/// What is known of every stored file, in the database. Every call blocks for it: call from a thread that may wait, and
/// from any. A change has reached the disk when it returns; the events `FileStored` and `FileDeleted` follow from it.
///
/// Adding a file so that nothing is lost: add() it as `arriving`, give it its name on the disk, settle() it. After a
/// crash between these, the next start looks whether it is there. Errors besides those named: `unavailable`,
/// `storage_full`, `failed`.
class FileIndex {
 public:
  virtual ~FileIndex() = default;

  /// `conflict` when its id, or its place (area and path), is taken; `bad_request` for a path or name that is no UTF-8.
  virtual Result<> add(const StoredFile& file) = 0;
  /// It is whole: of this size and digest. `not_found`. Saying it once more changes and tells nothing; what was whole
  /// may get another content.
  virtual Result<> settle(const Uuid& id, std::uint64_t size, std::string_view sha256) = 0;
  /// It lies elsewhere now. Errors: `not_found`, `conflict` (the place is taken).
  virtual Result<> move(const Uuid& id, FileArea area, std::string_view path) = 0;
  /// Whether rules may delete it. `not_found`.
  virtual Result<> hold(const Uuid& id, bool held) = 0;
  /// It is about to be deleted, which is to be gone on with after a crash. `not_found`.
  virtual Result<> begin_removal(const Uuid& id) = 0;
  /// Forgets it. `reason` is one word for the event, see FileDeleted. Says what
  /// it was; `not_found`.
  virtual Result<StoredFile> remove(const Uuid& id, std::string_view reason) = 0;
  /// Forgets everything of an area at once (no event for each); says how much that was.
  virtual Result<FileTotals> clear(FileArea area) = 0;

  virtual Result<StoredFile> find(const Uuid& id) = 0;
  virtual Result<StoredFile> find_at(FileArea area, std::string_view path) = 0;
  /// In the order of storing.
  virtual Result<FilePage> list(const FileQuery& query) = 0;
};

}  // namespace otklik::core
