#include "access/known_wrong.hpp"

#include <algorithm>

namespace otklik::access {

KnownWrong::KnownWrong(std::size_t capacity)
    : sets_(std::max<std::size_t>(capacity / ways, 1)), entries_(sets_ * ways) {}

void KnownWrong::add(const SipDigest& sent, std::uint64_t epoch) {
  const std::lock_guard lock(mutex_);
  Wrong* first = &entries_[sent.high % sets_ * ways];
  Wrong* place = std::find_if(first, first + ways, [&](const Wrong& w) { return w.epoch != epoch || w.sent == sent; });
  if (place == first + ways) place = first + next_way_++ % ways;
  *place = {sent, epoch};
}

bool KnownWrong::has(const SipDigest& sent, std::uint64_t epoch) const {
  const std::lock_guard lock(mutex_);
  const Wrong* first = &entries_[sent.high % sets_ * ways];
  return std::any_of(first, first + ways, [&](const Wrong& w) { return w.epoch == epoch && w.sent == sent; });
}

}  // namespace otklik::access
