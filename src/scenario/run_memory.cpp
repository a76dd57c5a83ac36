#include "scenario/run_memory.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>
#include <vector>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#endif
#endif
#ifndef ASAN_POISON_MEMORY_REGION
#define ASAN_POISON_MEMORY_REGION(address, size) (static_cast<void>(address), static_cast<void>(size))
#define ASAN_UNPOISON_MEMORY_REGION(address, size) (static_cast<void>(address), static_cast<void>(size))
#endif

namespace otklik::scenario {

/// First chunks that this thread has given back, for the next runs: warm, and taken without a lock.
class RunMemory::Spare {
 public:
  ~Spare() {
    while (void* chunk = take()) std::free(chunk);
  }
  void* take() noexcept {
    if (first_ == nullptr) return nullptr;
    --count_;
    return std::exchange(first_, first_->next);
  }
  bool give(void* chunk) noexcept {
    if (count_ == most) return false;
    first_ = new (chunk) Free{first_};
    ++count_;
    return true;
  }

 private:
  static constexpr std::size_t most = 16;
  Free* first_ = nullptr;
  std::size_t count_ = 0;
};

/// A first chunk of this thread as it was remembered. While a run has it, `chunk` is marked as taken; it is free again
/// when that run is over on this thread, and forgotten when the run goes on elsewhere.
struct RunMemory::Image {
  ~Image() {
    if (chunk != nullptr && is_free) std::free(chunk);
  }
  Chunk* chunk = nullptr;
  bool is_free = false;
  std::vector<std::byte> bytes;  ///< from the beginning of the chunk
  void* object = nullptr;
  std::size_t next_chunk = 0;
  std::array<Free*, classes> free{};
};

RunMemory::Image& RunMemory::image() noexcept {
  thread_local Image image;
  return image;
}

void RunMemory::remember(void* object) {
  if (chunks_ == nullptr || chunks_->next != nullptr || bigs_ != nullptr || chunks_->size != first_chunk) return;
  Image& image = RunMemory::image();
  if (image.chunk != nullptr && image.is_free) std::free(image.chunk);
  auto* begin = reinterpret_cast<std::byte*>(chunks_);
  ASAN_UNPOISON_MEMORY_REGION(begin, static_cast<std::size_t>(at_ - begin));
  image.bytes.assign(begin, at_);
  image.chunk = chunks_;
  image.is_free = false;
  image.object = object;
  image.next_chunk = next_chunk_;
  image.free = free_;
}

void* RunMemory::recall() noexcept {
  Image& image = RunMemory::image();
  if (image.chunk == nullptr || !image.is_free || !may_take(first_chunk)) return nullptr;
  image.is_free = false;
  chunks_ = image.chunk;
  auto* begin = reinterpret_cast<std::byte*>(chunks_);
  at_ = begin + image.bytes.size();
  end_ = begin + first_chunk;
  ASAN_UNPOISON_MEMORY_REGION(begin, image.bytes.size());
  std::memcpy(begin, image.bytes.data(), image.bytes.size());
  ASAN_POISON_MEMORY_REGION(at_, static_cast<std::size_t>(end_ - at_));
  next_chunk_ = image.next_chunk;
  free_ = image.free;
  held_ = first_chunk;
  budget_.memory_used += first_chunk;
  return image.object;
}

RunMemory::Spare& RunMemory::spare() noexcept {
  thread_local Spare spare;
  return spare;
}

void* RunMemory::allocate(void* user, void* block, std::size_t old_size, std::size_t new_size) noexcept {
  auto& memory = *static_cast<RunMemory*>(user);
  if (new_size == 0) {
    if (block != nullptr) memory.give(block, old_size);
    return nullptr;
  }
  if (block == nullptr) return memory.take(new_size);  // old_size is then a type tag
  return memory.resize(block, old_size, new_size);
}

bool RunMemory::may_take(std::size_t bytes) const noexcept {
  return budget_.memory_used <= budget_.limits.memory && bytes <= budget_.limits.memory - budget_.memory_used;
}

void RunMemory::note(std::size_t bytes) noexcept {
  traffic_ += bytes;
  if (traffic_ >= traffic_alarm && alarm_ != nullptr) alarm_(alarm_user_);
}

void* RunMemory::take(std::size_t size) noexcept {
  note(size);
  return size <= small_limit ? take_small(size) : take_big(size);
}

void* RunMemory::take_small(std::size_t size) noexcept {
  const std::size_t index = class_of(size);
  const std::size_t whole = size_of(index);
  if (Free* block = free_[index]; block != nullptr) {
    ASAN_UNPOISON_MEMORY_REGION(block, whole);
    free_[index] = block->next;
    return block;
  }
  if (static_cast<std::size_t>(end_ - at_) < whole && !new_chunk(whole)) return split_larger(index);
  std::byte* block = std::exchange(at_, at_ + whole);
  ASAN_UNPOISON_MEMORY_REGION(block, whole);
  return block;
}

bool RunMemory::new_chunk(std::size_t at_least) noexcept {
  std::size_t size = next_chunk_;
  if (!may_take(size)) size = at_least + sizeof(Chunk) + granule;
  if (!may_take(size)) return false;
  auto* raw = size == first_chunk ? static_cast<std::byte*>(spare().take()) : nullptr;
  if (raw == nullptr) raw = static_cast<std::byte*>(std::malloc(size));
  if (raw == nullptr) return false;
  keep_rest(at_, static_cast<std::size_t>(end_ - at_));  // of the old chunk
  chunks_ = new (raw) Chunk{chunks_, size};
  at_ = raw + (sizeof(Chunk) + granule - 1) / granule * granule;
  end_ = raw + size;
  ASAN_POISON_MEMORY_REGION(at_, static_cast<std::size_t>(end_ - at_));
  held_ += size;
  budget_.memory_used += size;
  // grows with what is used already: at most a quarter is spare
  next_chunk_ = std::clamp(held_ / 4 / 1024 * 1024, std::size_t{4096}, largest_chunk);
  return true;
}

/// No more chunks: cuts a free block of another size.
void* RunMemory::split_larger(std::size_t index) noexcept {
  for (std::size_t larger = index + 1; larger < classes; ++larger) {
    Free* block = free_[larger];
    if (block == nullptr) continue;
    ASAN_UNPOISON_MEMORY_REGION(block, size_of(larger));
    free_[larger] = block->next;
    auto* bytes = reinterpret_cast<std::byte*>(block);
    keep_rest(bytes + size_of(index), size_of(larger) - size_of(index));
    return bytes;
  }
  return nullptr;
}

void RunMemory::link(Big* big) noexcept {
  big->previous = nullptr;
  big->next = bigs_;
  if (bigs_ != nullptr) bigs_->previous = big;
  bigs_ = big;
}

void* RunMemory::take_big(std::size_t size) noexcept {
  if (size > budget_.limits.memory || !may_take(size + sizeof(Big))) return nullptr;
  auto* big = static_cast<Big*>(std::malloc(size + sizeof(Big)));
  if (big == nullptr) return nullptr;
  held_ += size + sizeof(Big);
  budget_.memory_used += size + sizeof(Big);
  link(big);
  return big + 1;
}

void RunMemory::keep_free(void* block, std::size_t index) noexcept {
  ASAN_UNPOISON_MEMORY_REGION(block, sizeof(Free));
  free_[index] = new (block) Free{free_[index]};
  ASAN_POISON_MEMORY_REGION(block, size_of(index));
}

/// What is left of a chunk or a cut block, in pieces that fit a list exactly.
void RunMemory::keep_rest(std::byte* begin, std::size_t size) noexcept {
  for (size = size / granule * granule; size > 0;) {
    const std::size_t part = std::min(size, fine_limit);
    keep_free(begin, class_of(part));
    begin += part;
    size -= part;
  }
}

void RunMemory::give(void* block, std::size_t size) noexcept {
  if (size == 0) return;
  if (size <= small_limit) {
    keep_free(block, class_of(size));
    return;
  }
  Big* big = static_cast<Big*>(block) - 1;
  (big->previous != nullptr ? big->previous->next : bigs_) = big->next;
  if (big->next != nullptr) big->next->previous = big->previous;
  held_ -= size + sizeof(Big);
  budget_.memory_used -= size + sizeof(Big);
  std::free(big);
}

void* RunMemory::resize(void* block, std::size_t old_size, std::size_t new_size) noexcept {
  const bool was_small = old_size <= small_limit;
  const bool is_small = new_size <= small_limit;
  if (was_small && is_small && class_of(old_size) == class_of(new_size)) return block;
  if (!was_small && !is_small) {
    if (new_size > old_size && (new_size > budget_.limits.memory || !may_take(new_size - old_size))) return nullptr;
    note(new_size);
    Big* big = static_cast<Big*>(block) - 1;
    auto* moved = static_cast<Big*>(std::realloc(big, new_size + sizeof(Big)));
    if (moved == nullptr) return new_size <= old_size ? block : nullptr;  // Lua counts on shrinking
    (moved->previous != nullptr ? moved->previous->next : bigs_) = moved;
    if (moved->next != nullptr) moved->next->previous = moved;
    held_ += new_size - old_size;
    budget_.memory_used += new_size - old_size;
    return moved + 1;
  }
  void* moved = take(new_size);
  if (moved == nullptr) {
    // Lua counts on shrinking: it may never fail. A small block keeps its place under its new size, which only loses
    // the tail; a big one cannot (its new size would send it to the wrong list), so it must get what it asks for.
    if (new_size > old_size) return nullptr;
    if (was_small) return block;
    const std::size_t limit = std::exchange(budget_.limits.memory, static_cast<std::size_t>(-1));
    moved = take(new_size);
    budget_.limits.memory = limit;
    if (moved == nullptr) std::abort();  // the machine itself has not one page left
  }
  std::memcpy(moved, block, std::min(old_size, new_size));
  give(block, old_size);
  return moved;
}

void RunMemory::release() noexcept {
  while (chunks_ != nullptr) {
    Chunk* next = chunks_->next;
    ASAN_UNPOISON_MEMORY_REGION(chunks_, chunks_->size);
    if (chunks_->size != first_chunk) {
      std::free(chunks_);
    } else if (Image& remembered = image(); chunks_ == remembered.chunk) {
      remembered.is_free = true;
    } else if (!spare().give(chunks_)) {
      std::free(chunks_);
    }
    chunks_ = next;
  }
  while (bigs_ != nullptr) {
    Big* next = bigs_->next;
    std::free(std::exchange(bigs_, next));
  }
  budget_.memory_used -= held_;
  held_ = 0;
  at_ = end_ = nullptr;
  next_chunk_ = first_chunk;
  free_ = {};
}

}  // namespace otklik::scenario
