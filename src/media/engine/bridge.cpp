#include "media/engine/bridge.hpp"

#include <algorithm>

namespace otklik::media {

void Bridge::add(Leg& leg, std::uint64_t deaf_to) noexcept {
  if (count_ == most_members) return;
  members_[count_] = &leg;
  deaf_[count_] = deaf_to;
  leg.bridge = this;
  leg.member = count_++;
}

void Bridge::remove(Leg& leg) noexcept {
  const std::size_t gone = leg.member;
  --count_;
  // The last one takes the place, and with it the number.
  const std::uint64_t gone_bit = std::uint64_t{1} << gone;
  const std::uint64_t moved_bit = std::uint64_t{1} << count_;
  members_[gone] = members_[count_];
  deaf_[gone] = deaf_[count_];
  members_[gone]->member = gone;
  for (std::size_t i = 0; i < count_; ++i) {
    const bool deaf_to_moved = (deaf_[i] & moved_bit) != 0;
    deaf_[i] &= ~(gone_bit | moved_bit);
    if (deaf_to_moved && gone != count_) deaf_[i] |= gone_bit;
  }
  leg.bridge = nullptr;
  leg.member = 0;
  decoded_tick_ = 0;
}

void Bridge::refresh() noexcept {
  std::size_t wide = 0;
  for (std::size_t i = 0; i < count_; ++i) wide += members_[i]->sends_wide() ? 1 : 0;
  rate_ = wide >= 2 ? 16000 : 8000;  // one wide-band member alone has nobody to hear it so
  for (std::size_t i = 0; i < count_; ++i) members_[i]->refresh();
}

Leg* Bridge::other_of(const Leg& leg) const noexcept {
  if (echo_ && count_ == 1) return members_[0];
  if (count_ != 2) return nullptr;
  const std::size_t other = 1 - leg.member;
  if ((deaf_[other] >> leg.member & 1) != 0) return nullptr;
  return members_[other];
}

Leg* Bridge::relay_source(const Leg& leg) const noexcept {
  if (echo_ && count_ == 1) return members_[0];
  if (count_ != 2) return nullptr;
  const std::size_t other = 1 - leg.member;
  if ((deaf_[leg.member] >> other & 1) != 0) return nullptr;
  return members_[other];
}

void Bridge::decode_all(std::uint64_t tick) noexcept {
  decoded_tick_ = tick;
  const auto length = static_cast<std::size_t>(rate_ / 50);
  std::fill_n(sum_.begin(), length, 0);
  for (std::size_t i = 0; i < count_; ++i) {
    // Of two, one is decoded only for the other, if that one needs it.
    if (count_ == 2 && !members_[1 - i]->makes()) {
      std::fill_n(frames_[i].begin(), length, std::int16_t{0});
      continue;
    }
    members_[i]->decode_frame(rate_, frames_[i].data());
    for (std::size_t s = 0; s < length; ++s) sum_[s] += frames_[i][s];
  }
}

void Bridge::hear(const Leg& leg, std::uint64_t tick, std::int16_t* out) noexcept {
  if (decoded_tick_ != tick) decode_all(tick);
  const auto length = static_cast<std::size_t>(rate_ / 50);
  std::uint64_t without = deaf_[leg.member] | (echo_ ? 0 : std::uint64_t{1} << leg.member);
  std::array<std::int32_t, wide_frame> heard;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled next
  std::copy_n(sum_.begin(), length, heard.begin());
  for (std::size_t i = 0; i < count_ && without != 0; ++i, without >>= 1) {
    if ((without & 1) == 0) continue;
    for (std::size_t s = 0; s < length; ++s) heard[s] -= frames_[i][s];
  }
  for (std::size_t s = 0; s < length; ++s) {
    out[s] = static_cast<std::int16_t>(std::clamp(heard[s], -32768, 32767));
  }
}

}  // namespace otklik::media
