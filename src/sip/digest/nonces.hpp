#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace otklik::sip::digest {

/// Nonces that need no memory until somebody has proved himself with one: a time and a number, signed. Not for several
/// threads.
class Nonces {
 public:
  enum class Verdict : std::uint8_t {
    good,
    stale,     ///< ours and too old, or used up: ask again with `stale=true`, the password may be right
    replayed,  ///< this count was used before: likewise
    foreign    ///< not made here
  };

  /// `life_ms`: how long a nonce is good, milliseconds.
  explicit Nonces(std::int64_t life_ms);

  /// `now`: milliseconds of one steady clock.
  [[nodiscard]] std::string make(std::int64_t now);
  /// Looks only; changes nothing.
  [[nodiscard]] Verdict check(std::string_view nonce, std::int64_t now) const;
  /// After the credentials were found right: takes the use `nc` of the nonce, which must be new. `nc` 0 (no qop) counts
  /// as a single use. `request` tells one request from another: the same use by the same request is good again, for
  /// over UDP requests are repeated.
  Verdict take(std::string_view nonce, std::uint32_t nc, std::size_t request, std::int64_t now);

 private:
  /// Which counts of a nonce have come, as a window that moves on.
  struct Seen {
    std::uint64_t number = 0;  ///< 0: free
    std::size_t request = 0;   ///< that came with `highest`
    std::uint32_t highest = 0;
    std::uint64_t window = 0;  ///< bit i: highest - i has come
  };
  struct Parts {
    std::int64_t made = 0;
    std::uint64_t number = 0;
  };
  [[nodiscard]] bool read(std::string_view nonce, Parts& parts) const;
  [[nodiscard]] std::string sign(std::int64_t made, std::uint64_t number) const;

  std::int64_t life_;
  std::array<std::uint8_t, 32> key_{};
  std::uint64_t next_ = 1;
  std::vector<Seen> seen_;  ///< by number, modulo its size: a nonce's place is taken by one that is much younger
};

}  // namespace otklik::sip::digest
