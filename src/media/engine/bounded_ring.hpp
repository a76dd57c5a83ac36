#pragma once
#include <atomic>
#include <bit>
#include <cstddef>
#include <memory>
#include <utility>

namespace otklik::media {

/// A queue of fixed room between threads, any number of them on either side, without locks: each cell carries a number
/// that says whose turn it is (D. Vyukov's scheme). Values that were taken out leave a moved-from value behind.
template <class T>
class BoundedRing {
 public:
  /// `room` is rounded up to a power of two.
  explicit BoundedRing(std::size_t room) : mask_(std::bit_ceil(room) - 1), cells_(std::make_unique<Cell[]>(mask_ + 1)) {
    for (std::size_t i = 0; i <= mask_; ++i) cells_[i].turn.store(i, std::memory_order_relaxed);
  }

  /// False when it is full: `value` is untouched.
  [[nodiscard]] bool try_push(T&& value) noexcept {
    std::size_t at = head_.load(std::memory_order_relaxed);
    while (true) {
      Cell& cell = cells_[at & mask_];
      const std::size_t turn = cell.turn.load(std::memory_order_acquire);
      const auto off = static_cast<std::ptrdiff_t>(turn - at);
      if (off == 0) {
        if (!head_.compare_exchange_weak(at, at + 1, std::memory_order_relaxed)) continue;
        cell.value = std::move(value);
        cell.turn.store(at + 1, std::memory_order_release);
        return true;
      }
      if (off < 0) return false;
      at = head_.load(std::memory_order_relaxed);
    }
  }

  /// False when nothing is there.
  [[nodiscard]] bool try_pop(T& value) noexcept {
    std::size_t at = tail_.load(std::memory_order_relaxed);
    while (true) {
      Cell& cell = cells_[at & mask_];
      const std::size_t turn = cell.turn.load(std::memory_order_acquire);
      const auto off = static_cast<std::ptrdiff_t>(turn - (at + 1));
      if (off == 0) {
        if (!tail_.compare_exchange_weak(at, at + 1, std::memory_order_relaxed)) continue;
        value = std::move(cell.value);
        cell.turn.store(at + mask_ + 1, std::memory_order_release);
        return true;
      }
      if (off < 0) return false;
      at = tail_.load(std::memory_order_relaxed);
    }
  }

  /// About how many lie here.
  [[nodiscard]] std::size_t size() const noexcept {
    const std::size_t head = head_.load(std::memory_order_relaxed);
    const std::size_t tail = tail_.load(std::memory_order_relaxed);
    return head > tail ? head - tail : 0;
  }
  [[nodiscard]] std::size_t room() const noexcept { return mask_ + 1; }

 private:
  struct Cell {
    std::atomic<std::size_t> turn{0};
    T value{};
  };
  const std::size_t mask_;
  const std::unique_ptr<Cell[]> cells_;
  alignas(64) std::atomic<std::size_t> head_{0};
  alignas(64) std::atomic<std::size_t> tail_{0};
};

}  // namespace otklik::media
