// What must hold after every turn, as sentences.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/calls/work.hpp"

namespace otklik::core::calls {
namespace {

class Check {
 public:
  explicit Check(const State& state) : state_(state) {}

  std::vector<Fault> run() {
    for (const auto& [id, leg] : state_.legs) look_at(leg);
    for (const auto& [id, chain] : state_.chains) look_at(chain);
    for (const auto& [id, call] : state_.calls) look_at(call);
    for (const auto& [id, talk] : state_.commutations) look_at(talk);
    for (const auto& [id, one] : state_.autocalls) look_at(one);
    for (const auto& [id, one] : state_.recordings) look_at(one);
    look_at_lines();
    look_at_users();
    look_at_waiting();
    look_at_deadlines();
    return std::move(out_);
  }

 private:
  template <class... Args>
  void say(const Uuid& chain, const Uuid& thing, fmt::format_string<Args...> text, Args&&... args) {
    out_.push_back({chain, thing, fmt::format(text, std::forward<Args>(args)...)});
  }
  const Leg* leg(const Uuid& id) const {
    const auto found = state_.legs.find(id);
    return found == state_.legs.end() || found->second.state == LegState::gone ? nullptr : &found->second;
  }
  const Call* call(const Uuid& id) const {
    const auto found = state_.calls.find(id);
    return found == state_.calls.end() ? nullptr : &found->second;
  }
  bool has_deadline(Timer kind, const Uuid& id) const { return state_.deadlines.of({kind, id}).has_value(); }

  void look_at(const Leg& one) {
    const auto id = one.id.text();
    if (one.state == LegState::none || one.state == LegState::gone) {
      return say(one.chain, one.id, "leg {} is kept though it is {}", id, name(one.state));
    }
    const auto chain = state_.chains.find(one.chain);
    if (chain == state_.chains.end()) {
      say(one.chain, one.id, "leg {} has no chain", id);
    } else if (std::ranges::count(chain->second.legs, one.id) != 1) {
      say(one.chain, one.id, "leg {} is not in its chain once", id);
    }
    if ((one.state == LegState::talking) != !one.commutation.is_nil()) {
      say(one.chain, one.id, "leg {} is {} and has {} commutation", id, name(one.state),
          one.commutation.is_nil() ? "no" : "a");
    }
    if (!one.commutation.is_nil()) {
      const auto talk = state_.commutations.find(one.commutation);
      if (talk == state_.commutations.end() || (talk->second.a != one.id && talk->second.b != one.id)) {
        say(one.chain, one.id, "leg {} talks in a commutation that it is not in", id);
      }
    }
    if ((one.state == LegState::held) != !one.held_by.is_nil()) {
      say(one.chain, one.id, "leg {} is {} and {}", id, name(one.state),
          one.held_by.is_nil() ? "nobody holds it" : "somebody holds it");
    }
    if (!one.held_by.is_nil()) {
      const Leg* holder = leg(one.held_by);
      if (holder == nullptr || holder->holds != one.id)
        say(one.chain, one.id, "leg {} is held by nobody who knows", id);
    }
    if (!one.holds.is_nil()) {
      const Leg* held = leg(one.holds);
      if (held == nullptr || held->held_by != one.id) say(one.chain, one.id, "leg {} holds nobody who knows", id);
      if (one.state != LegState::open && one.state != LegState::talking && one.state != LegState::held) {
        say(one.chain, one.id, "leg {} is {} and holds somebody", id, name(one.state));
      }
    }
    const bool rings = one.state == LegState::placed || one.state == LegState::ringing;
    if (rings) {
      const Call* its = call(one.call_in);
      const bool known =
          its != nullptr && std::ranges::any_of(its->rings, [&](const Ring& r) { return r.leg == one.id; });
      if (!known) say(one.chain, one.id, "leg {} is {} for no call", id, name(one.state));
      if (!has_deadline(Timer::leg, one.id))
        say(one.chain, one.id, "leg {} is {} without a deadline", id, name(one.state));
    }
    if (rings != (one.placed && !one.answered))
      say(one.chain, one.id, "leg {} is {}, answered or not", id, name(one.state));
    if (!one.call_out.is_nil()) {
      const Call* its = call(one.call_out);
      if (its == nullptr || its->for_leg != one.id)
        say(one.chain, one.id, "a call is made for leg {} that is none", id);
    }
    if (one.state == LegState::offered && one.call_out.is_nil() && !has_deadline(Timer::leg, one.id)) {
      say(one.chain, one.id, "leg {} was offered, and nothing is done about it", id);
    }
    if (one.state == LegState::open && one.call_out.is_nil() && !has_deadline(Timer::leg, one.id)) {
      say(one.chain, one.id, "leg {} is open without a deadline", id);
    }
    if (one.state == LegState::held && !has_deadline(Timer::leg, one.id)) {
      say(one.chain, one.id, "leg {} is held without a deadline", id);
    }
    if (one.media_lost != has_deadline(Timer::media, one.id)) {
      say(one.chain, one.id, "leg {} is not heard, and {}", id,
          one.media_lost ? "has no deadline" : "that is not known");
    }
  }

  void look_at(const Chain& one) {
    if (one.legs.empty()) say(one.id, one.id, "chain {} has no leg", one.id.text());
    if (one.state == ChainState::ended || one.state == ChainState::none) {
      say(one.id, one.id, "chain {} is kept though it has ended", one.id.text());
    }
    if (!has_deadline(Timer::chain, one.id)) say(one.id, one.id, "chain {} has no limit", one.id.text());
    for (const auto& id : one.legs) {
      const Leg* its = leg(id);
      if (its == nullptr || its->chain != one.id)
        say(one.id, one.id, "chain {} has a leg that is not its own", one.id.text());
    }
  }

  void look_at(const Call& one) {
    const auto id = one.id.text();
    if (one.state == CallState::none || one.state == CallState::answered || one.state == CallState::failed) {
      return say(one.chain, one.id, "call {} is kept though it is {}", id, name(one.state));
    }
    if (!state_.chains.contains(one.chain)) say(one.chain, one.id, "call {} has no chain", id);
    const bool rings = one.state == CallState::ringing || one.state == CallState::served;
    if (one.state == CallState::seeking) say(one.chain, one.id, "call {} seeks without end", id);
    if (rings == one.rings.empty())
      say(one.chain, one.id, "call {} is {} with {} phones", id, name(one.state), one.rings.size());
    if (rings && !has_deadline(Timer::call, one.id)) say(one.chain, one.id, "call {} rings without a deadline", id);
    const bool waits = one.state == CallState::waiting || one.state == CallState::served;
    if (waits != (std::ranges::count(state_.waiting, one.id) == 1)) {
      say(one.chain, one.id, "call {} is {} and {} in line", id, name(one.state), waits ? "not" : "is");
    }
    if (waits && !has_deadline(Timer::queue_retry, one.id))
      say(one.chain, one.id, "call {} is never looked at again", id);
    for (const auto& ring : one.rings) {
      const Leg* rung = leg(ring.leg);
      if (rung == nullptr || rung->call_in != one.id) say(one.chain, one.id, "call {} rings a leg that is gone", id);
      if (rung != nullptr && rung->chain != one.chain) say(one.chain, one.id, "call {} rings in another chain", id);
    }
    const bool for_nobody = one.purpose == Purpose::party_first || one.purpose == Purpose::line_first;
    if (for_nobody != one.for_leg.is_nil()) say(one.chain, one.id, "call {} is made for the wrong one", id);
    if (!one.for_leg.is_nil()) {
      const Leg* caller = leg(one.for_leg);
      if (caller == nullptr) {
        say(one.chain, one.id, "call {} is made for a leg that is gone", id);
      } else {
        if (caller->call_out != one.id) say(one.chain, one.id, "call {} is made for a leg that does not know", id);
        if (caller->state != LegState::offered && caller->state != LegState::open) {
          say(one.chain, one.id, "call {} is made for a leg that is {}", id, name(caller->state));
        }
        if (caller->chain != one.chain) say(one.chain, one.id, "call {} is made for a leg of another chain", id);
      }
    }
    if (for_nobody && !state_.autocalls.contains(one.autocall))
      say(one.chain, one.id, "call {} has lost its autocall", id);
  }

  void look_at(const Commutation& one) {
    const auto id = one.id.text();
    if (one.over) return say(one.chain, one.id, "commutation {} is kept though it is over", id);
    const Leg* a = leg(one.a);
    const Leg* b = leg(one.b);
    if (a == nullptr || b == nullptr || a == b)
      return say(one.chain, one.id, "commutation {} has not two live legs", id);
    if (a->commutation != one.id || b->commutation != one.id)
      say(one.chain, one.id, "commutation {} is not known to its legs", id);
    if (a->chain != one.chain || b->chain != one.chain)
      say(one.chain, one.id, "commutation {} goes over two chains", id);
    if (!one.recording.is_nil()) {
      const auto its = state_.recordings.find(one.recording);
      if (its == state_.recordings.end() || its->second.state != RecordingState::running) {
        say(one.chain, one.id, "commutation {} is recorded by nothing", id);
      }
    }
  }

  void look_at(const Autocall& one) {
    const auto id = one.id.text();
    if (one.state == AutocallState::over || one.state == AutocallState::none) {
      return say(one.chain, one.id, "autocall {} is kept though it is over", id);
    }
    const auto line = state_.lines.find(one.line);
    if (line == state_.lines.end() || line->second.autocall != one.id)
      say(one.chain, one.id, "autocall {} is not known to its line", id);
    const bool called =
        std::ranges::any_of(state_.calls, [&](const auto& each) { return each.second.autocall == one.id; });
    if (!called) say(one.chain, one.id, "autocall {} calls nobody", id);
  }

  void look_at(const Recording& one) {
    const auto talk = state_.commutations.find(one.commutation);
    const bool running = one.state == RecordingState::running;
    if (running != (talk != state_.commutations.end())) {
      say({}, one.id, "recording {} is {}, and its talk {}", one.id.text(), name(one.state),
          running ? "is over" : "goes on");
    }
    if (!running && !has_deadline(Timer::recording, one.id))
      say({}, one.id, "recording {} is waited for without end", one.id.text());
  }

  void look_at_lines() {
    std::map<Uuid, std::size_t> legs, outside;
    std::map<Uuid, std::size_t> trunks;
    std::size_t all_outside = 0;
    for (const auto& [id, one] : state_.legs) {
      if (!one.party.line.is_nil()) ++legs[one.party.line];
      if (!one.party.is_outside()) continue;
      ++trunks[one.party.trunk];
      if (!one.placed) continue;
      ++all_outside;
      if (!one.owner_line.is_nil()) ++outside[one.owner_line];
    }
    for (const auto& [id, line] : state_.lines) {
      if (line.legs.size() != legs[id])
        say({}, id, "line {} has {} legs and knows {}", line.party.line_number, legs[id], line.legs.size());
      for (const auto& each : line.legs) {
        const Leg* its = leg(each);
        if (its == nullptr || its->party.line != id)
          say({}, id, "line {} has a leg that is not its own", line.party.line_number);
      }
      if (line.outside_now != outside[id]) {
        say({}, id, "line {} has {} calls outside and counts {}", line.party.line_number, outside[id],
            line.outside_now);
      }
      if (!line.autocall.is_nil() && !state_.autocalls.contains(line.autocall)) {
        say({}, id, "line {} is kept for an autocall that is over", line.party.line_number);
      }
      legs.erase(id);
    }
    for (const auto& [id, count] : legs) {
      if (count > 0) say({}, id, "line {} has legs and is not known", id.text());
    }
    for (const auto& [id, trunk] : state_.trunks) {
      if (trunk.legs != trunks[id])
        say({}, id, "trunk {} has {} calls and counts {}", id.text(), trunks[id], trunk.legs);
    }
    if (all_outside != state_.outside) say({}, {}, "{} calls are outside, {} are counted", all_outside, state_.outside);
  }

  void look_at_users() {
    std::map<Uuid, std::size_t> in_call;
    for (const auto& [id, one] : state_.legs) {
      if (one.party.is_user()) ++in_call[one.party.user];
    }
    for (const auto& [id, one] : state_.autocalls) {
      if (one.owner.is_user()) ++in_call[one.owner.user];
    }
    if (in_call != state_.users) say({}, {}, "users are counted in calls that they have no leg in, or not counted");
    for (const auto& id : state_.told_users) {
      if (!in_call.contains(id)) say({}, id, "user {} is in a call and has no live leg", id.text());
    }
    for (const auto& [id, count] : in_call) {
      if (!state_.told_users.contains(id)) say({}, id, "user {} has a live leg and is in no call", id.text());
    }
  }

  void look_at_waiting() {
    for (const auto& id : state_.waiting) {
      const Call* its = call(id);
      if (its == nullptr) say({}, id, "one waits in line whose call is gone: {}", id.text());
      if (its != nullptr && leg(its->for_leg) == nullptr)
        say(its->chain, id, "a queue entry has no live leg: {}", id.text());
    }
  }

  void look_at_deadlines() {
    state_.deadlines.for_each([&](const TimerKey& key, Time) {
      const bool known = [&] {
        switch (key.kind) {
          case Timer::leg:
          case Timer::media:
            return leg(key.id) != nullptr;
          case Timer::call:
          case Timer::queue:
          case Timer::queue_retry:
            return call(key.id) != nullptr;
          case Timer::chain:
            return state_.chains.contains(key.id);
          case Timer::recording:
            return state_.recordings.contains(key.id);
          case Timer::watch:
            return true;
        }
        return false;
      }();
      if (!known) say({}, key.id, "a deadline is left of something that is over: {}", key.id.text());
    });
    if (!state_.chains.empty() && !has_deadline(Timer::watch, {})) say({}, {}, "nobody watches");
  }

  const State& state_;
  std::vector<Fault> out_;
};

}  // namespace

std::vector<Fault> faults(const State& state) { return Check(state).run(); }

}  // namespace otklik::core::calls
