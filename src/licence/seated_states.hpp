#pragma once
#include <mutex>
#include <unordered_map>
#include <vector>

#include "core/ports/company.hpp"
#include "core/ports/licensing.hpp"

namespace otklik::licence {

/// Stands before the desk of users' states: who enters the call centre holds an operator's seat until he leaves it;
/// without one that part of the request is passed over as `licence`, and the others are done.
class SeatedStates final : public core::UserStateDesk {
 public:
  /// Both must outlive it and every request.
  SeatedStates(core::UserStateDesk& desk, core::Licensing& licensing) : desk_(desk), licensing_(licensing) {}

  void request(Asked asked, Done done) override;

  /// Seats for those who are in the call centre already, after a start; gives those for whom none is left.
  std::vector<Uuid> seat(const core::StatesView& states);
  /// Gives back the seats of those who are not in the call centre (any more): removed users.
  void look(const core::StatesView& states);

 private:
  bool take(const Uuid& user);
  void settle(const Uuid& user, bool on_callcenter);

  core::UserStateDesk& desk_;
  core::Licensing& licensing_;
  std::mutex mutex_;
  std::unordered_map<Uuid, core::HeldSeat> seats_;
};

}  // namespace otklik::licence
