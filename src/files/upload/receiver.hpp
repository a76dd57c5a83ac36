#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/beneath.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/live.hpp"
#include "base/new_file.hpp"
#include "core/identity.hpp"
#include "core/ports/file_index.hpp"
#include "core/ports/upload_store.hpp"
#include "files/areas.hpp"
#include "files/digest.hpp"
#include "files/upload/file_writer.hpp"
#include "files/upload/options.hpp"
#include "files/upload/space.hpp"

namespace otklik::files {

/// What all receivers share.
struct Storehouse {
  const Live<UploadOptions>& options;
  const Areas& areas;
  core::FileIndex& index;
  const Clock& clock;
  Space& space;
};

/// Where the files of an upload get their names.
struct UploadFolder {
  core::FileArea area = core::FileArea::temp;
  std::string prefix;  ///< its path below the area's folder, with a slash behind it; empty: the area's folder itself
  Folder folder;
};

/// Writes the files of one upload under no name and then publishes them all. Blocks for the disk; one thread at a time.
///
/// What goes wrong with a file is kept with it, and what still comes of it is thrown away; its space is free again at
/// once. Files that are not published go away with the receiver.
class Receiver {
 public:
  Receiver(Storehouse storehouse, const core::Identity& who, core::FileArea likely_area);

  void begin_file(std::string_view name);
  void write(std::string_view bytes);
  void give_up_file(Error why);
  void end_file();

  /// Whether it has files, and none of them will be kept.
  [[nodiscard]] bool is_lost() const noexcept;

  /// Ends the upload: says of every file, in order, what became of it.
  [[nodiscard]] std::vector<core::UploadedFile> publish(const core::UploadPlace& place);

 private:
  struct Incoming {
    core::UploadedFile about;
    std::optional<NewFile> file;
    std::optional<FileWriter> writer;  // of the file
    std::optional<Digest> digest;
  };

  [[nodiscard]] Result<> open_file(Incoming& incoming);
  [[nodiscard]] Result<NewFile> begun(const std::string& path);
  [[nodiscard]] Result<> append(Incoming& incoming, std::string_view bytes);
  void give_up(Incoming& incoming, Error why);
  [[nodiscard]] Result<> store(Incoming& incoming, const core::UploadPlace& place);
  [[nodiscard]] Result<> store_for_now(Incoming& incoming, core::StoredFile& row, UploadFolder& folder);
  [[nodiscard]] Result<> store_for_good(Incoming& incoming, core::StoredFile& row, UploadFolder& folder);
  [[nodiscard]] Result<> open(Incoming& incoming, UploadFolder& folder);
  [[nodiscard]] Result<> commit(Incoming& incoming, const std::string& name, UploadFolder& folder);
  [[nodiscard]] Result<> commit_here(Incoming& incoming, const std::string& name, const UploadFolder& folder);
  void place(core::StoredFile& row, const UploadFolder& folder, const std::string& name) const;

  Storehouse storehouse_;
  const Uuid user_;
  const std::string login_;
  const core::FileArea likely_area_;
  Space::Claim claim_;
  Folder base_;  // of the likely area, once a file has begun
  std::vector<Incoming> files_;
};

}  // namespace otklik::files
