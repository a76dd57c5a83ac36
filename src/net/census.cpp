#include "net/census.hpp"

namespace otklik::net {

std::pair<Census::Verdict, Census::Place> Census::enter(const Address& caller, bool exempt) {
  const Address key = caller.subnet_key();
  const std::lock_guard lock(mutex_);
  if (open_.load(std::memory_order_relaxed) >= most_) return {Verdict::full, Place()};
  if (!exempt) {
    auto& count = callers_[key];
    if (count >= most_of_a_caller_) {
      if (count == 0) callers_.erase(key);
      return {Verdict::caller_has_too_many, Place()};
    }
    ++count;
  }
  open_.fetch_add(1, std::memory_order_relaxed);
  Place place;
  place.census_ = this;
  place.caller_ = key;
  place.counted_ = !exempt;
  return {Verdict::admitted, std::move(place)};
}

void Census::limit(std::size_t most, std::size_t most_of_a_caller) {
  const std::lock_guard lock(mutex_);
  most_ = most;
  most_of_a_caller_ = most_of_a_caller;
}

void Census::leave(const Address& caller, bool counted) noexcept {
  open_.fetch_sub(1, std::memory_order_relaxed);
  if (!counted) return;
  const std::lock_guard lock(mutex_);
  const auto found = callers_.find(caller);
  if (found != callers_.end() && --found->second == 0) callers_.erase(found);
}

}  // namespace otklik::net
