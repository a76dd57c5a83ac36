#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include "scenario/budget.hpp"

namespace otklik::scenario {

/// The memory of one Lua state, given back in one piece when the run is over: nobody walks the objects, so a short run
/// costs no more for its end than for one block. (A state therefore is dropped, never closed; nothing in it may own
/// anything outside: finalizers do not run.)
///
/// Small blocks are cut from chunks and kept in lists by size once free; big ones come from the heap. What counts
/// against the budget is what is taken from the heap, not what Lua thinks it uses.
class RunMemory {
 public:
  explicit RunMemory(Budget& budget) noexcept : budget_(budget) {}
  ~RunMemory() { release(); }
  RunMemory(const RunMemory&) = delete;
  RunMemory& operator=(const RunMemory&) = delete;

  /// A lua_Alloc; `user` is the RunMemory.
  static void* allocate(void* user, void* block, std::size_t old_size, std::size_t new_size) noexcept;

  /// Gives everything back. No pointer into it may be used afterwards.
  void release() noexcept;

  /// Making a Lua state costs more than a short run in it. So the first state that a thread makes is remembered as it
  /// is before any scenario touched it, and the next run on that thread finds it again in the same place: the bytes
  /// are copied back, and every pointer in them is right.
  ///
  /// remember() keeps what has been allocated so far with the address of an object in it, provided that it fits the
  /// first chunk; recall() returns that address, or null: then nothing has changed and the state must be made.
  void remember(void* object);
  void* recall() noexcept;

  /// Bytes handed out since the last call: work that Lua's instructions do not show (copies of long strings).
  std::size_t take_traffic() noexcept {
    const std::size_t bytes = traffic_;
    traffic_ = 0;
    return bytes;
  }
  /// Runs from within an allocation once `traffic_alarm` bytes have been handed out; it must not allocate.
  void on_traffic(void (*alarm)(void* user), void* user) noexcept {
    alarm_ = alarm;
    alarm_user_ = user;
  }
  static constexpr std::size_t traffic_alarm = 1 << 20;

 private:
  static constexpr std::size_t granule = 16;
  static constexpr std::size_t fine_limit = 512;    ///< up to here a list for each multiple of the granule
  static constexpr std::size_t small_limit = 2048;  ///< a bigger block is the heap's
  static constexpr std::size_t classes = fine_limit / granule + 8;
  /// A bare run with a few tables fits the first; 10,000 runs that sleep are 10,000 of these.
  static constexpr std::size_t first_chunk = 10 * 1024 - 64;
  static constexpr std::size_t largest_chunk = 256 * 1024;

  struct Free {
    Free* next;
  };
  struct Chunk {
    Chunk* next;
    std::size_t size;
  };
  struct alignas(granule) Big {
    Big* previous;
    Big* next;
  };

  static constexpr std::size_t class_of(std::size_t size) noexcept {
    if (size <= fine_limit) return (size - 1) / granule;
    if (size <= 1024) return 32 + (size - 513) / 128;
    return 36 + (size - 1025) / 256;
  }
  static constexpr std::size_t size_of(std::size_t index) noexcept {
    if (index < 32) return (index + 1) * granule;
    if (index < 36) return fine_limit + (index - 31) * 128;
    return 1024 + (index - 35) * 256;
  }

  class Spare;
  struct Image;
  static Spare& spare() noexcept;
  static Image& image() noexcept;

  void* take(std::size_t size) noexcept;
  void* take_small(std::size_t size) noexcept;
  void* take_big(std::size_t size) noexcept;
  void give(void* block, std::size_t size) noexcept;
  void* resize(void* block, std::size_t old_size, std::size_t new_size) noexcept;
  bool new_chunk(std::size_t at_least) noexcept;
  void* split_larger(std::size_t index) noexcept;
  [[nodiscard]] bool may_take(std::size_t bytes) const noexcept;
  void link(Big* big) noexcept;
  void keep_free(void* block, std::size_t index) noexcept;
  void keep_rest(std::byte* begin, std::size_t size) noexcept;
  void note(std::size_t bytes) noexcept;

  Budget& budget_;
  std::byte* at_ = nullptr;
  std::byte* end_ = nullptr;
  Chunk* chunks_ = nullptr;
  Big* bigs_ = nullptr;
  std::size_t next_chunk_ = first_chunk;
  std::size_t held_ = 0;
  std::size_t traffic_ = 0;
  void (*alarm_)(void*) = nullptr;
  void* alarm_user_ = nullptr;
  std::array<Free*, classes> free_{};
};

}  // namespace otklik::scenario
