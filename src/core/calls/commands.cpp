// What people ask, and why it cannot be done now.
#include <algorithm>

#include "core/calls/work.hpp"

namespace otklik::core::calls {

using commands::Accepted;
using commands::FlashMode;
using commands::Outcome;
using commands::Refusal;

namespace {

std::unexpected<Refusal> no(Refusal why) { return std::unexpected(why); }

/// Of several legs of a phone, the one that it is about.
int importance(const Leg& leg) {
  switch (leg.state) {
    case LegState::talking:
      return 6;
    case LegState::open:
      return !leg.call_out.is_nil() ? 5 : leg.phone_holds ? 1 : 4;
    case LegState::offered:
      return 3;
    case LegState::held:
      return 2;
    default:
      return 0;
  }
}

}  // namespace

/// The leg that the line acts with: its phone is off the hook on it. Null: none.
Leg* Work::acting_leg(const Uuid& line) {
  const auto now = state_.lines.find(line);
  if (now == state_.lines.end()) return nullptr;
  Leg* best = nullptr;
  for (const auto& id : now->second.legs) {
    Leg& one = sure(id);
    if (importance(one) > (best == nullptr ? 0 : importance(*best))) best = &one;
  }
  return best;
}

std::vector<Uuid> Work::ringing_legs(const Uuid& line) {
  std::vector<Uuid> out;
  const auto now = state_.lines.find(line);
  if (now == state_.lines.end()) return out;
  for (const auto& id : now->second.legs) {
    const auto state = sure(id).state;
    if (state == LegState::ringing || state == LegState::placed) out.push_back(id);
  }
  return out;
}

std::optional<Refusal> Work::check_route(const Route& route) {
  if (std::holds_alternative<ServiceRoute>(route)) return Refusal::unknown_number;
  const auto* none = std::get_if<NoRoute>(&route);
  if (none == nullptr) return std::nullopt;
  switch (none->cause) {
    case Cause::not_permitted:
      return Refusal::not_permitted;
    case Cause::limit:
      return Refusal::limit;
    default:
      return Refusal::unknown_number;
  }
}

Outcome Work::operator()(const commands::Autocall& command) { return start_autocall(command); }

Outcome Work::operator()(const commands::SwitchCall& command) {
  if (!turn_.around.line(command.line)) return no(Refusal::unknown_line);
  Leg* const own = acting_leg(command.line);
  if (own != nullptr && own->state == LegState::talking) return transfer_blind(*own, command.number, command.where);
  return start_autocall(
      {.line = command.line, .number = command.number, .where = command.where, .sequence = command.sequence});
}

Outcome Work::operator()(const commands::TransferCall& command) {
  if (!turn_.around.line(command.line)) return no(Refusal::unknown_line);
  Leg* const own = acting_leg(command.line);
  if (own == nullptr) return no(Refusal::no_call);
  if (command.number.empty()) {
    if (own->holds.is_nil()) return no(Refusal::nobody_held);
    if (partner(*own) == nullptr) return no(Refusal::not_talking);
    const Uuid kept = sure(own->holds).chain;
    transfer_attended(*own, Cause::transferred, true);
    return Accepted{kept};
  }
  return transfer_blind(*own, command.number, commands::Where::by_plan);
}

Outcome Work::operator()(const commands::StopAutocall& command) {
  if (!turn_.around.line(command.line)) return no(Refusal::unknown_line);
  const Autocall* const running = autocall_of(command.line);
  if (running == nullptr) return no(Refusal::no_autocall);
  const Uuid chain_id = running->chain;
  for (auto& [id, one] : state_.calls) {
    if (one.autocall != running->id || is_over(one)) continue;
    Leg* const own = leg(one.for_leg);
    cancel(one, Cause::abandoned);
    if (own != nullptr) stop_sound(*own);
    return Accepted{chain_id};
  }
  end_autocall(state_.autocalls.at(running->id), AutocallStep::fails, Cause::commanded);
  return Accepted{chain_id};
}

/// Ends a party without what its hanging up would bring: nobody it holds is joined with anybody.
void Work::dismiss(Leg& party) {
  Leg* const held = leg(party.holds);
  drop(party, Cause::commanded, true);
  if (held != nullptr) lose(*held, Cause::hung_up, true);
}

Outcome Work::operator()(const commands::Flash& command) {
  if (!turn_.around.line(command.line)) return no(Refusal::unknown_line);
  Leg* const own = acting_leg(command.line);
  if (own == nullptr) return no(Refusal::no_call);
  if (own->state != LegState::talking && own->state != LegState::open) return no(Refusal::not_talking);
  if (own->holds_by_phone) return no(Refusal::held_by_phone);
  Leg* const party = partner(*own);
  Call* const dialled = call(own->call_out);
  const bool holds = !own->holds.is_nil();
  const auto stop_dialling = [&] {
    if (dialled != nullptr) cancel(*dialled, Cause::abandoned);
    stop_sound(*own);
  };
  switch (command.mode) {
    case FlashMode::switch_over:
      if (party != nullptr && !holds) {
        hold(*own, false);
      } else if (party != nullptr) {
        swap(*own);
      } else if (holds) {
        stop_dialling();
        return_to_held(*own, HoldEnd::returned);
      } else {
        return no(dialled != nullptr ? Refusal::not_talking : Refusal::nobody_held);
      }
      return Accepted{own->chain};
    case FlashMode::abort:
      if (!holds) return no(Refusal::nobody_held);
      if (party != nullptr) dismiss(*party);
      stop_dialling();
      return_to_held(*own, HoldEnd::returned);
      return Accepted{own->chain};
    case FlashMode::next:
      if (!holds) return no(Refusal::nobody_held);
      if (party == nullptr && dialled == nullptr) return no(Refusal::not_talking);
      if (party != nullptr) dismiss(*party);
      stop_dialling();
      return Accepted{own->chain};
  }
  return no(Refusal::bad_parameter);
}

Outcome Work::operator()(const commands::DeclineCall& command) {
  if (!turn_.around.line(command.line)) return no(Refusal::unknown_line);
  Uuid declined;
  for (const auto& id : ringing_legs(command.line)) {
    Leg* const one = leg(id);  // the end of one may have ended the next
    if (one == nullptr) continue;
    declined = one->chain;
    lose(*one, Cause::declined, true);
  }
  if (autocall_of(command.line) != nullptr) return (*this)(commands::StopAutocall{command.line});
  if (declined.is_nil()) return no(Refusal::nothing_rings);
  return Accepted{declined};
}

Outcome Work::operator()(const commands::AnswerCall& command) {
  if (!turn_.around.line(command.line)) return no(Refusal::unknown_line);
  const auto ringing = ringing_legs(command.line);
  if (ringing.empty()) return no(Refusal::nothing_rings);
  for (const auto& id : ringing) {
    const Leg& one = sure(id);
    if (!one.can_be_asked) continue;
    order(telephony::AskToAnswer{id});
    return Accepted{one.chain};
  }
  return no(Refusal::answer_not_supported);
}

Outcome Work::operator()(const commands::AbortCall& command) {
  if (!turn_.around.line(command.line)) return no(Refusal::unknown_line);
  Leg* const own = acting_leg(command.line);
  if (own == nullptr) {
    if (autocall_of(command.line) != nullptr) return (*this)(commands::StopAutocall{command.line});
    return no(Refusal::no_call);
  }
  const Uuid chain_id = own->chain;
  lose(*own, Cause::commanded, true);
  return Accepted{chain_id};
}

Outcome Work::operator()(const commands::PickUp& command) {
  const auto card = turn_.around.line(command.line);
  if (!card) return no(Refusal::unknown_line);
  if (state_.stopping) return no(Refusal::stopping);
  Call* const taken = ringing_at(command.number, *card);
  if (taken == nullptr) return no(Refusal::nothing_rings);
  const Uuid chain_id = taken->chain;
  for (const auto& id : ringing_legs(command.line)) {
    Leg& one = sure(id);
    if (one.call_in != taken->id) continue;
    if (!one.can_be_asked) return no(Refusal::line_busy);  // it rings here already: he need only lift
    order(telephony::AskToAnswer{id});
    return Accepted{chain_id};
  }
  if (Leg* const own = acting_leg(command.line)) {
    if (own->state != LegState::open || !own->call_out.is_nil() || own->phone_holds) return no(Refusal::line_busy);
    stop_sound(*own);
    pick_up(*own, *taken);
    return Accepted{chain_id};
  }
  const auto now = state_.lines.find(command.line);
  if (now == state_.lines.end() || !now->second.registered) return no(Refusal::not_reachable);
  if (!now->second.legs.empty() || autocall_of(command.line) != nullptr) return no(Refusal::line_busy);
  ring_line(*taken, *card, true, card->answers_by_command);
  set_timer(Timer::call, taken->id, state_.options.callback_ring_limit);
  return Accepted{chain_id};
}

Outcome Work::operator()(const commands::SetCustomField& command) {
  if (!turn_.around.line(command.line)) return no(Refusal::unknown_line);
  if (command.text.size() > state_.options.longest_custom_field) return no(Refusal::bad_parameter);
  const Leg* own = acting_leg(command.line);
  if (own == nullptr) {
    const auto ringing = ringing_legs(command.line);
    if (ringing.empty()) return no(Refusal::no_call);
    own = &sure(ringing.front());
  }
  chain(own->chain).custom_field = command.text;
  touch_chain(own->chain);
  return Accepted{own->chain};
}

Outcome Work::operator()(const commands::EndChain& command) {
  const auto found = state_.chains.find(command.chain);
  if (found == state_.chains.end() || found->second.state == ChainState::ended) return no(Refusal::unknown_chain);
  end_chain_now(found->second, Cause::commanded);
  return Accepted{command.chain};
}

}  // namespace otklik::core::calls
