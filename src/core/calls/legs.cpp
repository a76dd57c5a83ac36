// How legs and chains come, move and go.
#include <algorithm>

#include "core/calls/work.hpp"

namespace otklik::core::calls {

Leg* Work::leg(const Uuid& id) {
  const auto found = state_.legs.find(id);
  return found == state_.legs.end() || found->second.state == LegState::gone ? nullptr : &found->second;
}

Leg* Work::partner(const Leg& leg) {
  if (leg.commutation.is_nil()) return nullptr;
  const auto& talk = state_.commutations.at(leg.commutation);
  return this->leg(talk.a == leg.id ? talk.b : talk.a);
}

telephony::Shown Work::shown(const Party& party) const {
  return {.number = party.number.empty() ? party.line_number : party.number, .name = party.name};
}

void Work::touch_line(const Uuid& line) {
  if (!line.is_nil()) lines_.insert(line);
}

void Work::touch(const Leg& leg) {
  legs_.insert(leg.id);
  touch_chain(leg.chain);
  touch_line(leg.party.line);
}

/// Legs of lines, and autocalls that keep a line for its user; he is told of as long as there is one.
void Work::count_user(const Uuid& user, bool more) {
  if (user.is_nil()) return;
  users_.insert(user);
  if (more) {
    ++state_.users[user];
    return;
  }
  const auto found = state_.users.find(user);
  if (found == state_.users.end()) return impossible();
  if (--found->second == 0) state_.users.erase(found);
  freed_ = true;
}

Chain& Work::begin_chain(ChainOrigin origin, const Party& caller, std::string dialled) {
  const Uuid id = new_id();
  auto& made = state_.chains[id];
  made.id = id;
  made.origin = origin;
  made.state = *next(ChainState::none, ChainStep::begins);
  made.began = turn_.at;
  made.caller = caller;
  made.dialled = std::move(dialled);
  ++state_.figures.chains_begun;
  touch_chain(id);
  set_timer(Timer::chain, id, state_.options.longest_chain);
  if (!state_.deadlines.of({Timer::watch, {}})) set_timer(Timer::watch, {}, state_.options.watch);
  tell(ChainBegan{.chain = id, .origin = origin, .caller = caller, .dialled = made.dialled});
  return made;
}

Leg& Work::begin_leg(const Uuid& id, const Uuid& chain_id, Party party, bool placed) {
  auto& made = state_.legs[id];
  made = {};
  made.id = id;
  made.chain = chain_id;
  made.placed = placed;
  made.party = std::move(party);
  made.began = turn_.at;
  step(made, placed ? LegStep::is_placed : LegStep::is_offered);
  chain(chain_id).legs.push_back(id);
  ++state_.figures.legs_begun;
  if (!made.party.line.is_nil()) {
    auto& line = state_.lines[made.party.line];
    line.party = made.party;
    line.legs.push_back(id);
    count_user(made.party.user, true);
  }
  if (!made.party.trunk.is_nil()) ++state_.trunks[made.party.trunk].legs;
  tell(LegBegan{.leg = id, .chain = chain_id, .placed = placed, .party = made.party});
  return made;
}

bool Work::step(Leg& leg, LegStep step) {
  const auto to = next(leg.state, step);
  if (!to) {
    impossible();
    return false;
  }
  leg.state = *to;
  leg.since = turn_.at;
  clear_timer(Timer::leg, leg.id);  // settle() sets what the new state wants
  touch(leg);
  return true;
}

void Work::answer(Leg& leg) {
  if (leg.state != LegState::offered) return;
  order(telephony::AnswerLeg{leg.id});
  step(leg, LegStep::answers);
  leg.answered = true;
  tell(LegAnswered{.leg = leg.id, .chain = leg.chain, .party = leg.party});
}

void Work::move(Leg& leg, const Uuid& to) {
  if (leg.chain == to) return;
  auto& old = chain(leg.chain);
  std::erase(old.legs, leg.id);
  if (old.legs.empty()) {
    old.cause = Cause::transferred;
    old.into = to;
  }
  touch_chain(leg.chain);
  tell(LegMoved{.leg = leg.id, .chain = to, .from = leg.chain});
  leg.chain = to;
  chain(to).legs.push_back(leg.id);
  touch(leg);
}

void Work::let_hear(Leg& leg, telephony::Sound sound) {
  leg.hears = true;
  order(telephony::PlaySound{.leg = leg.id, .sound = sound});
}

void Work::stop_sound(Leg& leg) {
  if (!leg.hears) return;
  leg.hears = false;
  order(telephony::StopSound{leg.id});
}

/// Takes it out of everything: nothing refers to it afterwards but a call that rings it.
void Work::drop(Leg& leg, Cause cause, bool by_us) {
  if (leg.state == LegState::gone) return;
  const LegState was = leg.state;
  if (!by_us) {  // its phone has gone: there is nobody left to order anything
    leg.hears = false;
    leg.refer = false;
  }
  if (Call* its = call(leg.call_out)) stop_early(*its);
  if (Call* its = call(leg.call_in)) stop_early(*its);
  if (!leg.commutation.is_nil()) part(state_.commutations.at(leg.commutation), cause);
  if (!leg.held_by.is_nil()) take_back(sure(leg.held_by), HoldEnd::left);
  if (!leg.holds.is_nil()) take_back(leg, HoldEnd::broken);
  if (leg.refer) order(telephony::FinishTransfer{.leg = leg.id, .failed = std::nullopt});
  leg.refer = false;
  if (by_us) order(telephony::EndLeg{.leg = leg.id, .cause = cause});
  if (was == LegState::ringing) ring_stopped(leg, false, cause);
  step(leg, LegStep::ends);
  clear_timer(Timer::media, leg.id);

  auto& its = chain(leg.chain);
  std::erase(its.legs, leg.id);
  if (its.legs.empty()) its.cause = cause;
  if (!leg.party.line.is_nil()) {
    std::erase(state_.lines[leg.party.line].legs, leg.id);
    count_user(leg.party.user, false);
    freed_ = true;
  }
  if (!leg.party.trunk.is_nil()) {
    auto& trunk = state_.trunks[leg.party.trunk];
    if (trunk.legs > 0) --trunk.legs;
    if (leg.placed && state_.outside > 0) --state_.outside;
    if (const auto owner = state_.lines.find(leg.owner_line); leg.placed && owner != state_.lines.end()) {
      if (owner->second.outside_now > 0) --owner->second.outside_now;
    }
  }
  ++state_.figures.legs_ended;
  tell(core::LegEnded{.leg = leg.id,
                      .chain = leg.chain,
                      .party = leg.party,
                      .cause = cause,
                      .began = leg.began,
                      .answered = leg.answered});
  if (Call* made = call(leg.call_out)) cancel(*made, Cause::abandoned);
}

/// It is gone, and what that means for everybody who had to do with it.
void Work::lose(Leg& gone, Cause cause, bool by_us) {
  if (gone.state == LegState::gone) return;
  Leg* const talked_to = partner(gone);
  Leg* const held = leg(gone.holds);
  Leg* const holder = leg(gone.held_by);
  Call* const made = call(gone.call_out);
  Call* const rang = call(gone.call_in);
  const bool joins_others = cause == Cause::hung_up || cause == Cause::commanded;

  if (held != nullptr && talked_to != nullptr && joins_others) return transfer_attended(gone, cause, by_us);
  if (held != nullptr && made != nullptr && joins_others && made->purpose == Purpose::connect) {
    return hand_over_call(gone, *made, cause, by_us);
  }
  drop(gone, cause, by_us);
  if (rang != nullptr) ring_ended(*rang, gone.id, cause);
  if (made != nullptr) cancel(*made, Cause::abandoned);
  if (held != nullptr) lose(*held, cause, true);
  if (holder != nullptr) after_held_left(*holder);
  if (talked_to != nullptr && talked_to->state != LegState::gone) {
    // Whoever holds somebody else keeps his line for him; for the rest the call is over.
    if (talked_to->holds.is_nil()) {
      lose(*talked_to, cause, true);
    } else {
      let_hear(*talked_to, telephony::Sound::busy);
    }
  }
}

/// The call that was made for this leg has come to nothing.
void Work::nobody_there(Leg& leg, Cause cause) {
  if (leg.state == LegState::offered) return lose(leg, cause, true);
  if (!leg.holds.is_nil() || !leg.party.line.is_nil()) {
    return let_hear(leg, cause == Cause::congestion || cause == Cause::no_route ? telephony::Sound::congestion
                                                                                : telephony::Sound::busy);
  }
  lose(leg, cause, true);
}

/// Ends all that a chain is made of, whatever it is in.
void Work::end_chain_now(Chain& ended, Cause cause) {
  const Uuid id = ended.id;
  for (auto& [autocall_id, autocall] : state_.autocalls) {
    if (autocall.chain == id && autocall.state != AutocallState::over)
      end_autocall(autocall, AutocallStep::fails, cause);
  }
  for (auto& [call_id, call] : state_.calls) {
    if (call.chain == id && !is_over(call)) cancel(call, cause);
  }
  while (!ended.legs.empty()) {
    Leg& last = sure(ended.legs.back());
    Leg* const held = leg(last.holds);
    Leg* const holder = leg(last.held_by);
    Call* const made = call(last.call_out);
    drop(last, cause, true);
    if (made != nullptr) cancel(*made, cause);
    if (held != nullptr) lose(*held, cause, true);
    if (holder != nullptr && holder->chain != id) after_held_left(*holder);
  }
}

}  // namespace otklik::core::calls
