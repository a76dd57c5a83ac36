#pragma once
#include <memory>
#include <mutex>
#include <utility>

namespace otklik {

/// Holds the newest immutable value: one thread publishes, any thread takes. Takers never wait for a turn of the
/// publisher, only for the copy of a pointer.
///
/// `std::atomic<std::shared_ptr>` would say the same, but libstdc++ 12's fails ThreadSanitizer.
template <class T>
class SnapshotHolder {
 public:
  explicit SnapshotHolder(std::shared_ptr<const T> first = std::make_shared<const T>()) : value_(std::move(first)) {}

  [[nodiscard]] std::shared_ptr<const T> take() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }

  void publish(std::shared_ptr<const T> next) {
    {
      const std::lock_guard lock(mutex_);
      value_.swap(next);
    }
    // the old value, if this was its last owner, is destroyed here and not under the lock
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const T> value_;
};

}  // namespace otklik
