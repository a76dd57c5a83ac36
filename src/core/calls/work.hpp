#pragma once
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/calls/calls.hpp"
#include "core/calls/parts.hpp"
#include "core/events.hpp"

namespace otklik::core::calls {

/// One turn of the calls over their state. Its functions lie in files by noun: arrivals.cpp, legs.cpp, talks.cpp,
/// holds.cpp, seeking.cpp, answers.cpp, waiting.cpp, transfers.cpp, autocalls.cpp, pick_up.cpp, commands.cpp,
/// facts.cpp, timers.cpp, views.cpp.
///
/// Two ways for a leg to go: drop() takes it out of everything and tells so; lose() also does what follows for the
/// others.
class Work {
 public:
  Work(State& state, CallTurn& turn);

  /// Ends what is past its deadline. Every turn begins with it.
  void expire();
  /// Ends chains without legs, serves those who wait, tells what lines and users are in now, forgets what is over.
  void finish();

  // facts.cpp
  void operator()(const telephony::LegOffered& fact);
  void operator()(const telephony::LegRinging& fact);
  void operator()(const telephony::LegEarlyMedia& fact);
  void operator()(const telephony::LegAnswered& fact);
  void operator()(const telephony::LegEnded& fact);
  void operator()(const telephony::LegHeldByPhone& fact);
  void operator()(const telephony::LegResumedByPhone& fact);
  void operator()(const telephony::TransferAsked& fact);
  void operator()(const telephony::DigitsCame& fact);
  void operator()(const telephony::MediaLost& fact);
  void operator()(const telephony::MediaBack& fact);
  void operator()(const telephony::AnswerNotSupported& fact);
  void operator()(const telephony::RecordingFinished& fact);
  void operator()(const telephony::TrunkUp& fact);
  void operator()(const telephony::TrunkDown& fact);

  // commands.cpp
  commands::Outcome operator()(const commands::Autocall& command);
  commands::Outcome operator()(const commands::SwitchCall& command);
  commands::Outcome operator()(const commands::TransferCall& command);
  commands::Outcome operator()(const commands::StopAutocall& command);
  commands::Outcome operator()(const commands::Flash& command);
  commands::Outcome operator()(const commands::DeclineCall& command);
  commands::Outcome operator()(const commands::AnswerCall& command);
  commands::Outcome operator()(const commands::AbortCall& command);
  commands::Outcome operator()(const commands::PickUp& command);
  commands::Outcome operator()(const commands::SetCustomField& command);
  commands::Outcome operator()(const commands::EndChain& command);

  void connect_line(const Uuid& line);
  void disconnect_line(const Uuid& line);
  void look_again() noexcept { freed_ = true; }
  void stop();

 private:
  /// What begin_call() wants to know.
  struct Wanted {
    Uuid chain{};
    Purpose purpose = Purpose::connect;
    Uuid for_leg{};
    Party caller{};
    std::string number{};
    Route route{};
    Uuid owner_line{};
    bool auto_answer = false;
    bool ignores_state = false;
    Uuid autocall{};
    Uuid recall_line{};
    std::string redirected_from{};
    std::size_t hops = 0;
  };

  // the plainest things
  Uuid new_id();
  void tell(EventBody body) { turn_.events.push_back({.at = turn_.at, .body = std::move(body)}); }
  void order(telephony::Order order) { turn_.orders.push_back(std::move(order)); }
  Leg* leg(const Uuid& id);  ///< null: none, or gone
  Leg& sure(const Uuid& id) { return state_.legs.at(id); }
  Chain& chain(const Uuid& id) { return state_.chains.at(id); }
  Call* call(const Uuid& id);  ///< null: none, or over
  Autocall* autocall_of(const Uuid& line);
  [[nodiscard]] static bool is_over(const Call& call) noexcept {
    return call.state == CallState::answered || call.state == CallState::failed;
  }
  Leg* partner(const Leg& leg);
  [[nodiscard]] telephony::Shown shown(const Party& party) const;
  void impossible() noexcept { ++state_.figures.impossible; }
  void touch_line(const Uuid& line);
  void touch_chain(const Uuid& chain) { chains_.insert(chain); }
  void touch(const Leg& leg);

  // legs.cpp
  Chain& begin_chain(ChainOrigin origin, const Party& caller, std::string dialled);
  Leg& begin_leg(const Uuid& id, const Uuid& chain, Party party, bool placed);
  bool step(Leg& leg, LegStep step);
  void answer(Leg& leg);
  void offered_by_line(const telephony::LegOffered& fact, const Uuid& line);
  void offered_by_trunk(const telephony::LegOffered& fact, const Uuid& trunk);
  bool serve_itself(Leg& newcomer, const Route& route);
  void refuse_offer(const Uuid& leg, Cause cause);
  void move(Leg& leg, const Uuid& to);
  void drop(Leg& leg, Cause cause, bool by_us);
  void lose(Leg& leg, Cause cause, bool by_us);
  void nobody_there(Leg& leg, Cause cause);
  void let_hear(Leg& leg, telephony::Sound sound);
  void count_user(const Uuid& user, bool more);
  void end_chain_now(Chain& chain, Cause cause);

  // talks.cpp
  void join(Leg& a, Leg& b, std::string dialled, const Uuid& number_id, std::optional<Time> called = std::nullopt);
  void part(Commutation& talk, Cause cause);
  void end_recording(Recording& recording);

  // holds.cpp
  void hold(Leg& holder, bool by_phone, bool swapped = false);
  void take_back(Leg& holder, HoldEnd how);
  void return_to_held(Leg& holder, HoldEnd how);
  void swap(Leg& holder);
  void after_held_left(Leg& holder);

  // talks.cpp; retrace.hpp
  void trace(const Uuid& chain, TraceElement element);
  template <class Change>
  void retrace(const Uuid& chain, TraceElement::Kind kind, const Uuid& id, Change change);

  // seeking.cpp, answers.cpp
  Call& begin_call(Wanted wanted);
  void seek(Call& call);
  bool seek_inside(Call& call, const InsideRoute& route);
  bool seek_outside(Call& call, const OutsideWays& route);
  bool ring_target(Call& call, const RouteTarget& target, bool alone);
  bool redirect(Call& call, const RouteTarget& target);
  void go_elsewhere(Call& call, const std::string& number, const Uuid& rights_of);
  void ring_line(Call& call, const LineCard& card, bool picks_up, bool auto_answer);
  void ring_trunk(Call& call, const TrunkRoute& way);
  std::optional<Cause> outside_refusal(const Call& call, const OutsideWays& route);
  bool step(Call& call, CallStep step);
  void note_cause(Call& call, Cause cause);
  void rings(Leg& leg);
  void ring_ended(Call& call, const Uuid& leg, Cause cause);
  void take_ring(Call& call, const Uuid& leg);
  void end_rings(Call& call, Cause cause, const Uuid& but);
  void go_on(Call& call, Cause cause);
  void ring_time_over(Call& call);
  void is_answered(Call& call, Leg& winner);
  void finish_call(Call& call, CallStep how, Cause cause, const Party& party);
  void fail(Call& call, Cause cause);
  void cancel(Call& call, Cause cause);
  void retarget(Call& call, Leg& leg);
  void stop_early(Call& call);
  void ring_stopped(const Leg& leg, bool answered, Cause cause);

  // waiting.cpp
  [[nodiscard]] std::size_t waiting_at(const Uuid& number_id) const;
  void wait(Call& call, const InsideRoute& route);
  bool serve(Call& call);
  void serve_all();
  void leave_queue(Call& call, bool answered, Cause cause);

  // transfers.cpp
  commands::Outcome transfer_blind(Leg& who, const std::string& number, commands::Where where);
  void transfer_attended(Leg& who, Cause cause, bool by_us);
  void hand_over_call(Leg& who, Call& call, Cause cause, bool by_us);
  bool transfer_to_party_of(Leg& who, Leg& other);
  void replace(Leg& newcomer, Leg& old);

  // autocalls.cpp
  commands::Outcome start_autocall(const commands::Autocall& command);
  commands::Outcome consult(Leg& own, const LineCard& card, const commands::Autocall& command, Route route);
  Autocall& begin_autocall(const Uuid& chain, AutocallStep step, const LineCard& card,
                           const commands::Autocall& command);
  void end_autocall(Autocall& autocall, AutocallStep step, Cause cause);
  void party_answered(Autocall& autocall, Leg& party);
  void line_answered(Autocall& autocall, Leg& own);

  // pick_up.cpp
  Call* ringing_at(const std::string& number, const LineCard& card);
  void pick_up(Leg& newcomer, Call& call);

  // commands.cpp
  Leg* acting_leg(const Uuid& line);
  std::vector<Uuid> ringing_legs(const Uuid& line);
  [[nodiscard]] static std::optional<commands::Refusal> check_route(const Route& route);
  void dismiss(Leg& party);
  void stop_sound(Leg& leg);

  // timers.cpp
  void due(TimerKey key);
  bool watch();
  void tidy();
  void wipe(const Uuid& chain);
  void settle(const Uuid& leg);
  void set_timer(Timer kind, const Uuid& id, Duration after);
  void clear_timer(Timer kind, const Uuid& id) { state_.deadlines.clear({kind, id}); }

  // views.cpp
  void show_chain(const Uuid& id);
  void show_line(const Uuid& id);
  void show_queue(const Call& call);
  void tell_users();

  State& state_;
  CallTurn& turn_;
  Time now_;  ///< in the machine's own time: never back
  std::uint64_t made_ids_ = 0;
  std::set<Uuid> chains_, lines_, legs_, users_, calls_;  ///< touched in this turn
  std::vector<Uuid> over_talks_, over_autocalls_;
  bool watch_due_ = false;
  bool freed_ = false;  ///< somebody may take a call who could not before
};

/// Everything that is wrong, with the chain that it is wrong with (nil: none).
struct Fault {
  Uuid chain{};
  Uuid thing{};  ///< the leg, call, talk … itself
  std::string sentence{};
};
std::vector<Fault> faults(const State& state);

}  // namespace otklik::core::calls
