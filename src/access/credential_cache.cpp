#include "access/credential_cache.hpp"

#include <algorithm>

namespace otklik::access {

CredentialCache::CredentialCache(const CacheOptions& options)
    : options_(options),
      sets_(std::max<std::size_t>(options.capacity / ways, 1)),
      entries_(sets_ * ways),
      locks_(std::make_unique<Lock[]>(locks)) {}

void CredentialCache::use(const CacheOptions& options, Moment now) {
  options_.publish(options);
  for (std::size_t set = 0; set < sets_; ++set) {
    const std::lock_guard lock(locks_[set % locks].mutex);
    for (std::size_t way = 0; way < ways; ++way) {
      Entry& entry = entries_[set * ways + way];
      entry.ends = std::min(entry.ends, now + options.total);
    }
  }
}

std::shared_ptr<const core::Identity> CredentialCache::find(const SipDigest& key, Moment now) noexcept {
  const std::size_t set = set_of(key);
  const std::lock_guard lock(locks_[set % locks].mutex);
  for (Entry *entry = &entries_[set * ways], *end = entry + ways; entry != end; ++entry) {
    if (!(entry->key == key) || !entry->identity) continue;
    if (now >= entry->ends || now - entry->used >= options_->idle) {
      entry->identity.reset();
      return nullptr;
    }
    entry->used = now;
    return entry->identity;
  }
  return nullptr;
}

void CredentialCache::put(Entry fresh, const std::function<bool()>& still) {
  const std::size_t set = set_of(fresh.key);
  std::shared_ptr<const core::Identity> replaced;  // goes after the lock
  const std::lock_guard lock(locks_[set % locks].mutex);
  if (!still()) return;
  const auto first = entries_.begin() + static_cast<std::ptrdiff_t>(set * ways);
  auto place = std::find_if(first, first + ways, [&](const Entry& e) { return e.identity && e.key == fresh.key; });
  if (place == first + ways) {
    place = std::min_element(first, first + ways, [](const Entry& a, const Entry& b) {
      return (a.identity ? a.used : Moment::min()) < (b.identity ? b.used : Moment::min());
    });
  }
  replaced = std::move(place->identity);
  *place = std::move(fresh);
}

void CredentialCache::drop_if(const std::function<bool(const Entry&)>& outdated) {
  for (std::size_t set = 0; set < sets_; ++set) {
    const std::lock_guard lock(locks_[set % locks].mutex);
    for (std::size_t way = 0; way < ways; ++way) {
      Entry& entry = entries_[set * ways + way];
      if (entry.identity && outdated(entry)) entry.identity.reset();
    }
  }
}

void CredentialCache::collect_used(const std::function<void(const core::Identity&, Moment)>& each) {
  std::vector<std::pair<std::shared_ptr<const core::Identity>, Moment>> used;
  for (std::size_t set = 0; set < sets_; ++set) {
    const std::lock_guard lock(locks_[set % locks].mutex);
    for (std::size_t way = 0; way < ways; ++way) {
      Entry& entry = entries_[set * ways + way];
      if (!entry.identity || entry.identity->token.is_nil() || entry.used <= entry.reported) continue;
      entry.reported = entry.used;
      used.emplace_back(entry.identity, entry.used);
    }
  }
  for (const auto& [identity, when] : used) each(*identity, when);
}

}  // namespace otklik::access
