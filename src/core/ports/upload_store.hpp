#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "core/identity.hpp"
#include "core/stored_file.hpp"

namespace otklik::core {

/// Where uploaded files are to lie.
struct UploadPlace {
  FileArea area = FileArea::temp;  ///< temp, storage, shared or script
  std::string subfolder{};         ///< below the area's folder, from UploadStore::plain_subfolder(); empty: none
};

/// What became of one uploaded file.
struct UploadedFile {
  std::string name;                ///< as whoever brought it called it, without folders
  std::optional<Error> trouble{};  ///< why it was not kept; nothing: it is on the disk and in the index
  Uuid id{};
  std::uint64_t size = 0;  ///< bytes
  std::string sha256{};    ///< lower-case hexadecimal
  /// Relative to the data folder: what `download/files` and, where open, `getsharedfile` take as it stands.
  std::string path{};
  std::string absolute_path{};
};

/// The files of one request on their way to the disk: begin_file(), write() any number of times, end_file(), and so on;
/// at last finish(). Dropped before that, nothing of it is ever seen. Called from one thread at a time; no call blocks.
class Upload {
 public:
  virtual ~Upload() = default;

  virtual void begin_file(std::string name) = 0;
  virtual void write(std::string_view bytes) = 0;
  virtual void end_file() = 0;
  /// The present file is not to be kept, and why; end_file() still follows.
  virtual void give_up_file(Error why) = 0;

  /// Whether none of the files so far will be kept, as far as the disk has told: who has no more may stop sending and
  /// finish(), which says why.
  [[nodiscard]] virtual bool is_lost() const noexcept = 0;

  /// All have come. Each is published under a name that nobody has, whole and synced; `done` hears of every one, in
  /// order, on another thread. One that fails does not take the others with it.
  virtual void finish(UploadPlace place, std::move_only_function<void(std::vector<UploadedFile>)> done) = 0;
};

/// What is known of an upload before its first byte.
struct UploadStart {
  Identity who;
  FileArea likely_area = FileArea::temp;  ///< where it will probably lie: it is written on that disk
  std::optional<std::uint64_t> length{};  ///< of its only file, where the request says it
  /// True: bytes come faster than the disk takes them, hold the client back; false: go on. The first comes from within
  /// write(), the second from any thread. Harmless to be told twice.
  std::move_only_function<void(bool)> hold{};
};

/// Stores what is uploaded: on threads of its own, never visible before it is whole, within quotas.
class UploadStore {
 public:
  virtual ~UploadStore() = default;

  /// `too_many` while as many are under way as may be, `storage_full` when there is no room for its length, `too_large`
  /// when that is past the limit of a file. Any thread.
  virtual Result<std::unique_ptr<Upload>> begin(UploadStart start) = 0;

  /// A folder as a client spells it (`Letters`, `a\b/`), plain: `a/b`. `forbidden` when it leads out of its base or
  /// into a folder of the server's own; `bad_request` for what cannot be a name.
  [[nodiscard]] virtual Result<std::string> plain_subfolder(std::string_view spelt) const = 0;

  /// Removes files that nobody will be told of. Any thread; returns at once.
  virtual void discard(std::vector<UploadedFile> files) = 0;
};

}  // namespace otklik::core
