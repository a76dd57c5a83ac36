#include "scenario/library/memory.hpp"

#include "scenario/budget.hpp"

namespace otklik::scenario {

void* take_memory(lua_State* lua, std::size_t bytes) {
  void* user = nullptr;
  const lua_Alloc allocate = lua_getallocf(lua, &user);
  void* memory = allocate(user, nullptr, 0, bytes);
  if (memory == nullptr) {
    lua_gc(lua, LUA_GCCOLLECT);
    memory = allocate(user, nullptr, 0, bytes);
    if (memory == nullptr) throw std::bad_alloc();
  }
  return memory;
}

void return_memory(lua_State* lua, void* memory, std::size_t bytes) noexcept {
  void* user = nullptr;
  const lua_Alloc allocate = lua_getallocf(lua, &user);
  allocate(user, memory, bytes, 0);
}

Reservation::Reservation(lua_State* lua, std::size_t bytes) : lua_(lua), bytes_(bytes) {
  Budget& budget = budget_of(lua);
  const auto fits = [&] {
    return budget.memory_used <= budget.limits.memory && bytes <= budget.limits.memory - budget.memory_used;
  };
  if (!fits()) {
    lua_gc(lua, LUA_GCCOLLECT);
    if (!fits()) throw std::bad_alloc();
  }
  budget.memory_used += bytes;
}

Reservation::~Reservation() { budget_of(lua_).memory_used -= bytes_; }

}  // namespace otklik::scenario
