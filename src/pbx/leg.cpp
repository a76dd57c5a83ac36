#include "pbx/leg.hpp"

#include <algorithm>
#include <initializer_list>

namespace otklik::pbx {

namespace telephony = core::telephony;

std::string_view name(LegState state) noexcept {
  switch (state) {
    case LegState::offered:
      return "offered";
    case LegState::early:
      return "early";
    case LegState::placed:
      return "placed";
    case LegState::answered:
      return "answered";
  }
  return "";
}

namespace {

/// A row for each order: the states in which it does something.
struct EffectTable {
  LegState state;

  [[nodiscard]] Effect in(std::initializer_list<LegState> states) const noexcept {
    return std::ranges::find(states, state) == states.end() ? Effect::nothing : Effect::acts;
  }
  Effect operator()(const telephony::PlaceLeg&) const { return Effect::nothing; }  // it is there already
  Effect operator()(const telephony::RingLeg&) const { return in({LegState::offered, LegState::early}); }
  Effect operator()(const telephony::AnswerLeg&) const { return in({LegState::offered, LegState::early}); }
  Effect operator()(const telephony::AskToAnswer&) const { return in({LegState::placed}); }
  Effect operator()(const telephony::PlaySound&) const { return unless_placed(); }
  Effect operator()(const telephony::StopSound&) const { return unless_placed(); }
  Effect operator()(const telephony::SendDigits&) const {
    return in({LegState::early, LegState::placed, LegState::answered});
  }
  Effect operator()(const telephony::EchoLeg&) const { return in({LegState::answered}); }
  Effect operator()(const telephony::AcceptTransfer&) const { return in({LegState::answered}); }
  Effect operator()(const telephony::FinishTransfer&) const { return in({LegState::answered}); }
  Effect operator()(const telephony::RefuseTransfer&) const { return in({LegState::answered}); }
  /// What works in every state: the end of a leg; commutations and recordings, as far as there is audio.
  Effect operator()(const auto&) const { return Effect::acts; }

 private:
  [[nodiscard]] Effect unless_placed() const noexcept {
    return in({LegState::offered, LegState::early, LegState::answered});
  }
};

}  // namespace

Effect effect(const telephony::Order& order, LegState state) noexcept { return std::visit(EffectTable{state}, order); }

}  // namespace otklik::pbx
