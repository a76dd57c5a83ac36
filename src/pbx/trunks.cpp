#include "pbx/trunks.hpp"

#include <algorithm>

namespace otklik::pbx {

std::optional<bool> Trunks::changed(const Uuid& trunk, bool State::* what, bool to) {
  auto& state = trunks_[trunk];
  const bool before = state.works();
  state.*what = to;
  if (state.works() == before) return std::nullopt;
  return state.works();
}

std::optional<bool> Trunks::registered(const sip::TrunkRegistered& fact) {
  return changed(fact.trunk, &State::registration_failed, false);
}

std::optional<bool> Trunks::failed(const sip::TrunkFailed& fact) {
  return changed(fact.trunk, &State::registration_failed, true);
}

std::optional<bool> Trunks::reachable(const sip::TrunkReachable& fact) {
  return changed(fact.trunk, &State::unreachable, !fact.reachable);
}

std::size_t Trunks::down() const noexcept {
  return static_cast<std::size_t>(
      std::ranges::count_if(trunks_, [](const auto& entry) { return !entry.second.works(); }));
}

}  // namespace otklik::pbx
