#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace otklik {

/// The whole of an open file from its beginning. Errors: `too_large` past `limit` bytes, `failed`.
Result<std::string> read_whole(int fd, std::size_t limit);
/// Likewise by path. `not_found`: nothing lies there. What lies there and cannot be opened (no permission, no
/// descriptors left, a disk that fails) is `failed`, and so is what is no file (a folder, a pipe, a device): never
/// waits.
Result<std::string> read_file(const std::string& path, std::size_t limit);

/// Writes so that `path` holds either the old or the whole new content, whatever happens: a new file beside it, synced,
/// renamed, the folder synced. `mode` as for chmod. Errors: `storage_full`, `failed`.
Result<> write_atomically(const std::string& path, std::string_view content, unsigned mode = 0600);

/// All of it, or an error: `storage_full`, `failed`.
Result<> write_all(int fd, std::string_view bytes);

/// The last errno as an Error: `storage_full` for ENOSPC, EDQUOT and EFBIG, else `failed`, with what was being done.
Error last_system_error(std::string_view doing);

/// Likewise after open(2): `not_found` when nothing of that name can be there.
Error last_open_error();

}  // namespace otklik
