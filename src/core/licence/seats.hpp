#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/uuid.hpp"
#include "core/licence/terms.hpp"

namespace otklik::core {

/// No seat: so many are allowed, so many are taken. More may be taken than allowed, after the limit has sunk.
struct SeatRefusal {
  Licensed what = Licensed::users;
  std::uint32_t allowed = 0;
  std::uint32_t used = 0;

  bool operator==(const SeatRefusal&) const = default;
};

/// Of one kind, now.
struct SeatUsage {
  Limit allowed;                  ///< nothing: without limit
  std::uint32_t used = 0;         ///< seats taken
  std::uint32_t turned_away = 0;  ///< who asked a little while ago, was refused, and has no seat yet
  std::uint64_t refusals = 0;     ///< since the start, every time counted

  /// Nothing: without limit.
  [[nodiscard]] Limit left() const noexcept {
    if (!allowed) return std::nullopt;
    return used >= *allowed ? 0 : *allowed - used;
  }
  bool operator==(const SeatUsage&) const = default;
};

/// Who holds a seat of one kind. A holder (a user, a line) has one seat, however often he takes it: a user who is here
/// through a page, a token and a scenario is one user at work.
///
/// A seat is *held* until each hold of it is released, and *kept warm* until a moment that is given with each request
/// of him. A new holder gets one while fewer are taken than allowed. A limit that sinks takes nobody's seat: who has
/// one goes on, and nobody new gets one until enough have gone.
///
/// Pure: the same calls in the same order give the same answers. `now` is any time that does not go back.
class Seats {
 public:
  using Moment = std::chrono::milliseconds;

  explicit Seats(Licensed what) : what_(what) {}

  /// Takes the seat until released; once for each release(). Refusals are remembered until `remember_refusal`.
  std::expected<void, SeatRefusal> hold(const Uuid& holder, Moment now, Moment remember_refusal);
  /// Gives back one hold(). False: he holds none; then nothing changes.
  bool release(const Uuid& holder, Moment now);

  /// Keeps the seat until `until` at least; `until` may lie before `now`, which only asks whether there is one.
  std::expected<void, SeatRefusal> keep_warm(const Uuid& holder, Moment until, Moment now, Moment remember_refusal);

  /// From now on so many; what is taken stays.
  void set_limit(Limit limit, Moment now);

  [[nodiscard]] SeatUsage usage(Moment now);

  /// Appends a sentence for every invariant that does not hold. Walks everything.
  void check(std::vector<std::string>& violations) const;

 private:
  struct Seat {
    std::uint32_t holds = 0;
    Moment warm_until{0};
  };

  void let_go_what_is_over(Moment now);
  [[nodiscard]] bool is_over(const Seat& seat, Moment now) const noexcept {
    return seat.holds == 0 && seat.warm_until <= now;
  }
  /// His seat, a new one where he may have one, or null.
  Seat* seat_for(const Uuid& holder, Moment now);
  std::unexpected<SeatRefusal> refuse(const Uuid& holder, Moment now, Moment remember_refusal);
  void note_gone() noexcept;

  Licensed what_;
  Limit limit_;
  std::unordered_map<Uuid, Seat> taken_;
  std::unordered_map<Uuid, Moment> turned_away_;  ///< and until when that is remembered
  /// No seat and no memory of a refusal is over before it: so a full house is not walked for each who knocks.
  Moment next_over_ = Moment::max();
  /// How many may be taken although the limit has sunk below it: never rises but with the limit.
  std::uint32_t ceiling_ = UINT32_MAX;
  std::uint64_t refusals_ = 0;
};

}  // namespace otklik::core
