// Handing a party over: to a number, to the party on hold, to the party of another leg; and legs that take another's
// place.
#include "core/calls/work.hpp"

namespace otklik::core::calls {

using commands::Accepted;
using commands::Outcome;
using commands::Refusal;

/// The party that `who` talks with goes to the number; `who` is out of it, or returns to whom it held.
Outcome Work::transfer_blind(Leg& who, const std::string& number, commands::Where where) {
  // A phone puts its party on hold before it asks for a transfer; that is the party meant, then.
  Leg* const party = who.holds_by_phone ? leg(who.holds) : partner(who);
  if (party == nullptr) return std::unexpected(Refusal::not_talking);
  const auto to = shown(party->party).number;
  if (number.empty()) return std::unexpected(Refusal::bad_parameter);
  if (number == to) return std::unexpected(Refusal::already_there);
  Route route = turn_.around.route(number, who.party.line, where, to);
  if (const auto refusal = check_route(route)) return std::unexpected(*refusal);

  const Party by = who.party;
  const Uuid chain_id = party->chain;
  if (who.holds_by_phone) {
    take_back(who, HoldEnd::handed_over);
  } else {
    part(state_.commutations.at(who.commutation), Cause::transferred);
  }
  tell(CallTransferred{.chain = chain_id, .by = by, .party = party->party, .number = number, .target = {}});
  trace(chain_id, {.kind = TraceElement::Kind::transfer,
                   .id = party->id,
                   .began = turn_.at,
                   .ended = turn_.at,
                   .a = by,
                   .b = party->party,
                   .number = number});
  if (who.holds.is_nil()) {
    drop(who, Cause::transferred, true);
  } else {
    return_to_held(who, HoldEnd::returned);
  }
  begin_call({.chain = chain_id,
              .purpose = Purpose::connect,
              .for_leg = party->id,
              .caller = party->party,
              .number = number,
              .route = std::move(route),
              .owner_line = by.line,
              .recall_line = by.line});
  return Accepted{chain_id};
}

/// The party on hold and the one talked to are joined; `who` is out of it.
void Work::transfer_attended(Leg& who, Cause cause, bool by_us) {
  Leg& held = sure(who.holds);
  Leg& party = *partner(who);
  const Party by = who.party;
  part(state_.commutations.at(who.commutation), Cause::transferred);
  take_back(who, HoldEnd::handed_over);
  tell(CallTransferred{.chain = held.chain,
                       .by = by,
                       .party = held.party,
                       .number = shown(party.party).number,
                       .target = party.party,
                       .attended = true});
  drop(who, by_us ? Cause::transferred : cause, by_us);
  join(held, party, shown(party.party).number, {});
}

/// Likewise where the other party does not answer yet: whoever is on hold waits for it in his place.
void Work::hand_over_call(Leg& who, Call& call, Cause cause, bool by_us) {
  Leg& held = sure(who.holds);
  const Party by = who.party;
  if (const auto found = state_.autocalls.find(call.autocall);
      found != state_.autocalls.end() && found->second.state != AutocallState::over) {
    end_autocall(found->second, AutocallStep::connects, Cause::transferred);
  }
  call.autocall = {};
  take_back(who, HoldEnd::handed_over);
  tell(CallTransferred{
      .chain = held.chain, .by = by, .party = held.party, .number = call.number, .target = {}, .attended = true});
  retarget(call, held);
  call.recall_line = by.line;
  drop(who, by_us ? Cause::transferred : cause, by_us);
}

/// REFER with Replaces: the party of `who` gets that of `other`, both legs of the same phone or not.
bool Work::transfer_to_party_of(Leg& who, Leg& other) {
  if (who.id == other.id) return false;
  const auto party_of = [this](Leg& one) -> Leg* {
    if (Leg* talked = partner(one)) return talked;
    return leg(one.holds);
  };
  Leg* const mine = party_of(who);
  Leg* const theirs = party_of(other);
  Call* const pending = call(other.call_out);
  if (mine == nullptr || mine == &other || mine->id == other.id) return false;
  if (theirs == nullptr && (pending == nullptr || pending->purpose != Purpose::connect)) return false;
  if (theirs == mine || theirs == &who) return false;

  const Party by = who.party;
  const auto free = [this](Leg& one) {
    if (!one.commutation.is_nil()) part(state_.commutations.at(one.commutation), Cause::transferred);
    if (!one.holds.is_nil()) take_back(one, HoldEnd::handed_over);
  };
  // Whoever waits for one of them besides is no part of this.
  const auto second_held = [&](Leg& one, const Leg* party) {
    return !one.holds.is_nil() && party != nullptr && one.holds != party->id ? leg(one.holds) : nullptr;
  };
  Leg* const left_behind = second_held(who, mine);
  Leg* const left_there = second_held(other, theirs);
  free(who);
  tell(CallTransferred{.chain = mine->chain,
                       .by = by,
                       .party = mine->party,
                       .number = theirs != nullptr ? shown(theirs->party).number : pending->number,
                       .target = theirs != nullptr ? theirs->party : Party{},
                       .attended = true});
  order(telephony::AcceptTransfer{who.id});
  who.refer = true;  // drop() says that it worked
  if (theirs != nullptr) {
    free(other);
    drop(who, Cause::transferred, true);
    drop(other, Cause::transferred, true);
    join(*mine, *theirs, shown(theirs->party).number, {});
  } else {
    free(other);
    retarget(*pending, *mine);
    pending->recall_line = by.line;
    if (const auto found = state_.autocalls.find(pending->autocall);
        found != state_.autocalls.end() && found->second.state != AutocallState::over) {
      end_autocall(found->second, AutocallStep::connects, Cause::transferred);
    }
    pending->autocall = {};
    drop(who, Cause::transferred, true);
    drop(other, Cause::transferred, true);
  }
  if (left_behind != nullptr) lose(*left_behind, Cause::hung_up, true);
  if (left_there != nullptr) lose(*left_there, Cause::hung_up, true);
  return true;
}

/// INVITE with Replaces: `newcomer`, offered, takes the place of `old`.
void Work::replace(Leg& newcomer, Leg& old) {
  if (Call* rung = call(old.call_in); rung != nullptr && !old.answered) {
    if (leg(rung->for_leg) == nullptr) return lose(newcomer, Cause::not_permitted, true);
    return pick_up(newcomer, *rung);
  }
  Leg* const talked = partner(old);
  Leg* const party = talked != nullptr ? talked : leg(old.holds);
  if (party == nullptr) return lose(newcomer, Cause::unknown_number, true);
  Leg* const left_behind = talked != nullptr ? leg(old.holds) : nullptr;
  if (talked != nullptr) part(state_.commutations.at(old.commutation), Cause::replaced);
  if (!old.holds.is_nil()) take_back(old, HoldEnd::handed_over);
  drop(old, Cause::replaced, true);
  if (left_behind != nullptr) lose(*left_behind, Cause::hung_up, true);
  join(*party, newcomer, {}, {});
}

}  // namespace otklik::core::calls
