#include "core/licence/seats.hpp"

#include <algorithm>

namespace otklik::core {

/// Who was turned away is remembered for this many at most: a list of strangers must not fill the memory.
constexpr std::size_t most_turned_away = 10'000;

void Seats::note_gone() noexcept {
  const auto used = static_cast<std::uint32_t>(taken_.size());
  if (limit_) ceiling_ = std::max(*limit_, std::min(ceiling_, used));
}

void Seats::let_go_what_is_over(Moment now) {
  if (now < next_over_) return;
  next_over_ = Moment::max();
  std::erase_if(taken_, [&](const auto& entry) {
    if (is_over(entry.second, now)) return true;
    if (entry.second.holds == 0) next_over_ = std::min(next_over_, entry.second.warm_until);
    return false;
  });
  std::erase_if(turned_away_, [&](const auto& entry) {
    if (entry.second <= now) return true;
    next_over_ = std::min(next_over_, entry.second);
    return false;
  });
  note_gone();
}

Seats::Seat* Seats::seat_for(const Uuid& holder, Moment now) {
  let_go_what_is_over(now);
  if (const auto found = taken_.find(holder); found != taken_.end()) return &found->second;
  if (limit_ && taken_.size() >= *limit_) return nullptr;
  turned_away_.erase(holder);
  return &taken_[holder];
}

std::unexpected<SeatRefusal> Seats::refuse(const Uuid& holder, Moment now, Moment remember_refusal) {
  ++refusals_;
  if (remember_refusal > now && (turned_away_.size() < most_turned_away || turned_away_.contains(holder))) {
    turned_away_[holder] = remember_refusal;
    next_over_ = std::min(next_over_, remember_refusal);
  }
  return std::unexpected(SeatRefusal{what_, *limit_, static_cast<std::uint32_t>(taken_.size())});
}

std::expected<void, SeatRefusal> Seats::hold(const Uuid& holder, Moment now, Moment remember_refusal) {
  Seat* seat = seat_for(holder, now);
  if (seat == nullptr) return refuse(holder, now, remember_refusal);
  ++seat->holds;
  return {};
}

bool Seats::release(const Uuid& holder, Moment now) {
  const auto found = taken_.find(holder);
  if (found == taken_.end() || found->second.holds == 0) return false;
  if (--found->second.holds == 0) {
    if (is_over(found->second, now)) {
      taken_.erase(found);
      note_gone();
    } else {
      next_over_ = std::min(next_over_, found->second.warm_until);
    }
  }
  return true;
}

std::expected<void, SeatRefusal> Seats::keep_warm(const Uuid& holder, Moment until, Moment now,
                                                  Moment remember_refusal) {
  Seat* seat = seat_for(holder, now);
  if (seat == nullptr) return refuse(holder, now, remember_refusal);
  seat->warm_until = std::max(seat->warm_until, until);
  if (is_over(*seat, now)) {
    taken_.erase(holder);
    note_gone();
  } else if (seat->holds == 0) {
    next_over_ = std::min(next_over_, seat->warm_until);
  }
  return {};
}

void Seats::set_limit(Limit limit, Moment now) {
  let_go_what_is_over(now);
  limit_ = limit;
  if (!limit) turned_away_.clear();  // nobody is in want of a seat
  ceiling_ = limit ? std::max(*limit, static_cast<std::uint32_t>(taken_.size())) : UINT32_MAX;
}

SeatUsage Seats::usage(Moment now) {
  let_go_what_is_over(now);
  return {.allowed = limit_,
          .used = static_cast<std::uint32_t>(taken_.size()),
          .turned_away = static_cast<std::uint32_t>(turned_away_.size()),
          .refusals = refusals_};
}

void Seats::check(std::vector<std::string>& violations) const {
  const auto wrong = [&](std::string_view what) {
    violations.push_back("seats of " + std::string(name(what_)) + ": " + std::string(what));
  };
  if (taken_.size() > ceiling_) wrong("more are taken than were allowed or taken when the limit sank");
  if (limit_ && ceiling_ < *limit_) wrong("fewer may be taken than are allowed");
  for (const auto& [holder, seat] : taken_) {
    if (seat.holds == 0 && seat.warm_until < next_over_) wrong("a seat would be over before anybody looks");
    if (turned_away_.contains(holder)) wrong("a holder counts as turned away");
  }
  for (const auto& [holder, until] : turned_away_) {
    if (until < next_over_) wrong("a refusal would be remembered for too long");
  }
  if (turned_away_.size() > most_turned_away) wrong("too many refusals are remembered");
}

}  // namespace otklik::core
