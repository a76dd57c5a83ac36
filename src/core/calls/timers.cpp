// What is due when, and the watchdog.
#include <algorithm>

#include "core/calls/retrace.hpp"
#include "core/calls/work.hpp"

namespace otklik::core::calls {

void Deadlines::set(TimerKey key, Time when) {
  clear(key);
  by_time_.emplace(when, key);
  of_key_.emplace(key, when);
}

void Deadlines::clear(TimerKey key) {
  const auto found = of_key_.find(key);
  if (found == of_key_.end()) return;
  by_time_.erase({found->second, key});
  of_key_.erase(found);
}

std::optional<Time> Deadlines::first() const {
  if (by_time_.empty()) return std::nullopt;
  return by_time_.begin()->first;
}

std::optional<Time> Deadlines::of(TimerKey key) const {
  const auto found = of_key_.find(key);
  if (found == of_key_.end()) return std::nullopt;
  return found->second;
}

std::optional<TimerKey> Deadlines::take_due(Time now) {
  if (by_time_.empty() || by_time_.begin()->first > now) return std::nullopt;
  const TimerKey key = by_time_.begin()->second;
  clear(key);
  return key;
}

void Deadlines::reset() {
  by_time_.clear();
  of_key_.clear();
}

Work::Work(State& state, CallTurn& turn) : state_(state), turn_(turn) {
  // A clock that is set back makes nothing wait longer: the machine's own time goes on from where it was.
  if (turn_.at + state_.skew < state_.last) state_.skew = state_.last - turn_.at;
  now_ = turn_.at + state_.skew;
  state_.last = now_;
}

Uuid Work::new_id() {
  // Two rounds of SplitMix64's finalizer over the turn's random number and a count: as unlike as random ones.
  const auto mixed = [](std::uint64_t value) {
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9ULL;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EBULL;
    return value ^ (value >> 31);
  };
  std::uint64_t halves[2] = {0, 0};
  for (std::size_t i = 0; i < 16; ++i) halves[i / 8] = halves[i / 8] << 8 | turn_.ids.bytes[i];
  ++made_ids_;
  const std::uint64_t a = mixed(halves[0] + made_ids_ * 0x9E3779B97F4A7C15ULL);
  const std::uint64_t b = mixed(halves[1] ^ mixed(a + made_ids_));
  Uuid out;
  for (std::size_t i = 0; i < 8; ++i) {
    out.bytes[i] = static_cast<std::uint8_t>(a >> (56 - 8 * i));
    out.bytes[8 + i] = static_cast<std::uint8_t>(b >> (56 - 8 * i));
  }
  out.bytes[6] = static_cast<std::uint8_t>((out.bytes[6] & 0x0F) | 0x40);  // RFC 9562 5.4
  out.bytes[8] = static_cast<std::uint8_t>((out.bytes[8] & 0x3F) | 0x80);
  return out;
}

void Work::set_timer(Timer kind, const Uuid& id, Duration after) { state_.deadlines.set({kind, id}, now_ + after); }

void Work::expire() {
  while (const auto key = state_.deadlines.take_due(now_)) due(*key);
}

void Work::due(TimerKey key) {
  switch (key.kind) {
    case Timer::leg: {
      Leg* const late = leg(key.id);
      if (late == nullptr) return;
      const bool rings = late->state == LegState::placed || late->state == LegState::ringing;
      const bool has_had_its_time = late->state == LegState::held || !late->holds.is_nil();
      return lose(*late, rings ? Cause::no_answer : has_had_its_time ? Cause::time_limit : Cause::hung_up, true);
    }
    case Timer::media: {
      Leg* const lost = leg(key.id);
      if (lost != nullptr && lost->media_lost) lose(*lost, Cause::media_lost, true);
      return;
    }
    case Timer::call:
      if (Call* one = call(key.id)) ring_time_over(*one);
      return;
    case Timer::queue:
      if (Call* one = call(key.id)) fail(*one, Cause::queue_timeout);
      return;
    case Timer::queue_retry:
      freed_ = true;
      if (const Call* one = call(key.id); one != nullptr) {
        if (one->state == CallState::waiting || one->state == CallState::served) {
          set_timer(Timer::queue_retry, key.id, state_.options.queue_retry);
        }
      }
      return;
    case Timer::chain: {
      const auto found = state_.chains.find(key.id);
      if (found != state_.chains.end()) end_chain_now(found->second, Cause::time_limit);
      return;
    }
    case Timer::recording: {
      const auto found = state_.recordings.find(key.id);
      if (found == state_.recordings.end()) return;
      return (*this)(telephony::RecordingFinished{.recording = key.id, .trouble = "never_came"});
    }
    case Timer::watch:
      watch_due_ = true;
      return;
  }
}

/// Each state of a leg that nothing else is sure to end has a deadline.
void Work::settle(const Uuid& id) {
  const Leg* const one = leg(id);
  if (one == nullptr) return clear_timer(Timer::leg, id);
  const TimerKey key{Timer::leg, id};
  const auto at_latest = [&](Duration after) {
    if (!state_.deadlines.of(key)) set_timer(Timer::leg, id, after);
  };
  const auto& options = state_.options;
  switch (one->state) {
    case LegState::placed:
    case LegState::ringing:
      // The call's own time is shorter; this is for one that lost its call.
      return at_latest(std::max({options.outside_ring_limit, options.ring_limit, options.callback_ring_limit}) +
                       std::chrono::seconds(30));
    case LegState::open:
    case LegState::offered:
      if (!one->call_out.is_nil()) return clear_timer(Timer::leg, id);
      if (one->in_service) return at_latest(options.longest_echo);
      return at_latest(one->holds.is_nil() ? options.tone : options.longest_hold);
    case LegState::held:
      return at_latest(options.longest_hold);
    case LegState::none:
    case LegState::talking:
    case LegState::gone:
      return clear_timer(Timer::leg, id);
  }
}

/// Looks whether something is stuck, ends it, and counts it. True: there was something.
bool Work::watch() {
  const bool quiet = state_.chains.empty() && state_.recordings.empty() && state_.autocalls.empty() &&
                     state_.legs.empty() && state_.calls.empty();
  if (!quiet) set_timer(Timer::watch, {}, state_.options.watch);
  const auto found = faults(state_);
  for (const auto& fault : found) {
    ++state_.figures.repaired;
    if (state_.chains.contains(fault.chain)) {
      wipe(fault.chain);
      continue;
    }
    if (const auto lost = state_.legs.find(fault.thing); lost != state_.legs.end()) {
      order(telephony::EndLeg{.leg = fault.thing, .cause = Cause::lost});
      state_.legs.erase(lost);
    }
    if (state_.calls.erase(fault.thing) > 0) state_.queue_views.erase(fault.thing);
    std::erase(state_.waiting, fault.thing);
    state_.commutations.erase(fault.thing);
    state_.recordings.erase(fault.thing);
    state_.autocalls.erase(fault.thing);
  }
  return !found.empty();
}

/// Takes a chain away by force: what it is made of is not what it should be, so nothing of it is relied on.
void Work::wipe(const Uuid& wiped) {
  std::set<Uuid> gone;
  for (auto& [id, one] : state_.legs) {
    if (one.chain == wiped && one.state != LegState::gone) gone.insert(id);
  }
  for (const auto& id : state_.chains.at(wiped).legs) gone.insert(id);
  for (const auto& id : gone) {
    order(telephony::EndLeg{.leg = id, .cause = Cause::lost});
    clear_timer(Timer::leg, id);
    clear_timer(Timer::media, id);
    const auto found = state_.legs.find(id);
    if (found == state_.legs.end()) continue;
    Leg& one = found->second;
    touch(one);
    one.state = LegState::gone;
    if (one.placed && one.party.is_outside()) {
      if (state_.outside > 0) --state_.outside;
      if (auto& owner = state_.lines[one.owner_line]; owner.outside_now > 0) --owner.outside_now;
    }
    if (auto& trunk = state_.trunks[one.party.trunk]; one.party.is_outside() && trunk.legs > 0) --trunk.legs;
    if (!one.party.line.is_nil()) std::erase(state_.lines[one.party.line].legs, id);
    ++state_.figures.legs_ended;
    tell(core::LegEnded{.leg = id,
                        .chain = wiped,
                        .party = one.party,
                        .cause = Cause::lost,
                        .began = one.began,
                        .answered = one.answered});
  }
  for (auto& [id, one] : state_.legs) {
    if (gone.contains(one.holds)) one.holds = {}, one.holds_by_phone = false;
    if (gone.contains(one.held_by)) one.held_by = {}, one.state = LegState::open;
    legs_.insert(id);
  }
  for (auto& [id, one] : state_.calls) {
    if (one.chain != wiped && !gone.contains(one.for_leg)) continue;
    one.state = CallState::failed;
    for (const auto kind : {Timer::call, Timer::queue, Timer::queue_retry}) clear_timer(kind, id);
    std::erase(state_.waiting, id);
    calls_.insert(id);
    if (Leg* caller = leg(one.for_leg)) caller->call_out = {};
    for (const auto& ring : one.rings) {
      if (Leg* rung = leg(ring.leg); rung != nullptr && rung->chain != wiped) rung->call_in = {};
    }
  }
  for (auto& [id, one] : state_.commutations) {
    if (one.chain == wiped) one.over = true, over_talks_.push_back(id);
  }
  for (auto& [id, one] : state_.autocalls) {
    if (one.chain != wiped || one.state == AutocallState::over) continue;
    one.state = AutocallState::over;
    over_autocalls_.push_back(id);
    state_.lines[one.line].autocall = {};
    touch_line(one.line);
  }
  auto& its = state_.chains.at(wiped);
  its.legs.clear();
  its.cause = Cause::lost;
  touch_chain(wiped);
  // What users are in is counted anew from what is left.
  for (const auto& [user, count] : state_.users) users_.insert(user);
  state_.users.clear();
  for (const auto& [id, one] : state_.legs) {
    if (one.state != LegState::gone && one.party.is_user()) ++state_.users[one.party.user];
  }
  for (const auto& [id, one] : state_.autocalls) {
    if (one.state != AutocallState::over && one.owner.is_user()) ++state_.users[one.owner.user];
  }
}

}  // namespace otklik::core::calls
