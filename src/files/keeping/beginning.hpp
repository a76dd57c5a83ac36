#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/ports/file_index.hpp"
#include "files/areas.hpp"

namespace otklik::files {

/// What a start found to be done.
struct Settled {
  std::uint64_t arrived = 0;  ///< there, though the server died before it could say so
  std::uint64_t dropped = 0;  ///< never arrived, or half deleted: forgotten
};

/// Comes to an end with every file that the last life of the server left between two states: `arriving` is there or is
/// not, `growing` grows no more, `leaving` goes. Reads the rows in these states and nothing else. What the disk does
/// not tell or let go is told of and stays as it is. Errors: those of the index.
Result<Settled> settle_the_unsettled(const Areas& areas, core::FileIndex& index);

/// Makes the folders within the storage that are missing, for a storage that the settings have put elsewhere. A storage
/// that is not there itself is a disk that is not mounted: it is told of and left alone.
void make_area_folders(const Areas& areas);

/// Empties the areas that every start empties: their folders are put aside under another name, which takes no time
/// however full they are, new ones made, and the index told. A folder that is a link, a mount, or lies where nothing
/// may be renamed stays, and its entries are put aside within it. Returns the folders put aside, those of earlier
/// starts among them, for deleting at leisure.
Result<std::vector<std::string>> empty_temporary_areas(const Areas& areas, core::FileIndex& index);

/// Whether an entry of such an area's own folder is what was put aside within it: no file of the area.
bool is_put_aside_within(std::string_view name) noexcept;

/// Deletes a folder that was put aside. False: `stopped` said so before the end; the next start goes on.
bool delete_put_aside(const std::string& folder, const std::move_only_function<bool() const>& stopped);

}  // namespace otklik::files
