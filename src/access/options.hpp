#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace otklik::access {

/// What one password check costs. Stored verifiers keep the cost they were made with.
struct Argon2Cost {
  std::uint32_t memory_kib = 19 * 1024;  ///< OWASP's least for t = 2, p = 1
  std::uint32_t passes = 2;
  std::uint32_t lanes = 1;  ///< not a setting: a check is one thread's work, and more of them cost the same

  bool operator==(const Argon2Cost&) const = default;
};

/// Failures are counted in buckets that leak: a failure fills one in, and one is forgotten every so often. Past `free`
/// failures answers come later and later; at `burst` the caller is refused until the bucket has room again.
struct GuessLimits {
  int pair_free = 3;  ///< one login from one address
  int pair_burst = 10;
  std::chrono::milliseconds pair_forget{30'000};
  int address_free = 20;  ///< one address (IPv6: one /64), whatever logins it tries
  int address_burst = 60;
  std::chrono::milliseconds address_forget{5'000};
  int login_free = 20;  ///< one login from everywhere: only slows, so that no stranger locks a user out
  std::chrono::milliseconds login_forget{10'000};
  std::chrono::milliseconds slow_step{250};  ///< the first delay; it doubles with every failure more
  std::chrono::milliseconds slow_most{4'000};
  std::size_t tracked = 1 << 16;       ///< buckets of each kind (24 bytes each); the emptiest make room
  std::size_t most_trusted = 1 << 14;  ///< (login, address) pairs remembered as good
  std::chrono::hours trusted_for{30 *
                                 24};  ///< since the pair's last success: neither its address nor its login stops it

  bool operator==(const GuessLimits&) const = default;
};

struct CacheOptions {
  std::size_t capacity = 1 << 14;  ///< verified header values (64 bytes each); the longest unused make room
  std::chrono::seconds idle{600};
  std::chrono::seconds total{3600};  ///< then the password is checked again

  bool operator==(const CacheOptions&) const = default;
};

struct DoorkeeperOptions {
  CacheOptions cache;
  GuessLimits guessing;
  bool allow_empty_passwords = false;   ///< and only for users who may have one
  int hash_threads = 2;                 ///< passwords checked at once; each takes Argon2Cost::memory_kib
  std::size_t most_queued_known = 256;  ///< waiting checks of callers who succeeded before; they go first
  std::size_t most_queued_strangers = 64;
  std::size_t most_waiting = 4096;         ///< requests that wait for a check or a slowed answer
  std::size_t longest_header = 2048;       ///< bytes of an Authorization value
  std::size_t most_known_wrong = 1 << 12;  ///< wrong header values remembered, so that a repeated one costs no hash
  std::chrono::seconds summary_every{60};  ///< uncounted refusals are summed, tokens' last uses written
  int refusals_told_burst = 100;           ///< LoginRefused facts told singly; more are summed
  std::chrono::milliseconds refusals_told_each{500};

  bool operator==(const DoorkeeperOptions&) const = default;
};

}  // namespace otklik::access
