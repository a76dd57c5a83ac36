// Those who wait in line at a number while all whom it calls are busy.
#include <algorithm>

#include "core/calls/work.hpp"

namespace otklik::core::calls {

std::size_t Work::waiting_at(const Uuid& number_id) const {
  return static_cast<std::size_t>(std::ranges::count_if(state_.waiting, [&](const Uuid& id) {
    const auto* route = std::get_if<InsideRoute>(&state_.calls.at(id).route);
    return route != nullptr && route->number_id == number_id;
  }));
}

void Work::wait(Call& call, const InsideRoute& route) {
  if (!step(call, CallStep::waits)) return;
  clear_timer(Timer::call, call.id);
  call.waits_since = turn_.at;
  call.rung_users.clear();
  // Behind all of its priority or a more urgent one; a smaller number is more urgent.
  const auto place = std::ranges::find_if(state_.waiting,
                                          [&](const Uuid& id) { return state_.calls.at(id).priority > call.priority; });
  state_.waiting.insert(place, call.id);
  if (route.longest_wait.count() > 0) set_timer(Timer::queue, call.id, route.longest_wait);
  set_timer(Timer::queue_retry, call.id, state_.options.queue_retry);
  tell(QueueEntered{.call = call.id,
                    .chain = call.chain,
                    .caller = call.caller,
                    .number = call.number,
                    .number_id = route.number_id,
                    .rule = route.rule,
                    .rule_name = route.rule_name,
                    .priority = call.priority});
  if (Leg* caller = leg(call.for_leg)) {
    answer(*caller);  // who waits hears music, and a network does not let anybody wait unanswered for long
    let_hear(*caller, telephony::Sound::music);
  }
}

/// Rings whoever is free for it; false: nobody is.
bool Work::serve(Call& call) {
  const auto* found = std::get_if<InsideRoute>(&call.route);
  if (call.state != CallState::waiting || found == nullptr) return false;
  const InsideRoute route = *found;
  call.rung_users.clear();
  const bool alone = route.targets.size() == 1;
  for (const auto& target : route.targets) {
    if (!target.user.is_nil() && alone && turn_.around.redirection(target.user, call.shown.number)) continue;
    ring_target(call, target, false);
    if (!call.rings.empty() && !route.all_at_once) break;
  }
  if (call.rings.empty()) return false;
  step(call, CallStep::rings);
  set_timer(Timer::call, call.id, std::min<std::chrono::seconds>(route.ring_time, state_.options.ring_limit));
  return true;
}

void Work::serve_all() {
  const auto in_order = state_.waiting;
  for (const auto& id : in_order) {
    if (Call* one = call(id)) serve(*one);
  }
}

void Work::leave_queue(Call& call, bool answered, Cause cause) {
  std::erase(state_.waiting, call.id);
  const auto* route = std::get_if<InsideRoute>(&call.route);
  tell(QueueLeft{.call = call.id,
                 .chain = call.chain,
                 .caller = call.caller,
                 .number = call.number,
                 .number_id = route != nullptr ? route->number_id : Uuid{},
                 .answered = answered,
                 .cause = cause,
                 .began = call.waits_since});
  calls_.insert(call.id);
}

}  // namespace otklik::core::calls
