#include "store/event_log/disk.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>

namespace otklik::store {

ssize_t Disk::write(int fd, std::string_view bytes, off_t at) { return ::pwrite(fd, bytes.data(), bytes.size(), at); }

int Disk::sync(int fd) { return ::fdatasync(fd); }

int Disk::truncate(int fd, off_t size) { return ::ftruncate(fd, size); }

int Disk::allocate(int fd, off_t from, off_t bytes) {
  constexpr unsigned long xfs_magic = 0x58465342;  // XFS_SUPER_MAGIC stands in no public header
  struct statfs about{};
  if (::fstatfs(fd, &about) != 0) return -1;
  const auto kind = static_cast<unsigned long>(about.f_type);
  if (kind != EXT4_SUPER_MAGIC && kind != xfs_magic && kind != TMPFS_MAGIC) {
    errno = EOPNOTSUPP;
    return -1;
  }
  return ::fallocate(fd, 0, from, bytes);
}

int Disk::create(const char* path) { return ::open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600); }

Disk& real_disk() {
  static Disk disk;
  return disk;
}

}  // namespace otklik::store
