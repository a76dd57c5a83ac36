// What becomes of those a call rings.
#include <algorithm>

#include "core/calls/retrace.hpp"
#include "core/calls/work.hpp"

namespace otklik::core::calls {

void Work::rings(Leg& rung) {
  if (rung.state != LegState::placed) return;  // 180 again, or after 183
  step(rung, LegStep::rings);
  Call* const its = call(rung.call_in);
  if (its == nullptr) return impossible();
  for (auto& ring : its->rings) {
    if (ring.leg == rung.id) ring.rang = turn_.at;
  }
  tell(RingStarted{.call = its->id,
                   .chain = its->chain,
                   .leg = rung.id,
                   .party = rung.party,
                   .caller = its->caller,
                   .number = its->number,
                   .callback = its->purpose == Purpose::line_first || its->purpose == Purpose::call_back});
  if (Leg* caller = leg(its->for_leg);
      caller != nullptr && caller->state == LegState::offered && !caller->told_ringing) {
    caller->told_ringing = true;
    order(telephony::RingLeg{caller->id});
  }
}

void Work::ring_stopped(const Leg& rung, bool answered, Cause cause) {
  const auto found = state_.calls.find(rung.call_in);
  if (found == state_.calls.end()) return impossible();
  const Call& its = found->second;
  Time began = rung.since;
  bool picks_up = false;
  for (const auto& ring : its.rings) {
    if (ring.leg != rung.id) continue;
    began = ring.rang;
    picks_up = ring.picks_up;
  }
  tell(RingStopped{.call = its.id,
                   .chain = its.chain,
                   .leg = rung.id,
                   .party = rung.party,
                   .caller = its.caller,
                   .answered = answered,
                   .cause = cause,
                   .began = began});
  const bool missed = !answered && !picks_up && !its.ignores_state && rung.party.is_user() &&
                      (cause == Cause::abandoned || cause == Cause::no_answer || cause == Cause::queue_timeout);
  if (!missed) return;
  const auto* inside = std::get_if<InsideRoute>(&its.route);
  tell(UserMissedCall{.user = rung.party.user,
                      .login = rung.party.login,
                      .line = rung.party.line,
                      .call = its.id,
                      .chain = its.chain,
                      .caller = its.caller,
                      .number = its.number,
                      .rule = inside != nullptr ? inside->rule : Uuid{},
                      .began = began});
}

void Work::take_ring(Call& call, const Uuid& rung) {
  std::erase_if(call.rings, [&](const Ring& ring) { return ring.leg == rung; });
}

/// All that ring for it but one.
void Work::end_rings(Call& call, Cause cause, const Uuid& but) {
  while (true) {
    const auto next = std::ranges::find_if(call.rings, [&](const Ring& ring) { return ring.leg != but; });
    if (next == call.rings.end()) return;
    Leg& rung = sure(next->leg);
    drop(rung, cause, true);
    take_ring(call, rung.id);
  }
}

void Work::stop_early(Call& call) {
  if (call.early.is_nil()) return;
  order(telephony::Part{call.early});
  call.early = {};
}

/// A leg that rang for it is gone, unanswered.
void Work::ring_ended(Call& call, const Uuid& rung, Cause cause) {
  const bool picked = std::ranges::any_of(call.rings, [&](const Ring& r) { return r.leg == rung && r.picks_up; });
  if (const auto found = state_.legs.find(rung); found != state_.legs.end()) {
    const auto& party = found->second.party;
    call.left_alone[party.is_user() ? party.user : party.line] = now_ + state_.options.queue_retry;
  }
  take_ring(call, rung);
  stop_early(call);
  // A colleague who wanted to take it and did not lift: nobody has been asked whether he is there.
  if (!picked || call.cause == Cause::hung_up) note_cause(call, cause == Cause::hung_up ? Cause::declined : cause);
  if (call.rings.empty()) go_on(call, cause);
}

/// Nobody rings for it any more.
void Work::go_on(Call& call, Cause cause) {
  clear_timer(Timer::call, call.id);
  if (!step(call, CallStep::goes_on)) return;
  if (call.state == CallState::waiting) {
    call.rung_users.clear();
    freed_ = true;  // perhaps somebody else is free by now
    // By then whoever did not take it is no longer left alone.
    set_timer(Timer::queue_retry, call.id, state_.options.queue_retry);
    return;
  }
  if (std::holds_alternative<OutsideWays>(call.route) && !may_try_another_way(cause)) return fail(call, cause);
  if (Leg* caller = leg(call.for_leg); caller != nullptr && caller->state == LegState::open && !caller->hears) {
    let_hear(*caller, telephony::Sound::ringback);
  }
  seek(call);
}

/// Those who ring have had their time.
void Work::ring_time_over(Call& call) {
  if (call.rings.empty()) return;
  for (const auto& ring : call.rings) {
    call.left_alone[ring.user.is_nil() ? sure(ring.leg).party.line : ring.user] = now_ + state_.options.queue_retry;
  }
  end_rings(call, Cause::no_answer, {});
  stop_early(call);
  note_cause(call, Cause::no_answer);
  go_on(call, Cause::no_answer);
}

/// Who comes to it at last: by lifting a phone that rang, or by picking it up.
void Work::is_answered(Call& call, Leg& winner) {
  const bool picks_up =
      std::ranges::any_of(call.rings, [&](const Ring& r) { return r.leg == winner.id && r.picks_up; }) ||
      winner.call_in != call.id;
  take_ring(call, winner.id);
  end_rings(call, picks_up ? Cause::picked_up : Cause::answered_elsewhere, {});
  stop_early(call);
  const Uuid for_leg = call.for_leg;
  finish_call(call, CallStep::is_answered, Cause::hung_up, winner.party);
  const auto found = state_.autocalls.find(call.autocall);
  Autocall* const autocall =
      found == state_.autocalls.end() || found->second.state == AutocallState::over ? nullptr : &found->second;
  switch (call.purpose) {
    case Purpose::party_first:
      if (autocall == nullptr) return lose(winner, Cause::commanded, true);
      return party_answered(*autocall, winner);
    case Purpose::line_first:
      if (autocall == nullptr) return lose(winner, Cause::commanded, true);
      return line_answered(*autocall, winner);
    case Purpose::connect:
    case Purpose::call_back:
    case Purpose::recall:
      break;
  }
  if (autocall != nullptr) end_autocall(*autocall, AutocallStep::connects, Cause::hung_up);
  Leg* const caller = leg(for_leg);
  if (caller == nullptr) return lose(winner, Cause::abandoned, true);
  const auto* inside = std::get_if<InsideRoute>(&call.route);
  join(*caller, winner, call.number, inside != nullptr ? inside->number_id : Uuid{}, call.began);
}

/// Takes it off everybody; its rings must be gone.
void Work::finish_call(Call& call, CallStep how, Cause cause, const Party& party) {
  const bool answered = how == CallStep::is_answered;
  if (call.state == CallState::waiting || call.state == CallState::served) leave_queue(call, answered, cause);
  if (!step(call, how)) return;
  for (const auto kind : {Timer::call, Timer::queue, Timer::queue_retry}) clear_timer(kind, call.id);
  if (Leg* caller = leg(call.for_leg)) {
    caller->call_out = {};
    touch(*caller);
    if (answered) stop_sound(*caller);
  }
  tell(CallEnded{
      .call = call.id, .chain = call.chain, .answered = answered, .party = party, .cause = cause, .began = call.began});
  retrace(call.chain, TraceElement::Kind::call, call.id, [&](TraceElement& element) {
    element.ended = turn_.at;
    element.cause = cause;
    element.b = party;
    if (answered) element.answered = turn_.at;
  });
}

/// Takes it back: those who ring stop, and whoever waited for it is told nothing.
void Work::cancel(Call& call, Cause cause) {
  if (is_over(call)) return;
  end_rings(call, cause, {});
  stop_early(call);
  finish_call(call, CallStep::fails, cause, {});
  const auto autocall = state_.autocalls.find(call.autocall);
  if (autocall != state_.autocalls.end() && autocall->second.state != AutocallState::over) {
    end_autocall(autocall->second, AutocallStep::fails, cause);
  }
}

/// It has come to nothing, and whoever waited for it learns why.
void Work::fail(Call& call, Cause cause) {
  cancel(call, cause);
  Leg* const caller = leg(call.for_leg);
  if (caller == nullptr) return;
  if (call.purpose == Purpose::connect && !call.recall_line.is_nil() && !state_.stopping) {
    const auto card = turn_.around.line(call.recall_line);
    if (card) {
      begin_call({.chain = caller->chain,
                  .purpose = Purpose::recall,
                  .for_leg = caller->id,
                  .caller = caller->party,
                  .number = card->party.number,
                  .route = InsideRoute{.digits = card->party.number,
                                       .targets = {{.user = {}, .lines = {card->party.line}}},
                                       .ring_time = state_.options.callback_ring_limit}});
      return;
    }
  }
  if (call.purpose == Purpose::connect) return nobody_there(*caller, cause);
  lose(*caller, cause, true);
}

/// Somebody else waits for it from now on; his chain becomes its own.
void Work::retarget(Call& call, Leg& to) {
  stop_early(call);
  if (Leg* before = leg(call.for_leg)) before->call_out = {};
  call.for_leg = to.id;
  to.call_out = call.id;
  const Uuid from = call.chain;
  if (from != to.chain) {
    auto& elements = chain(from).trace;
    const auto found = std::ranges::find_if(
        elements, [&](const auto& one) { return one->kind == TraceElement::Kind::call && one->id == call.id; });
    if (found != elements.end()) {
      const auto element = *found;
      elements.erase(found);
      trace(to.chain, *element);
    }
    call.chain = to.chain;
    for (const auto& ring : call.rings) move(sure(ring.leg), to.chain);
    touch_chain(from);
  }
  call.caller = to.party;
  call.shown = shown(to.party);
  const bool in_line = call.state == CallState::waiting || call.state == CallState::served;
  let_hear(to, in_line ? telephony::Sound::music : telephony::Sound::ringback);
  calls_.insert(call.id);
  touch(to);
}

}  // namespace otklik::core::calls
