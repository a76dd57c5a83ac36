#pragma once
#include <sys/types.h>

#include <string_view>

namespace otklik::store {

/// The calls on a segment that can fail when the disk does: a seam, so that a test can be a full or a dying disk.
/// Results and errno as of the system calls.
class Disk {
 public:
  virtual ~Disk() = default;
  virtual ssize_t write(int fd, std::string_view bytes, off_t at);  ///< pwrite(2): perhaps fewer bytes than given
  virtual int sync(int fd);                                         ///< fdatasync(2)
  virtual int truncate(int fd, off_t size);                         ///< ftruncate(2)
  /// fallocate(2): the file has at least these bytes, and room for them that nobody else gets. Fails with EOPNOTSUPP on
  /// a file system that does not promise as much: one that writes anew instead of over (btrfs, ZFS) or lies elsewhere.
  virtual int allocate(int fd, off_t from, off_t bytes);
  /// open(2) of a new file for reading and writing.
  virtual int create(const char* path);
};

/// The real one.
Disk& real_disk();

}  // namespace otklik::store
