#pragma once
#include <algorithm>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <vector>

#include "access/options.hpp"
#include "access/sip_hash.hpp"
#include "base/address.hpp"

namespace otklik::access {

/// Buckets that leak, by key, in fixed memory: sets of eight, where the emptiest makes room, so that a flood of new
/// keys washes out other new keys and not those that have a history. Not for several threads.
class LeakyBuckets {
 public:
  using Moment = std::chrono::nanoseconds;

  LeakyBuckets(std::size_t capacity, Moment forget);

  [[nodiscard]] double level(std::uint64_t key, Moment now) const noexcept;
  /// Negative amounts take out, down to nothing.
  void add(std::uint64_t key, double amount, Moment now) noexcept;
  void clear(std::uint64_t key) noexcept;
  [[nodiscard]] Moment forget() const noexcept { return forget_; }
  void set_forget(Moment forget) noexcept { forget_ = std::max<Moment>(forget, std::chrono::milliseconds(1)); }

 private:
  static constexpr std::size_t ways = 8;
  struct Bucket {
    std::uint64_t key = 0;  // 0: free
    Moment at{};
    double level = 0;
  };
  [[nodiscard]] double level_of(const Bucket& bucket, Moment now) const noexcept;
  [[nodiscard]] std::size_t first_of(std::uint64_t key) const noexcept { return (key >> 8) % sets_ * ways; }

  Moment forget_;
  const std::size_t sets_;
  std::vector<Bucket> buckets_;
};

/// Keys that were good, each with the time of its last success; the oldest makes room. Not for several threads.
class GoodKeys {
 public:
  using Moment = std::chrono::nanoseconds;
  GoodKeys(std::size_t capacity, Moment lasts);
  [[nodiscard]] bool has(std::uint64_t key, Moment now) const noexcept;
  void add(std::uint64_t key, Moment now) noexcept;
  void set_lasts(Moment lasts) noexcept { lasts_ = lasts; }

 private:
  static constexpr std::size_t ways = 8;
  struct Good {
    std::uint64_t key = 0;
    Moment at{};
  };
  Moment lasts_;
  const std::size_t sets_;
  std::vector<Good> keys_;
};

/// Slows and refuses those who guess passwords, without locking out those who know theirs. A check is charged before it
/// is made, so that a thousand at once count as a thousand, and given back when the password was right. A refused
/// caller is not charged: what he is refused for runs out however often he comes. Any thread.
class GuessGuard {
 public:
  using Moment = std::chrono::nanoseconds;

  /// Who tries what, as keyed hashes.
  struct Caller {
    std::uint64_t pair = 0;
    std::uint64_t login = 0;
    std::uint64_t address = 0;
  };
  struct Decision {
    bool refused = false;
    std::chrono::seconds retry_after{0};  ///< of a refused one
    Moment delay{0};                      ///< how much later the answer goes out
    bool known = false;                   ///< succeeded from there before
  };

  explicit GuessGuard(const GuessLimits& limits);

  /// Other limits from now on, for the failures that are counted too. How many are tracked stays.
  void use(const GuessLimits& limits);

  /// `login_key` in lower case, so that spellings of one login count together.
  [[nodiscard]] Caller caller(std::string_view login_key, const Address& address) const;

  /// May this caller's password be checked? Charges him when it may.
  Decision admit(const Caller& caller, Moment now);
  void succeeded(const Caller& caller, Moment now);
  /// The check was not made after all.
  void give_back(const Caller& caller, Moment now);

  /// The same wrong credentials again: counted apart, by what was sent, so that a program with an old password does not
  /// take the place of a person who knows the new one.
  Decision admit_repeat(const SipDigest& sent, const Address& address, Moment now);
  /// A wrong token: nothing was hashed, but nobody tries tokens for ever either.
  Decision admit_token_failure(const Address& address, Moment now);

 private:
  [[nodiscard]] Moment slow(double level, int free) const noexcept;
  /// Refuses in `decision` when one more does not fit.
  static bool is_full(const LeakyBuckets& buckets, std::uint64_t key, int burst, Moment now, Decision& decision);
  Decision admit_alone(LeakyBuckets& buckets, std::uint64_t key, int GuessLimits::* free, int GuessLimits::* burst,
                       Moment now);

  const SipHash hash_;
  std::mutex mutex_;  // of what follows
  GuessLimits limits_;
  LeakyBuckets pairs_;
  LeakyBuckets addresses_;
  LeakyBuckets logins_;
  LeakyBuckets repeats_;
  LeakyBuckets tokens_;
  GoodKeys good_;
};

}  // namespace otklik::access
