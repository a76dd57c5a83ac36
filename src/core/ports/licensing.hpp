#pragma once
#include <expected>
#include <memory>
#include <utility>

#include "base/uuid.hpp"
#include "core/licence/seats.hpp"
#include "core/licence/standing.hpp"

namespace otklik::core {

class Licensing;

/// A seat that is held as long as this lives. Moves, and is given back once.
class HeldSeat {
 public:
  HeldSeat() = default;
  HeldSeat(Licensing& of, Licensed what, const Uuid& holder) : of_(&of), what_(what), holder_(holder) {}
  HeldSeat(HeldSeat&& other) noexcept
      : of_(std::exchange(other.of_, nullptr)), what_(other.what_), holder_(other.holder_) {}
  HeldSeat& operator=(HeldSeat&& other) noexcept;
  HeldSeat(const HeldSeat&) = delete;
  HeldSeat& operator=(const HeldSeat&) = delete;
  ~HeldSeat();

 private:
  Licensing* of_ = nullptr;
  Licensed what_ = Licensed::users;
  Uuid holder_;
};

/// What the licence allows, and who uses it. Whoever lets somebody in, into the call centre or onto a line asks here
/// first, and is told no when the limit is reached. Any thread; never waits for a file.
class Licensing {
 public:
  virtual ~Licensing() = default;

  /// Which licence holds now, and why.
  [[nodiscard]] virtual std::shared_ptr<const Standing> standing() const = 0;
  [[nodiscard]] virtual OfEachLicensed<SeatUsage> usage() const = 0;

  /// A request of a user who has no session: he holds a seat of Licensed::users for a while after it (the setting
  /// `licence.seat_time`).
  virtual std::expected<void, SeatRefusal> note_request(const Uuid& user) = 0;

  /// For what has an end of its own: a session, an operator in the call centre, a line, a run. Taken again by the same
  /// holder it is the same seat, until all of them have gone. The Licensing must outlive it.
  virtual std::expected<HeldSeat, SeatRefusal> take(Licensed what, const Uuid& holder) = 0;

 protected:
  friend class HeldSeat;
  virtual void give_back(Licensed what, const Uuid& holder) noexcept = 0;
};

inline HeldSeat::~HeldSeat() {
  if (of_ != nullptr) of_->give_back(what_, holder_);
}

inline HeldSeat& HeldSeat::operator=(HeldSeat&& other) noexcept {
  HeldSeat gone(std::move(*this));
  of_ = std::exchange(other.of_, nullptr);
  what_ = other.what_;
  holder_ = other.holder_;
  return *this;
}

}  // namespace otklik::core
