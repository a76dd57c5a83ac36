#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "stories/calls/exchange.hpp"

namespace otklik::core::stories {

using namespace std::chrono_literals;
using commands::Accepted;
using commands::FlashMode;
using commands::Outcome;
using commands::Refusal;
using commands::Sequence;
using commands::Where;

/// A day at the company, told call by call. Phones are named by their direct number: "101" is Alice's.
class CallStory : public testing::Test {
 protected:
  CallStory() : CallStory(CallOptions{}) {}
  explicit CallStory(CallOptions options) : calls(options) {
    for (const auto* number : {"101", "102", "103", "104", "105", "106", "107"}) phone_registers(number);
  }

  // ── what happens

  void phone_registers(const std::string& number) {
    turn([&](CallTurn t) { calls.line_connected(Company::line_id(number), t); });
  }
  void phone_goes_away(const std::string& number) {
    turn([&](CallTurn t) { calls.line_disconnected(Company::line_id(number), t); });
  }
  void user_becomes(const std::string& number, Availability state) {
    company.states[Company::user_id(number)] = state;
    turn([&](CallTurn t) { calls.availability_changed(t); });
  }
  /// A phone calls; the leg.
  Uuid dials(const std::string& from, const std::string& number) {
    const Uuid leg = new_id();
    phones.offered(leg, Company::line_id(from), {});
    tell(telephony::LegOffered{.leg = leg, .from = telephony::FromLine{Company::line_id(from)}, .dialled = number});
    return leg;
  }
  /// Somebody outside calls by a trunk; the leg.
  Uuid calls_in(const std::string& caller, const std::string& number, int trunk = 1) {
    const Uuid leg = new_id();
    phones.offered(leg, {}, Company::trunk_id(trunk));
    tell(telephony::LegOffered{.leg = leg,
                               .from = telephony::FromTrunk{Company::trunk_id(trunk)},
                               .dialled = number,
                               .caller = {.number = caller}});
    return leg;
  }
  /// The leg that was placed to this phone and lives; nil: none.
  Uuid placed_to(const std::string& number) {
    for (const auto& [id, leg] : phones.legs) {
      if (leg.placed && !leg.ended && leg.line == Company::line_id(number)) return id;
    }
    return {};
  }
  /// Likewise by a trunk.
  Uuid placed_outside(int trunk = 0) {
    for (const auto& [id, leg] : phones.legs) {
      if (leg.placed && !leg.ended && !leg.trunk.is_nil() && (trunk == 0 || leg.trunk == Company::trunk_id(trunk))) {
        return id;
      }
    }
    return {};
  }
  bool is_called(const std::string& number) { return !placed_to(number).is_nil(); }
  Uuid rings(const std::string& number) { return rings_leg(placed_to(number)); }
  Uuid rings_outside(int trunk = 0) { return rings_leg(placed_outside(trunk)); }
  Uuid rings_leg(const Uuid& leg) {
    EXPECT_FALSE(leg.is_nil()) << "nobody is called there";
    tell(telephony::LegRinging{leg});
    return leg;
  }
  Uuid lifts(const std::string& number) { return answers(placed_to(number)); }
  Uuid answers(const Uuid& leg) {
    EXPECT_FALSE(leg.is_nil()) << "nobody is called there";
    if (!leg.is_nil()) phones.legs.at(leg).answered = true;
    tell(telephony::LegAnswered{leg});
    return leg;
  }
  Uuid rings_and_lifts(const std::string& number) {
    rings(number);
    return lifts(number);
  }
  void hangs_up(const Uuid& leg) { ends(leg, Cause::hung_up); }
  void ends(const Uuid& leg, Cause cause, const std::string& redirected_to = {}) {
    if (phones.legs.contains(leg)) phones.ended(leg);
    // A real phone's end parts its talk in the telephony as well; the core is to part it all the same.
    tell(telephony::LegEnded{.leg = leg, .cause = cause, .redirected_to = redirected_to});
  }
  void phone_holds(const Uuid& leg) { tell(telephony::LegHeldByPhone{leg}); }
  void phone_resumes(const Uuid& leg) { tell(telephony::LegResumedByPhone{leg}); }
  void time_passes(Duration how_long) {
    const Time end = now + how_long;
    // The core is woken when it wants to be, as the server does it.
    for (int i = 0; i < 100'000; ++i) {
      const auto next = calls.next_deadline();
      if (!next || *next > end) break;
      now = std::max(now, *next);
      turn([&](CallTurn t) { calls.time_passed(t); });
    }
    now = end;
    turn([&](CallTurn t) { calls.time_passed(t); });
  }
  void tell(telephony::Fact fact) {
    turn([&](CallTurn t) { calls.happened(fact, t); });
  }

  // ── what is asked

  Outcome ask(const commands::Command& command) {
    Outcome out;
    turn([&](CallTurn t) { out = calls.command(command, t); });
    return out;
  }
  Outcome autocall(const std::string& from, const std::string& number, Sequence sequence = Sequence::party_first) {
    return ask(commands::Autocall{.line = line(from), .number = number, .sequence = sequence});
  }
  Outcome consult(const std::string& from, const std::string& number) {
    return autocall(from, number, Sequence::line_first);
  }
  Outcome switch_call(const std::string& from, const std::string& number) {
    return ask(commands::SwitchCall{.line = line(from), .number = number});
  }
  Outcome transfer(const std::string& from, const std::string& number) {
    return ask(commands::TransferCall{.line = line(from), .number = number});
  }
  Outcome stop_autocall(const std::string& from) { return ask(commands::StopAutocall{line(from)}); }
  Outcome flash(const std::string& from, FlashMode mode = FlashMode::switch_over) {
    return ask(commands::Flash{.line = line(from), .mode = mode});
  }
  Outcome decline(const std::string& from) { return ask(commands::DeclineCall{line(from)}); }
  Outcome answer_by_command(const std::string& from) { return ask(commands::AnswerCall{line(from)}); }
  Outcome abort_call(const std::string& from) { return ask(commands::AbortCall{line(from)}); }
  Outcome pick_up(const std::string& from, const std::string& number = {}) {
    return ask(commands::PickUp{.line = line(from), .number = number});
  }

  // ── what is seen

  static Uuid line(const std::string& number) { return Company::line_id(number); }
  static Uuid user(const std::string& number) { return Company::user_id(number); }
  LineView line_now(const std::string& number) {
    const auto view = calls.snapshot();
    const auto* found = view.lines.find(line(number));
    return found == nullptr ? LineView{} : *found;
  }
  LineState state_of(const std::string& number) { return line_now(number).state; }
  bool talks(const std::string& number, const std::string& with) {
    const auto view = line_now(number);
    return view.state == LineState::commutated && view.is_commutated && view.party && view.party->number == with &&
           hear_each_other(view.leg);
  }
  /// Whether the telephony has joined this leg with another.
  bool hear_each_other(const Uuid& leg) {
    const auto& its = phones.legs.at(leg);
    return phones.commutations.contains(its.commutation) && its.answered;
  }
  bool joined(const Uuid& a, const Uuid& b) {
    return hear_each_other(a) && phones.legs.at(a).commutation == phones.legs.at(b).commutation;
  }
  bool holds(const std::string& number, const std::string& whom) {
    const auto view = line_now(number);
    return view.held && view.held->number == whom;
  }
  bool is_idle(const std::string& number) {
    const auto view = line_now(number);
    return view.state == LineState::ready && view.chain.is_nil() && !view.party && !view.held &&
           !company.in_call.contains(user(number));
  }
  bool has_ended(const Uuid& leg) { return phones.legs.at(leg).ended; }
  Cause end_cause(const Uuid& leg) { return phones.legs.at(leg).end_cause; }
  std::optional<telephony::Sound> hears(const Uuid& leg) { return phones.legs.at(leg).hears; }
  std::size_t chains_now() { return calls.snapshot().chains.size(); }
  std::size_t waiting_now() { return calls.snapshot().queue.size(); }

  template <class Kind>
  std::size_t count() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(events, [](const Event& e) { return std::holds_alternative<Kind>(e.body); }));
  }
  template <class Kind>
  Kind last() const {
    for (auto it = events.rbegin(); it != events.rend(); ++it) {
      if (const auto* found = std::get_if<Kind>(&it->body)) return *found;
    }
    ADD_FAILURE() << "no such event";
    return {};
  }
  std::vector<std::string> event_names() const {
    std::vector<std::string> out;
    for (const auto& event : events) {
      if (!std::holds_alternative<LineStateChanged>(event.body)) out.emplace_back(name(event.body));
    }
    return out;
  }
  void forget_events() { events.clear(); }

  /// Everybody hangs up; then nothing must be left.
  void everybody_hangs_up() {
    for (int round = 0; round < 50 && !phones.live().empty(); ++round) hangs_up(phones.live().front());
    nothing_is_left();
  }
  void nothing_is_left() {
    EXPECT_EQ(chains_now(), 0U);
    EXPECT_EQ(waiting_now(), 0U);
    EXPECT_EQ(calls.live_legs(), 0U);
    EXPECT_TRUE(company.in_call.empty());
    EXPECT_TRUE(phones.live().empty());
    EXPECT_TRUE(phones.commutations.empty());
    EXPECT_TRUE(phones.recordings.empty());
    const auto& figures = calls.figures();
    EXPECT_EQ(figures.chains_begun, figures.chains_ended);
    EXPECT_EQ(figures.legs_begun, figures.legs_ended);
    EXPECT_EQ(figures.repaired, 0U);
  }

  Uuid new_id() {
    Uuid out;
    ++made_ids_;
    out.bytes[0] = 0xEE;
    for (std::size_t i = 0; i < 8; ++i) out.bytes[15 - i] = static_cast<std::uint8_t>(made_ids_ >> (8 * i));
    return out;
  }

  template <class What>
  void turn(What what) {
    orders.clear();
    what(CallTurn{
        .at = now, .ids = new_id(), .recordable = recordable, .around = company, .events = events, .orders = orders});
    phones.carry_out(orders);
    std::vector<std::string> violations;
    calls.check(violations);
    EXPECT_THAT(violations, testing::IsEmpty());
    EXPECT_EQ(phones.trouble(), "");
    EXPECT_EQ(company.trouble, "");
    now += 10ms;
  }

  Company company;
  Phones phones;
  Calls calls;
  std::vector<Event> events;
  std::vector<telephony::Order> orders;  ///< of the last turn
  bool recordable = true;
  Time now{std::chrono::sys_days(std::chrono::year(2026) / 11 / 30) + 9h};

 private:
  std::uint64_t made_ids_ = 0;
};

}  // namespace otklik::core::stories
