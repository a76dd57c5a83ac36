#pragma once
#include <optional>
#include <unordered_map>

#include "base/uuid.hpp"
#include "sip/facts.hpp"

namespace otklik::pbx {

/// Which trunks work, by their registrations and by OPTIONS. One of which nothing was heard counts as working.
class Trunks {
 public:
  /// What a fact changes: true, it works from now on; false, no more; nothing: it is as it was.
  std::optional<bool> registered(const sip::TrunkRegistered& fact);
  std::optional<bool> failed(const sip::TrunkFailed& fact);
  std::optional<bool> reachable(const sip::TrunkReachable& fact);
  /// It is gone from the plan, or begins anew.
  void forget(const Uuid& trunk) { trunks_.erase(trunk); }

  [[nodiscard]] std::size_t down() const noexcept;

 private:
  struct State {
    bool registration_failed = false;
    bool unreachable = false;
    [[nodiscard]] bool works() const noexcept { return !registration_failed && !unreachable; }
  };
  std::optional<bool> changed(const Uuid& trunk, bool State::* what, bool to);

  std::unordered_map<Uuid, State> trunks_;
};

}  // namespace otklik::pbx
