// The end of a turn: what is over is forgotten, and what readers see is made anew where it was touched.
#include <algorithm>

#include "core/calls/work.hpp"

namespace otklik::core::calls {

void Work::finish() {
  tidy();
  if (!watch_due_) return;
  // Only now is everything in place that should be.
  watch_due_ = false;
  if (watch()) tidy();
}

void Work::tidy() {
  // Who is free now takes those who wait; what that brings may free somebody again.
  for (int round = 0; freed_ && round < 4; ++round) {
    freed_ = false;
    if (!state_.waiting.empty()) serve_all();
  }
  // Chains without a leg are over. A leg that moved may have left one behind.
  for (const auto& id : chains_) {
    const auto found = state_.chains.find(id);
    if (found == state_.chains.end() || !found->second.legs.empty() || found->second.state == ChainState::ended)
      continue;
    auto& its = found->second;
    its.state = next(its.state, ChainStep::ends).value_or(ChainState::ended);
    clear_timer(Timer::chain, id);
    ++state_.figures.chains_ended;
    tell(ChainEnded{.chain = id, .cause = its.cause, .began = its.began, .talked = its.talked, .into = its.into});
  }
  for (const auto& id : legs_) settle(id);
  tell_users();
  for (const auto& id : lines_) show_line(id);
  for (const auto& id : calls_) {
    if (const auto found = state_.calls.find(id); found != state_.calls.end()) show_queue(found->second);
  }
  for (const auto& id : chains_) show_chain(id);

  for (const auto& id : legs_) {
    const auto found = state_.legs.find(id);
    if (found != state_.legs.end() && found->second.state == LegState::gone) state_.legs.erase(found);
  }
  for (const auto& id : calls_) {
    const auto found = state_.calls.find(id);
    if (found != state_.calls.end() && is_over(found->second)) state_.calls.erase(found);
  }
  for (const auto& id : chains_) {
    const auto found = state_.chains.find(id);
    if (found != state_.chains.end() && found->second.state == ChainState::ended) state_.chains.erase(found);
  }
  for (const auto& id : over_talks_) state_.commutations.erase(id);
  for (const auto& id : over_autocalls_) state_.autocalls.erase(id);
  over_talks_.clear();
  over_autocalls_.clear();
  for (const auto& id : lines_) {
    const auto found = state_.lines.find(id);
    if (found == state_.lines.end()) continue;
    const auto& now = found->second;
    const bool counts = !now.outside.empty() && now.outside.back() + std::chrono::hours(1) > now_;
    if (!now.registered && now.legs.empty() && now.autocall.is_nil() && now.outside_now == 0 && !counts) {
      state_.lines.erase(found);
    }
  }
}

void Work::tell_users() {
  for (const auto& user : users_) {
    const bool in_call = state_.users.contains(user);
    if (in_call && state_.told_users.insert(user).second) turn_.around.talk_began(user);
    if (!in_call && state_.told_users.erase(user) > 0) turn_.around.talk_ended(user);
  }
}

void Work::show_chain(const Uuid& id) {
  const auto found = state_.chains.find(id);
  if (found == state_.chains.end() || found->second.state == ChainState::ended) {
    state_.chain_views.erase(id);
    return;
  }
  const auto& its = found->second;
  ChainView view{.chain = id,
                 .origin = its.origin,
                 .state = its.state,
                 .began = its.began,
                 .caller = its.caller,
                 .dialled = its.dialled,
                 .custom_field = its.custom_field,
                 .trace = its.trace,
                 .trace_is_cut = its.trace_is_cut};
  for (const auto& each : its.legs) {
    const Leg& one = sure(each);
    view.legs.push_back(
        {.leg = each, .party = one.party, .state = one.state, .placed = one.placed, .since = one.since});
  }
  state_.chain_views.put(id, std::move(view));
}

void Work::show_queue(const Call& call) {
  if (call.state != CallState::waiting && call.state != CallState::served) {
    state_.queue_views.erase(call.id);
    return;
  }
  const auto& route = std::get<InsideRoute>(call.route);
  QueueEntryView view{.call = call.id,
                      .chain = call.chain,
                      .leg = call.for_leg,
                      .caller = call.caller,
                      .number = call.number,
                      .number_id = route.number_id,
                      .rule = route.rule,
                      .rule_name = route.rule_name,
                      .priority = call.priority,
                      .since = call.waits_since,
                      .served = call.state == CallState::served};
  for (const auto& target : route.targets) {
    if (!target.user.is_nil()) view.users.push_back(target.user);
  }
  state_.queue_views.put(call.id, std::move(view));
}

namespace {

LineState line_state(const Leg& leg, const Call* made) {
  switch (leg.state) {
    case LegState::talking:
      return LineState::commutated;
    case LegState::held:
      return LineState::waiting;
    case LegState::ringing:
      return LineState::ringing;
    case LegState::placed:
      return LineState::reserved;
    case LegState::open:
    case LegState::offered:
      if (made != nullptr) return made->state == CallState::waiting ? LineState::waiting : LineState::hook_up;
      return leg.holds.is_nil() ? LineState::hook_up : LineState::flash;
    case LegState::none:
    case LegState::gone:
      break;
  }
  return LineState::ready;
}

}  // namespace

void Work::show_line(const Uuid& id) {
  const auto found = state_.lines.find(id);
  const LineView* const before = state_.line_views.now().find(id);
  const bool known = found != state_.lines.end() &&
                     (found->second.registered || !found->second.legs.empty() || !found->second.autocall.is_nil());
  if (!known) {
    if (before == nullptr) return;
    tell(LineStateChanged{.line = id,
                          .number = before->number,
                          .user = before->user,
                          .login = found != state_.lines.end() ? found->second.party.login : std::string{},
                          .state = LineState::disconnected,
                          .chain = {}});
    state_.line_views.erase(id);
    return;
  }
  const auto& now = found->second;
  LineView view{.line = id, .number = now.party.line_number, .user = now.party.user, .registered = now.registered};
  view.state = now.registered ? LineState::ready : LineState::disconnected;
  Leg* own = acting_leg(id);
  if (own == nullptr) {
    const auto ringing = ringing_legs(id);
    for (const auto& each : ringing) {
      if (own == nullptr || sure(each).state == LegState::ringing) own = &sure(each);
    }
  }
  if (const Autocall* autocall = autocall_of(id)) {
    view.autocall = autocall->id;
    if (autocall->state == AutocallState::calling_party && own == nullptr) {
      view.state = LineState::reserved;
      view.chain = autocall->chain;
      view.is_autocall = true;
      view.called = autocall->number;
      view.party.emplace().number = autocall->number;
    }
  }
  if (own != nullptr) {
    const Call* const made = call(own->call_out);
    const Call* const rang = call(own->call_in);
    view.leg = own->id;
    view.called = own->dialled;
    view.state = line_state(*own, made);
    const Leg* const other = partner(*own);
    if (other != nullptr) {
      view.chain = own->chain;
      view.party = other->party;
      view.is_commutated = true;
      view.commutation = own->commutation;
      const auto& talk = state_.commutations.at(own->commutation);
      view.talks_since = talk.began;
      if (!talk.dialled.empty()) view.called = talk.dialled;
      view.goes_outside = other->party.is_outside();
    } else if (own->state == LegState::held) {
      view.chain = own->chain;
      view.party = sure(own->held_by).party;
      view.is_waiting_in_flash = true;
    } else if (made != nullptr) {
      view.chain = own->chain;
      view.called = made->number;
      view.is_waiting_for_answer = true;
      view.goes_outside = std::holds_alternative<OutsideWays>(made->route);
      if (made->rings.size() == 1 && !sure(made->rings.front().leg).party.is_outside()) {
        view.party = sure(made->rings.front().leg).party;
      }
      if (!view.party) view.party.emplace();
      // The same spelling through ringing, talk and hold: what was dialled shows until somebody has answered.
      if (view.party->number.empty()) view.party->number = made->number;
    } else if (rang != nullptr && own->placed && !own->answered) {
      view.chain = own->chain;
      view.called = rang->number;
      view.party = rang->caller;
      view.is_ringing = own->state == LegState::ringing;
      view.is_callback = rang->purpose == Purpose::line_first || rang->purpose == Purpose::call_back;
      view.goes_outside = rang->caller.is_outside();
    }
    const Leg* holder = own;
    if (holder->holds.is_nil()) {
      for (const auto& each : now.legs) {
        if (!sure(each).holds.is_nil()) holder = &sure(each);
      }
    }
    if (!holder->holds.is_nil()) {
      const Leg& held = sure(holder->holds);
      view.held = held.party;
      view.held_chain = held.chain;
      view.held_by_phone = holder->holds_by_phone;
    }
  }
  const bool changed =
      before == nullptr || before->state != view.state || before->chain != view.chain || before->party != view.party;
  view.since = changed || before == nullptr ? turn_.at : before->since;
  if (changed) {
    tell(LineStateChanged{.line = id,
                          .number = view.number,
                          .user = view.user,
                          .login = now.party.login,
                          .state = view.state,
                          .chain = view.chain});
  }
  state_.line_views.put(id, std::move(view));
}

}  // namespace otklik::core::calls
