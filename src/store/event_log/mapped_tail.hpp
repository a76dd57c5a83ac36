#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "store/event_log/disk.hpp"

namespace otklik::store {

/// The next bytes of a segment as memory: what is copied in here is with the operating system, as if it had been
/// written, and no system call was made. (Whoever reads the file sees the same memory.)
///
/// Only pages that the disk has promised room for and that the kernel has made writable are handed out, so a copy
/// neither fails nor waits. To get there may take both, so prepare() is for the log's own thread. The kernel takes
/// writability back when it brings a page to the disk: cool() says so.
class MappedTail {
 public:
  explicit MappedTail(Disk& disk) noexcept : disk_(disk) {}
  ~MappedTail() { drop(); }
  MappedTail(const MappedTail&) = delete;
  MappedTail& operator=(const MappedTail&) = delete;

  /// Makes `bytes` from `at` on ready, at most so many that the file ends there with its page; the file becomes that
  /// long, zeros at its end. False: the disk is full, or cannot promise room, or the kernel is older than 5.14: write
  /// in the usual way. errno says why.
  bool prepare(int fd, std::uint64_t at, std::size_t bytes);
  /// A sync of the file has begun: nothing may be copied in until the next prepare().
  void cool() noexcept { ready_ = 0; }
  /// Nothing is ready any more; before the file is cut or another one begun.
  void drop() noexcept;

  /// Bytes that can be copied in at `at`; 0 unless all is well.
  [[nodiscard]] std::size_t room(std::uint64_t at) const noexcept {
    return at >= begin_ && at < ready_ ? static_cast<std::size_t>(ready_ - at) : 0;
  }

  /// One record, within room(). Its length, which comes first, goes in last: whoever reads, or finds the file after a
  /// death in between, sees a whole record or none.
  void copy(std::uint64_t at, std::string_view record) noexcept;

 private:
  Disk& disk_;
  char* memory_ = nullptr;   // of the byte begin_ of the file
  std::uint64_t begin_ = 0;  // a page boundary, like the others
  std::uint64_t end_ = 0;    // up to here it is mapped,
  std::uint64_t ready_ = 0;  // and up to here ready
};

}  // namespace otklik::store
