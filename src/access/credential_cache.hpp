#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "access/options.hpp"
#include "access/sip_hash.hpp"
#include "base/live.hpp"
#include "core/identity.hpp"

namespace otklik::access {

/// Who was verified a little while ago, by a keyed hash of what he sent: what he sent is not in here. Fixed memory:
/// sets of eight, where the longest unused makes room. Any thread; a reader waits only for another reader of the same
/// few sets.
class CredentialCache {
 public:
  using Moment = std::chrono::nanoseconds;

  struct Entry {
    SipDigest key;
    std::shared_ptr<const core::Identity> identity;  ///< null: free
    std::uint64_t proof = 0;                         ///< of what it was verified against
    Moment ends{};                                   ///< whatever happens
    Moment used{};                                   ///< last time
    Moment reported{};                               ///< of a token: the last use that collect_used() told
  };

  explicit CredentialCache(const CacheOptions& options);

  /// Other times from now on: what is kept ends no later than if it had been verified now. The capacity stays.
  void use(const CacheOptions& options, Moment now);

  [[nodiscard]] std::shared_ptr<const core::Identity> find(const SipDigest& key, Moment now) noexcept;

  /// Keeps it, unless `still` says no: asked under the lock that drop_if() takes too.
  void put(Entry entry, const std::function<bool()>& still);

  void drop_if(const std::function<bool(const Entry&)>& outdated);

  /// Tokens used since they were told last: calls `each(token's identity, when)`.
  void collect_used(const std::function<void(const core::Identity&, Moment)>& each);

  [[nodiscard]] Moment total() const noexcept { return options_->total; }

 private:
  static constexpr std::size_t ways = 8;
  static constexpr std::size_t locks = 64;
  struct alignas(64) Lock {
    std::mutex mutex;
  };

  [[nodiscard]] std::size_t set_of(const SipDigest& key) const noexcept { return key.high % sets_; }

  Live<CacheOptions> options_;
  const std::size_t sets_;
  std::vector<Entry> entries_;
  std::unique_ptr<Lock[]> locks_;
};

}  // namespace otklik::access
