#pragma once
#include <cstdint>

namespace otklik::media {

/// Follows the sequence numbers and times of what one source sends: RFC 3550 A.1, A.3 and A.8. Under any clock.
class Reception {
 public:
  enum class Verdict : std::uint8_t {
    fresh,      ///< newer than all before, or an older one that had been missing
    duplicate,  ///< this number came already
    restarted,  ///< another source, or the same one began anew: nothing that was known of its numbers holds
    stray,      ///< far from all others; taken as a new beginning if the next one follows it
  };

  /// A packet came at `arrival_us` (any clock, microseconds). `clock_rate` of its time stamps, Hz; 0: they say
  /// nothing of when it was sent (all packets of an event bear the time of its beginning).
  Verdict take(std::uint32_t ssrc, std::uint16_t sequence, std::uint32_t timestamp, std::uint32_t clock_rate,
               std::int64_t arrival_us) noexcept;

  [[nodiscard]] std::uint32_t ssrc() const noexcept { return ssrc_; }
  [[nodiscard]] bool has_begun() const noexcept { return begun_; }
  [[nodiscard]] std::uint32_t highest() const noexcept { return cycles_ + highest_; }  ///< extended sequence number
  [[nodiscard]] std::int64_t lost() const noexcept;  ///< of all sources so far; RFC 3550 6.4.1
  [[nodiscard]] std::uint64_t duplicates() const noexcept { return duplicates_; }
  [[nodiscard]] std::uint32_t jitter_units() const noexcept { return jitter_q4_ >> 4; }  ///< of the time stamp's clock
  [[nodiscard]] std::int64_t jitter_us() const noexcept;

  /// Of what was expected since the last call, how much did not come: 256 is all.
  std::uint8_t fraction_lost() noexcept;

 private:
  void begin(std::uint32_t ssrc, std::uint16_t sequence) noexcept;
  [[nodiscard]] std::uint32_t expected() const noexcept { return begun_ ? highest() - base_ + 1 : 0; }
  void note_jitter(std::uint32_t timestamp, std::uint32_t clock_rate, std::int64_t arrival_us) noexcept;

  bool begun_ = false;
  std::uint32_t ssrc_ = 0;
  std::uint16_t highest_ = 0;
  std::uint32_t cycles_ = 0;
  std::uint32_t base_ = 0;
  std::uint32_t bad_sequence_ = 1U << 17;
  std::uint64_t window_ = 0;  ///< bit n: highest - n has come
  std::uint64_t received_ = 0;
  std::uint64_t duplicates_ = 0;
  std::int64_t lost_before_ = 0;  ///< of sources that were before
  std::uint64_t expected_prior_ = 0;
  std::uint64_t received_prior_ = 0;

  bool has_transit_ = false;
  std::uint32_t transit_ = 0;
  std::uint32_t jitter_q4_ = 0;
  std::uint32_t clock_rate_ = 8000;
};

}  // namespace otklik::media
