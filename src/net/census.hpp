#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "base/address.hpp"

namespace otklik::net {

/// Counts open connections, in all and for each caller. Any thread.
class Census {
 public:
  enum class Verdict : std::uint8_t { admitted, full, caller_has_too_many };

  /// A connection's place: given up when destroyed.
  class Place {
   public:
    Place() = default;
    Place(Place&& other) noexcept
        : census_(std::exchange(other.census_, nullptr)), caller_(other.caller_), counted_(other.counted_) {}
    Place& operator=(Place&& other) noexcept {
      if (this != &other) {
        leave();
        census_ = std::exchange(other.census_, nullptr);
        caller_ = other.caller_;
        counted_ = other.counted_;
      }
      return *this;
    }
    ~Place() { leave(); }
    void leave() noexcept {
      if (census_ != nullptr) std::exchange(census_, nullptr)->leave(caller_, counted_);
    }

   private:
    friend class Census;
    Census* census_ = nullptr;
    Address caller_;
    bool counted_ = false;
  };

  Census(std::size_t most, std::size_t most_of_a_caller) : most_(most), most_of_a_caller_(most_of_a_caller) {}

  /// `exempt`: only the sum counts (the loopback, a trusted proxy). IPv6 callers count by their /64.
  std::pair<Verdict, Place> enter(const Address& caller, bool exempt);

  [[nodiscard]] std::size_t open() const noexcept { return open_.load(std::memory_order_relaxed); }

 private:
  void leave(const Address& caller, bool counted) noexcept;

  std::atomic<std::size_t> open_ = 0;
  std::mutex mutex_;  ///< of what follows
  std::size_t most_;
  std::size_t most_of_a_caller_;
  std::unordered_map<Address, std::size_t> callers_;  ///< by subnet_key(); as many as connections at most
};

}  // namespace otklik::net
  /// Other limits from now on. Who is in stays, even past them.
  void limit(std::size_t most, std::size_t most_of_a_caller);

