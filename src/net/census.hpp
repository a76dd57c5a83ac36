#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "base/address.hpp"

namespace otklik::net {

/// Connections of one listener: the acceptor counts, any thread reads.
struct ListenerCounts {
  std::atomic<std::uint64_t> accepted = 0, refused = 0;
  std::atomic<std::size_t> open = 0;
};

/// Counts open connections, in all and for each caller. Any thread.
class Census {
 public:
  enum class Verdict : std::uint8_t { admitted, full, caller_has_too_many };

  /// A connection's place: given up when destroyed.
  class Place {
   public:
    Place() = default;
    Place(Place&& other) noexcept
        : census_(std::exchange(other.census_, nullptr)),
          caller_(other.caller_),
          counted_(other.counted_),
          listener_(std::move(other.listener_)) {}
    Place& operator=(Place&& other) noexcept {
      if (this != &other) {
        leave();
        census_ = std::exchange(other.census_, nullptr);
        caller_ = other.caller_;
        counted_ = other.counted_;
        listener_ = std::move(other.listener_);
      }
      return *this;
    }
    ~Place() { leave(); }
    /// Counts as open there until it is left.
    void count_at(std::shared_ptr<ListenerCounts> listener) noexcept {
      listener->open.fetch_add(1, std::memory_order_relaxed);
      listener_ = std::move(listener);
    }
    void leave() noexcept {
      if (const auto listener = std::move(listener_)) listener->open.fetch_sub(1, std::memory_order_relaxed);
      if (census_ != nullptr) std::exchange(census_, nullptr)->leave(caller_, counted_);
    }

   private:
    friend class Census;
    Census* census_ = nullptr;
    Address caller_;
    bool counted_ = false;
    std::shared_ptr<ListenerCounts> listener_;
  };

  Census(std::size_t most, std::size_t most_of_a_caller) : most_(most), most_of_a_caller_(most_of_a_caller) {}

  /// Other limits from now on. Who is in stays, even past them.
  void limit(std::size_t most, std::size_t most_of_a_caller);

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
