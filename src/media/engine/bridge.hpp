#pragma once
#include <array>
#include <cstdint>
#include <span>

#include "media/engine/leg.hpp"

namespace otklik::media {

/// Those who hear each other. Two who hear each other and use one codec are passed through; else each hears the sum of
/// all but himself and those he is deaf to. Belongs to the media thread of its legs.
class Bridge {
 public:
  static constexpr std::size_t most_members = 64;

  /// Its only member hears itself.
  void make_echo() noexcept { echo_ = true; }
  void add(Leg& leg, std::uint64_t deaf_to) noexcept;  ///< bits: numbers of members, in the order of adding
  void remove(Leg& leg) noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return count_; }
  [[nodiscard]] Leg* first() const noexcept { return count_ == 0 ? nullptr : members_[0]; }
  /// Whether what `leg` says is decoded for somebody.
  [[nodiscard]] bool is_decoded(const Leg& leg) const noexcept {
    if (count_ == 1) return echo_ && leg.makes();
    return count_ > 2 || (count_ == 2 && members_[1 - leg.member]->makes());
  }

  /// All members work out anew how they send.
  void refresh() noexcept;
  /// Whose packets go on to `leg` as they are, if their codec fits; nothing: it has to be made.
  [[nodiscard]] Leg* relay_source(const Leg& leg) const noexcept;
  /// Who is told of the digits of `leg`: the only other one, if he hears it.
  [[nodiscard]] Leg* other_of(const Leg& leg) const noexcept;

  [[nodiscard]] int rate() const noexcept { return rate_; }
  /// What `leg` hears in this tick (`tick`: its number), into `out`, rate() / 50 samples.
  void hear(const Leg& leg, std::uint64_t tick, std::int16_t* out) noexcept;

  std::size_t slot = 0;  ///< in the list of the thread

 private:
  void decode_all(std::uint64_t tick) noexcept;

  std::array<Leg*, most_members> members_{};
  std::array<std::uint64_t, most_members> deaf_{};
  std::size_t count_ = 0;
  bool echo_ = false;
  int rate_ = 8000;
  std::uint64_t decoded_tick_ = 0;
  std::array<std::array<std::int16_t, wide_frame>, most_members> frames_;
  std::array<std::int32_t, wide_frame> sum_{};
};

}  // namespace otklik::media
