#pragma once
#include <atomic>
#include <concepts>
#include <list>
#include <mutex>
#include <utility>

namespace otklik {

/// Options that may change while they are used: anybody publishes, any thread reads, and a read is one load.
///
/// A value stays where it is until the Live itself goes, so a reference taken from it is good for as long and needs no
/// count. That costs one value for each that was ever in force, and one that was in force before is found again; so
/// this is for the settings of an administrator, who changes them by hand, and not for state (base/snapshot.hpp).
///
/// Two reads may see two values. Who needs several fields that belong together takes one reference and keeps it.
template <std::equality_comparable T>
class Live {
 public:
  explicit Live(T first) { publish(std::move(first)); }
  Live(const Live&) = delete;
  Live& operator=(const Live&) = delete;

  [[nodiscard]] const T& operator*() const noexcept { return *now_.load(std::memory_order_acquire); }
  [[nodiscard]] const T* operator->() const noexcept { return now_.load(std::memory_order_acquire); }

  void publish(T next) {
    const std::lock_guard lock(mutex_);
    for (const T& before : values_) {
      if (before == next) return now_.store(&before, std::memory_order_release);
    }
    now_.store(&values_.emplace_back(std::move(next)), std::memory_order_release);
  }

 private:
  std::atomic<const T*> now_{nullptr};
  std::mutex mutex_;     // of publishers
  std::list<T> values_;  // every value that was in force, each once
};

}  // namespace otklik
