// Taking what rings at a colleague's.
#include <algorithm>

#include "core/calls/work.hpp"

namespace otklik::core::calls {

/// The oldest that rings at the number (of an internal number, or of a user or line that rings); an empty number: in a
/// group of his own, or in his department. Null: none.
Call* Work::ringing_at(const std::string& number, const LineCard& card) {
  Call* oldest = nullptr;
  for (auto& [id, one] : state_.calls) {
    if (is_over(one) || (one.purpose != Purpose::connect && one.purpose != Purpose::recall)) continue;
    const Leg* caller = leg(one.for_leg);
    if (caller == nullptr || caller->party.line == card.party.line) continue;
    const auto* route = std::get_if<InsideRoute>(&one.route);
    if (route == nullptr) continue;
    const bool rings = std::ranges::any_of(one.rings, [&](const Ring& ring) {
      const Leg& rung = sure(ring.leg);
      if (ring.picks_up) return false;
      if (number.empty()) {
        return !card.party.department.empty() && rung.party.department == card.party.department;
      }
      return rung.party.number == number || rung.party.line_number == number;
    });
    const bool called =
        !one.rings.empty() &&
        (number.empty()
             ? std::ranges::any_of(route->targets,
                                   [&](const RouteTarget& target) {
                                     return (!target.user.is_nil() && target.user == card.party.user) ||
                                            std::ranges::find(target.lines, card.party.line) != target.lines.end();
                                   })
             : one.number == number || route->digits == number);
    if (!rings && !called) continue;
    if (oldest == nullptr || one.began < oldest->began) oldest = &one;
  }
  return oldest;
}

/// `newcomer`, offered or open, becomes the one who answered.
void Work::pick_up(Leg& newcomer, Call& taken) {
  if (Leg* caller = leg(taken.for_leg); caller == nullptr || caller == &newcomer) {
    return nobody_there(newcomer, Cause::abandoned);
  }
  answer(newcomer);
  is_answered(taken, newcomer);
}

}  // namespace otklik::core::calls
