// Whom a call rings next.
#include <algorithm>

#include "core/calls/retrace.hpp"
#include "core/calls/work.hpp"

namespace otklik::core::calls {
namespace {

constexpr Duration hour = std::chrono::hours(1);

void forget_old(std::deque<Time>& times, Time now) {
  while (!times.empty() && times.front() + hour <= now) times.pop_front();
}

}  // namespace

Call* Work::call(const Uuid& id) {
  const auto found = state_.calls.find(id);
  return found == state_.calls.end() || is_over(found->second) ? nullptr : &found->second;
}

bool Work::step(Call& call, CallStep step) {
  const auto to = next(call.state, step);
  if (!to) {
    impossible();
    return false;
  }
  call.state = *to;
  touch_chain(call.chain);
  calls_.insert(call.id);
  for (const auto& ring : call.rings) touch(sure(ring.leg));
  if (Leg* caller = leg(call.for_leg)) touch(*caller);
  return true;
}

/// The best explanation wins: that somebody is busy says more than that another has no phone.
void Work::note_cause(Call& call, Cause cause) {
  const auto rank = [](Cause one) {
    switch (one) {
      case Cause::declined:
        return 5;
      case Cause::busy:
        return 4;
      case Cause::no_answer:
        return 3;
      case Cause::away:
        return 2;
      case Cause::not_reachable:
        return 1;
      default:
        return 6;
    }
  };
  if (cause == Cause::busy) call.any_busy = true;
  if (call.cause == Cause::hung_up || rank(cause) >= rank(call.cause)) call.cause = cause;
}

Call& Work::begin_call(Wanted wanted) {
  const Uuid id = new_id();
  auto& made = state_.calls[id];
  made.id = id;
  made.chain = wanted.chain;
  made.purpose = wanted.purpose;
  made.for_leg = wanted.for_leg;
  made.caller = std::move(wanted.caller);
  made.shown = shown(made.caller);
  made.number = std::move(wanted.number);
  made.owner_line = wanted.owner_line;
  made.route = std::move(wanted.route);
  made.auto_answer = wanted.auto_answer;
  made.ignores_state = wanted.ignores_state;
  made.autocall = wanted.autocall;
  made.recall_line = wanted.recall_line;
  made.redirected_from = std::move(wanted.redirected_from);
  made.hops = wanted.hops;
  made.cause = Cause::hung_up;
  made.began = turn_.at;
  if (Leg* caller = leg(made.for_leg)) caller->call_out = id;
  step(made, CallStep::begins);
  const auto* inside = std::get_if<InsideRoute>(&made.route);
  tell(CallBegan{.call = id,
                 .chain = made.chain,
                 .caller = made.caller,
                 .number = made.number,
                 .number_id = inside != nullptr ? inside->number_id : Uuid{},
                 .rule = inside != nullptr ? inside->rule : Uuid{},
                 .rule_name = inside != nullptr ? inside->rule_name : std::string{},
                 .redirected_from = made.redirected_from});
  trace(made.chain, {.kind = TraceElement::Kind::call,
                     .id = id,
                     .began = turn_.at,
                     .a = made.caller,
                     .number = made.number,
                     .number_id = inside != nullptr ? inside->number_id : Uuid{},
                     .rule = inside != nullptr ? inside->rule : Uuid{},
                     .rule_name = inside != nullptr ? inside->rule_name : std::string{},
                     .outside = std::holds_alternative<OutsideWays>(made.route)});
  if (made.purpose != Purpose::party_first && made.purpose != Purpose::line_first) {
    if (Leg* caller = leg(made.for_leg); caller != nullptr && caller->state == LegState::open) {
      let_hear(*caller, telephony::Sound::ringback);
    }
  }
  seek(made);
  return made;
}

/// Rings whoever is next; where nobody is left, lets the caller wait in line or ends the call.
void Work::seek(Call& call) {
  if (const auto* inside = std::get_if<InsideRoute>(&call.route)) {
    const InsideRoute route = *inside;  // a redirection changes the call's own
    if (seek_inside(call, route) || is_over(call)) return;
    const bool waits = call.purpose == Purpose::connect && call.any_busy && route.queue_limit > 0 &&
                       call.state == CallState::seeking && leg(call.for_leg) != nullptr;
    if (waits && waiting_at(route.number_id) < route.queue_limit) return wait(call, route);
    return fail(call, waits ? Cause::queue_full : call.cause == Cause::hung_up ? Cause::not_reachable : call.cause);
  }
  if (const auto* outside = std::get_if<OutsideWays>(&call.route)) {
    const OutsideWays route = *outside;
    if (seek_outside(call, route)) return;
    return fail(call, call.cause == Cause::hung_up ? Cause::no_route : call.cause);
  }
  if (const auto* none = std::get_if<NoRoute>(&call.route)) return fail(call, none->cause);
  fail(call, Cause::no_route);  // a service has no phone to ring; IVR, conference and voicemail will take such calls
}

bool Work::seek_inside(Call& call, const InsideRoute& route) {
  const bool alone = route.targets.size() == 1;
  const std::size_t hops = call.hops;  // after a redirection everything is decided there
  if (route.all_at_once) {
    if (call.next_target > 0) return false;
    call.next_target = 1;
    for (const auto& target : route.targets) {
      if (call.rings.size() >= state_.options.most_targets) break;
      ring_target(call, target, alone);
      if (call.hops != hops) return true;
    }
  } else {
    while (call.rings.empty() && call.next_target < route.targets.size()) {
      ring_target(call, route.targets[call.next_target++], alone);
      if (call.hops != hops) return true;
    }
  }
  if (call.rings.empty()) return false;
  step(call, CallStep::rings);
  const auto limit = call.ignores_state ? state_.options.callback_ring_limit
                                        : std::min<std::chrono::seconds>(route.ring_time, state_.options.ring_limit);
  set_timer(Timer::call, call.id, limit);
  return true;
}

/// Rings the free phones of one target, or notes why not. `alone`: the number is his own.
bool Work::ring_target(Call& call, const RouteTarget& target, bool alone) {
  const auto refuse = [&](Cause cause) {
    note_cause(call, cause);
    return false;
  };
  if (!target.user.is_nil() && !call.ignores_state) {
    if (call.rung_users.contains(target.user)) return false;
    if (alone && call.purpose == Purpose::connect && redirect(call, target)) return true;
    if (state_.users.contains(target.user)) return refuse(Cause::busy);
    switch (turn_.around.availability(target.user)) {
      case Availability::ready:
        break;
      case Availability::busy:
        return refuse(Cause::busy);
      case Availability::on_break:
        if (!alone) return refuse(Cause::away);
        break;
      case Availability::away:
        return refuse(Cause::away);
      case Availability::absent:
        return refuse(Cause::not_reachable);
    }
    if (const auto until = call.left_alone.find(target.user); until != call.left_alone.end() && until->second > now_) {
      return refuse(Cause::busy);
    }
  }
  bool rang = false;
  Cause why = Cause::not_reachable;
  for (const auto& id : target.lines) {
    const auto card = turn_.around.line(id);
    const auto now = state_.lines.find(id);
    if (!card || now == state_.lines.end() || !now->second.registered) continue;
    if (call.rung_users.contains(id)) continue;
    const auto until = call.left_alone.find(id);
    if ((!call.ignores_state && (!now->second.legs.empty() || !now->second.autocall.is_nil())) ||
        now->second.legs.size() >= state_.options.most_legs_of_line ||
        (until != call.left_alone.end() && until->second > now_)) {
      why = Cause::busy;
      continue;
    }
    if (call.rings.size() >= state_.options.most_targets) break;
    ring_line(call, *card, false, call.auto_answer);
    call.rung_users.insert(id);
    rang = true;
  }
  if (!rang) return refuse(why);
  if (!target.user.is_nil()) call.rung_users.insert(target.user);
  return true;
}

/// True: his calls go elsewhere, and this one has gone there (or come to its end on the way).
bool Work::redirect(Call& call, const RouteTarget& target) {
  const auto to = turn_.around.redirection(target.user, call.shown.number);
  if (!to || to->empty()) return false;
  go_elsewhere(call, *to, target.lines.empty() ? Uuid{} : target.lines.front());
  return true;
}

/// The call is for another number from now on, and what it costs is `rights_of` who sent it there: not of the caller,
/// who may come from outside.
void Work::go_elsewhere(Call& call, const std::string& number, const Uuid& rights_of) {
  if (++call.hops > state_.options.most_hops) return fail(call, Cause::too_many_hops);
  call.redirected_from = call.number;
  call.owner_line = rights_of;
  call.route = turn_.around.route(number, call.owner_line, commands::Where::by_plan, call.shown.number);
  call.number = number;
  call.next_target = 0;
  call.rung_users.clear();
  call.any_busy = false;
  call.cause = Cause::hung_up;
  retrace(call.chain, TraceElement::Kind::call, call.id, [&](TraceElement& element) {
    element.number = number;
    element.outside = std::holds_alternative<OutsideWays>(call.route);
  });
  seek(call);
}

bool Work::seek_outside(Call& call, const OutsideWays& route) {
  if (const auto why = outside_refusal(call, route)) {
    note_cause(call, *why);
    return false;
  }
  while (call.next_target < route.trunks.size()) {
    const auto& way = route.trunks[call.next_target++];
    auto& trunk = state_.trunks[way.trunk];
    forget_old(trunk.outgoing, now_);
    if (trunk.down) {
      note_cause(call, Cause::no_route);
      continue;
    }
    if ((way.most_calls > 0 && trunk.legs >= way.most_calls) ||
        (way.most_calls_an_hour > 0 && trunk.outgoing.size() >= way.most_calls_an_hour)) {
      note_cause(call, Cause::congestion);
      continue;
    }
    ring_trunk(call, way);
    step(call, CallStep::rings);
    set_timer(Timer::call, call.id, state_.options.outside_ring_limit);
    return true;
  }
  return false;
}

/// The limits that keep a stolen password from costing a fortune.
std::optional<Cause> Work::outside_refusal(const Call& call, const OutsideWays& route) {
  if (route.emergency) return std::nullopt;
  if (state_.options.most_outside > 0 && state_.outside >= state_.options.most_outside) return Cause::limit;
  if (call.owner_line.is_nil()) return std::nullopt;
  auto& line = state_.lines[call.owner_line];
  forget_old(line.outside, now_);
  if (state_.options.most_outside_of_line > 0 && line.outside_now >= state_.options.most_outside_of_line) {
    return Cause::limit;
  }
  // The way to the next trunk after a failure is no new call.
  const bool first = call.next_target == 0;
  if (first && route.most_calls_of_line_an_hour > 0 && line.outside.size() >= route.most_calls_of_line_an_hour) {
    return Cause::limit;
  }
  if (first) {
    line.outside.push_back(now_);
    // Without a limit nothing needs more than to know that there were some.
    const std::size_t most = std::max<std::size_t>(1, route.most_calls_of_line_an_hour);
    while (line.outside.size() > most) line.outside.pop_front();
  }
  touch_line(call.owner_line);
  return std::nullopt;
}

void Work::ring_line(Call& call, const LineCard& card, bool picks_up, bool auto_answer) {
  auto& made = begin_leg(new_id(), call.chain, card.party, true);
  made.call_in = call.id;
  made.can_be_asked = card.answers_by_command;
  made.dialled = call.number;
  call.rings.push_back({.leg = made.id, .user = card.party.user, .picks_up = picks_up});
  order(telephony::PlaceLeg{.leg = made.id,
                            .chain = call.chain,
                            .for_leg = call.for_leg,
                            .to = telephony::ToLine{card.party.line},
                            .caller = call.shown,
                            .called = call.number,
                            .redirected_from = call.redirected_from,
                            .auto_answer = auto_answer});
}

void Work::ring_trunk(Call& call, const TrunkRoute& way) {
  const auto& route = std::get<OutsideWays>(call.route);
  Party party;
  party.trunk = way.trunk;
  party.line_number = way.trunk_number;
  party.number = route.number;
  auto& made = begin_leg(new_id(), call.chain, std::move(party), true);
  made.call_in = call.id;
  made.dialled = call.number;
  made.owner_line = call.owner_line;
  ++state_.outside;
  if (!call.owner_line.is_nil()) ++state_.lines[call.owner_line].outside_now;
  auto& trunk = state_.trunks[way.trunk];
  trunk.outgoing.push_back(now_);
  const std::size_t most = std::max<std::size_t>(1, way.most_calls_an_hour);
  while (trunk.outgoing.size() > most) trunk.outgoing.pop_front();
  call.rings.push_back({.leg = made.id, .user = {}, .trunk = way.trunk});
  order(telephony::PlaceLeg{.leg = made.id,
                            .chain = call.chain,
                            .for_leg = call.for_leg,
                            .to = telephony::ToTrunk{.trunk = way.trunk, .number = way.number},
                            .caller = {.number = way.caller_id, .name = {}},
                            .called = call.number,
                            .redirected_from = call.redirected_from,
                            .auto_answer = false,
                            .early_media = !call.for_leg.is_nil()});
}

}  // namespace otklik::core::calls
