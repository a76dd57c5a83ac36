#pragma once
#include <cstddef>
#include <limits>
#include <lua.hpp>
#include <new>
#include <string>
#include <vector>

/// Working memory of C functions, charged to the run: it comes from the allocator of the Lua state.
namespace otklik::scenario {

/// Memory from the state's allocator; collects garbage before it gives up with std::bad_alloc, which guarded() turns
/// into Lua's "not enough memory".
void* take_memory(lua_State* lua, std::size_t bytes);
void return_memory(lua_State* lua, void* memory, std::size_t bytes) noexcept;

template <class T>
class StateAllocator {
 public:
  using value_type = T;

  StateAllocator(lua_State* lua) noexcept : lua_(lua) {}  // NOLINT: as transparent as std::allocator
  template <class U>
  StateAllocator(const StateAllocator<U>& other) noexcept : lua_(other.state()) {}  // NOLINT

  T* allocate(std::size_t n) {
    if (n > std::numeric_limits<std::ptrdiff_t>::max() / sizeof(T)) throw std::bad_alloc();
    return static_cast<T*>(take_memory(lua_, n * sizeof(T)));
  }
  void deallocate(T* memory, std::size_t n) noexcept { return_memory(lua_, memory, n * sizeof(T)); }

  [[nodiscard]] lua_State* state() const noexcept { return lua_; }
  template <class U>
  bool operator==(const StateAllocator<U>& other) const noexcept {
    return lua_ == other.state();
  }

 private:
  lua_State* lua_;
};

using Text = std::basic_string<char, std::char_traits<char>, StateAllocator<char>>;
template <class T>
using List = std::vector<T, StateAllocator<T>>;

/// Counts memory that a library of someone else's takes from the heap against the run while it is held.
class Reservation {
 public:
  /// Throws std::bad_alloc when the run has not that much left.
  Reservation(lua_State* lua, std::size_t bytes);
  ~Reservation();
  Reservation(const Reservation&) = delete;
  Reservation& operator=(const Reservation&) = delete;

 private:
  lua_State* lua_;
  std::size_t bytes_;
};

}  // namespace otklik::scenario
