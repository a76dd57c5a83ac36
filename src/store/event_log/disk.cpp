#include "store/event_log/disk.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace otklik::store {

ssize_t Disk::write(int fd, std::string_view bytes, off_t at) { return ::pwrite(fd, bytes.data(), bytes.size(), at); }

int Disk::sync(int fd) { return ::fdatasync(fd); }

int Disk::truncate(int fd, off_t size) { return ::ftruncate(fd, size); }

int Disk::create(const char* path) { return ::open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600); }

Disk& real_disk() {
  static Disk disk;
  return disk;
}

}  // namespace otklik::store
