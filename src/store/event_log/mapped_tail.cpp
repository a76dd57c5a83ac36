#include "store/event_log/mapped_tail.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cassert>
#include <cerrno>
#include <cstring>

namespace otklik::store {
namespace {

std::uint64_t page() {
  static const auto size = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  return size;
}

}  // namespace

bool MappedTail::prepare(int fd, std::uint64_t at, std::size_t bytes) {
  const std::uint64_t begin = at / page() * page();
  const std::uint64_t end = (at + bytes + page() - 1) / page() * page();
  if (begin < begin_ || end > end_) {
    drop();
    if (disk_.allocate(fd, static_cast<off_t>(begin), static_cast<off_t>(end - begin)) != 0) return false;
    void* memory = ::mmap(nullptr, end - begin, PROT_READ | PROT_WRITE, MAP_SHARED, fd, static_cast<off_t>(begin));
    if (memory == MAP_FAILED) return false;
    memory_ = static_cast<char*>(memory);
    begin_ = begin;
    end_ = end;
  }
  // Where touching a page would end in SIGBUS, this says so instead.
  if (::madvise(memory_ + (begin - begin_), end - begin, MADV_POPULATE_WRITE) != 0) return false;
  ready_ = std::max(ready_, end);
  return true;
}

void MappedTail::drop() noexcept {
  if (memory_ != nullptr) ::munmap(memory_, end_ - begin_);
  memory_ = nullptr;
  begin_ = end_ = ready_ = 0;
}

void MappedTail::copy(std::uint64_t at, std::string_view record) noexcept {
  assert(record.size() <= room(at));
  constexpr std::size_t length_size = sizeof(std::uint32_t);
  std::uint32_t length = 0;
  std::memcpy(&length, record.data(), length_size);
  char* const to = memory_ + (at - begin_);
  std::memcpy(to + length_size, record.data() + length_size, record.size() - length_size);
  std::atomic_thread_fence(std::memory_order_release);
  std::memcpy(to, &length, length_size);
}

}  // namespace otklik::store
