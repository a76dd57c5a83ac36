#pragma once
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <functional>
#include <mutex>

#include "store/event_log/disk.hpp"

namespace otklik::store {

/// A disk that is as full and as broken as a test wants it; what gets through lands in real files.
class FaultyDisk final : public Disk {
 public:
  /// Bytes by which files may still grow; what is cut off comes back.
  std::atomic<std::int64_t> room = std::int64_t{1} << 40;
  std::atomic<int> write_error = 0;  ///< an errno: every write fails with it
  std::atomic<int> sync_error = 0;
  std::atomic<bool> truncate_fails = false;
  std::atomic<int> syncs = 0;
  std::atomic<bool> promises_room = false;  ///< else nothing is ever copied, and all faults above are met
  std::atomic<int> allocations = 0;         ///< that were granted
  std::function<void()> before_sync;        ///< set before the log is opened

  ssize_t write(int fd, std::string_view bytes, off_t at) override {
    if (write_error != 0) return failed(write_error);
    const off_t size = size_of(fd);
    const std::int64_t most = std::max<off_t>(size - at, 0) + room;
    if (most <= 0) return failed(ENOSPC);
    const ssize_t n = Disk::write(fd, bytes.substr(0, static_cast<std::size_t>(most)), at);
    room -= size_of(fd) - size;
    return n;
  }
  int sync(int fd) override {
    if (before_sync) before_sync();
    ++syncs;
    return sync_error != 0 ? static_cast<int>(failed(sync_error)) : Disk::sync(fd);
  }
  int truncate(int fd, off_t size) override {
    if (truncate_fails) return static_cast<int>(failed(EIO));
    room += size_of(fd) - size;
    return Disk::truncate(fd, size);
  }
  int allocate(int fd, off_t from, off_t bytes) override {
    if (!promises_room) return static_cast<int>(failed(EOPNOTSUPP));
    const off_t size = size_of(fd);
    if (std::max<off_t>(from + bytes - size, 0) > room) return static_cast<int>(failed(ENOSPC));
    const int result = Disk::allocate(fd, from, bytes);
    room -= size_of(fd) - size;
    if (result == 0) ++allocations;
    return result;
  }

 private:
  static ssize_t failed(int number) {
    errno = number;
    return -1;
  }
  static off_t size_of(int fd) {
    struct stat about{};
    ::fstat(fd, &about);
    return about.st_size;
  }
};

}  // namespace otklik::store
