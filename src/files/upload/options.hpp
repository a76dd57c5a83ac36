#pragma once
#include <cstddef>
#include <cstdint>

namespace otklik::files {

/// How uploads are stored. Each is a setting of the same name below `upload.`; 0 is no limit where it says so. What is
/// under way keeps to limits that change from its next bytes on; the threads stay as they were made.
struct UploadOptions {
  static constexpr std::size_t most_at_once = 100'000;

  unsigned threads = 4;                        ///< that write and sync
  std::size_t at_once = 64;                    ///< uploads under way: more are answered 503
  std::size_t file_size = 0;                   ///< bytes of one file; 0: none. Past it that file is `too_large`
  std::size_t free_space = 512 * 1024 * 1024;  ///< bytes of a disk that uploads leave free: `storage_full`
  std::size_t user_quota = 0;                  ///< bytes of all that one user uploaded; 0: none. `storage_full`
  std::size_t user_files = 0;                  ///< files, likewise
  std::size_t storage_quota = 0;               ///< bytes of the storage, without its shared folder; 0: none
  std::size_t shared_quota = 0;                ///< bytes of the shared folder; 0: none
  std::size_t temp_quota = 0;                  ///< bytes of temporary uploads; 0: none
  std::size_t script_quota = 0;                ///< bytes of uploads for scenarios; 0: none

  bool operator==(const UploadOptions&) const = default;
};

}  // namespace otklik::files
