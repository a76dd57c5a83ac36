#pragma once
#include <string_view>

#include "core/ports/file_index.hpp"
#include "files/areas.hpp"

namespace otklik::files {

/// What became of a file that was to be deleted.
enum class Removal : std::uint8_t {
  deleted,
  in_use,  ///< somebody has it open, or is deleting it at this moment: left as it was
  lost,    ///< it had gone from the disk already: forgotten
};

/// Deletes a stored file, then forgets it, so that a crash between leaves what the next start finishes; what the disk
/// does not let go stays `leaving`, and is opened by nobody, until finish_removal() has its way. Then deletes the
/// folders that it leaves empty, up to the area's own. `reason` as FileIndex::remove(). Errors: those of the index and
/// the disk; a file that cannot be looked at is never `lost`.
Result<Removal> remove_stored_file(const Areas& areas, core::FileIndex& index, const core::StoredFile& file,
                                   std::string_view reason);

/// Likewise even where somebody has it open, who then reads it to its end: for one whom a person wants gone.
Result<Removal> remove_stored_file_at_once(const Areas& areas, core::FileIndex& index, const core::StoredFile& file,
                                           std::string_view reason);

/// Goes on with the removal of a file that is `leaving`: after a crash, or once its disk lets go of it. Errors also:
/// `not_found` when it has been forgotten meanwhile.
Result<Removal> finish_removal(const Areas& areas, core::FileIndex& index, const Uuid& id, std::string_view reason);

}  // namespace otklik::files
