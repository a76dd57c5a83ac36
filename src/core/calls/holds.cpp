// Holds: by flash, where the server keeps a party for an open line, and by the phone itself.
#include "core/calls/retrace.hpp"
#include "core/calls/work.hpp"

namespace otklik::core::calls {

/// The party of `holder` waits; `holder` is open.
void Work::hold(Leg& holder, bool by_phone, bool swapped) {
  Leg* const party = partner(holder);
  if (party == nullptr || !holder.holds.is_nil()) return impossible();
  part(state_.commutations.at(holder.commutation), Cause::redirected);
  step(*party, LegStep::is_held);
  party->held_by = holder.id;
  holder.holds = party->id;
  holder.holds_by_phone = by_phone;
  holder.held_since = turn_.at;
  let_hear(*party, telephony::Sound::music);
  touch(holder);
  tell(HoldBegan{.chain = party->chain,
                 .holder_leg = holder.id,
                 .held_leg = party->id,
                 .holder = holder.party,
                 .held = party->party,
                 .by_phone = by_phone,
                 .swapped = swapped});
  trace(party->chain,
        {.kind = TraceElement::Kind::hold, .id = party->id, .began = turn_.at, .a = holder.party, .b = party->party});
}

/// The held party is open again; nobody is on hold at `holder` any more.
void Work::take_back(Leg& holder, HoldEnd how) {
  Leg& party = sure(holder.holds);
  step(party, LegStep::is_released);
  party.held_by = {};
  holder.holds = {};
  holder.holds_by_phone = false;
  clear_timer(Timer::leg, holder.id);  // it may have been that of the hold; settle() sets what is due now
  stop_sound(party);
  touch(holder);
  tell(HoldEnded{.chain = party.chain,
                 .holder_leg = holder.id,
                 .held_leg = party.id,
                 .holder = holder.party,
                 .held = party.party,
                 .how = how,
                 .began = holder.held_since});
  retrace(party.chain, TraceElement::Kind::hold, party.id, [&](TraceElement& element) { element.ended = turn_.at; });
}

/// `holder`, open, talks with whom it held.
void Work::return_to_held(Leg& holder, HoldEnd how) {
  Leg& party = sure(holder.holds);
  take_back(holder, how);
  join(party, holder, {}, {});
}

/// The two change places.
void Work::swap(Leg& holder) {
  Leg& back = sure(holder.holds);
  take_back(holder, HoldEnd::swapped);
  hold(holder, false, true);
  join(back, holder, {}, {});
}

/// Whom it held has gone.
void Work::after_held_left(Leg& holder) {
  if (holder.state != LegState::open || !holder.call_out.is_nil()) return;
  // A phone that held by itself has a call without another end on its display: only its end takes it away.
  if (holder.phone_holds) return lose(holder, Cause::hung_up, true);
  let_hear(holder, telephony::Sound::busy);
}

}  // namespace otklik::core::calls
