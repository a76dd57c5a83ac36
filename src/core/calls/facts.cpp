// What the telephony tells.
#include <algorithm>

#include "core/calls/retrace.hpp"
#include "core/calls/work.hpp"

namespace otklik::core::calls {

void Work::refuse_offer(const Uuid& id, Cause cause) {
  ++state_.figures.turned_away;
  order(telephony::EndLeg{.leg = id, .cause = cause});
}

void Work::operator()(const telephony::LegOffered& fact) {
  if (fact.leg.is_nil() || state_.legs.contains(fact.leg)) return impossible();
  if (state_.stopping) return refuse_offer(fact.leg, Cause::server_stopping);
  if (const auto* line = std::get_if<telephony::FromLine>(&fact.from)) return offered_by_line(fact, line->line);
  offered_by_trunk(fact, std::get<telephony::FromTrunk>(fact.from).trunk);
}

void Work::offered_by_line(const telephony::LegOffered& fact, const Uuid& line) {
  const auto card = turn_.around.line(line);
  if (!card) return refuse_offer(fact.leg, Cause::not_permitted);
  if (const auto now = state_.lines.find(line);
      now != state_.lines.end() && now->second.legs.size() >= state_.options.most_legs_of_line) {
    return refuse_offer(fact.leg, Cause::congestion);
  }
  if (!fact.replaces.is_nil()) {
    Leg* const old = leg(fact.replaces);
    if (old == nullptr) return refuse_offer(fact.leg, Cause::unknown_number);
    // The newcomer begins in the old one's chain: it is the same call.
    auto& newcomer = begin_leg(fact.leg, old->chain, card->party, false);
    newcomer.dialled = fact.dialled;
    return replace(newcomer, *old);
  }
  Route route = turn_.around.route(fact.dialled, line, commands::Where::by_plan, {});
  const auto* outside = std::get_if<OutsideWays>(&route);
  if (!turn_.recordable && (outside == nullptr || !outside->emergency)) {
    return refuse_offer(fact.leg, Cause::storage_full);
  }
  const Uuid chain_id = begin_chain(ChainOrigin::line, card->party, fact.dialled).id;
  auto& newcomer = begin_leg(fact.leg, chain_id, card->party, false);
  newcomer.dialled = fact.dialled;
  if (const auto* service = std::get_if<ServiceRoute>(&route);
      service != nullptr && service->service == ServiceRoute::Service::pick_up) {
    Call* const taken = ringing_at(service->rest, *card);
    if (taken == nullptr) return lose(newcomer, Cause::no_answer, true);
    return pick_up(newcomer, *taken);
  }
  if (serve_itself(newcomer, route)) return;
  begin_call({.chain = chain_id,
              .purpose = Purpose::connect,
              .for_leg = fact.leg,
              .caller = card->party,
              .number = fact.dialled,
              .route = std::move(route),
              .owner_line = line});
}

/// What the server answers without calling anybody: the echo. IVR, conference and voicemail have their place here.
bool Work::serve_itself(Leg& newcomer, const Route& route) {
  const auto* service = std::get_if<ServiceRoute>(&route);
  if (service == nullptr || service->service != ServiceRoute::Service::echo) return false;
  answer(newcomer);
  newcomer.in_service = true;
  order(telephony::EchoLeg{newcomer.id});
  return true;
}

void Work::offered_by_trunk(const telephony::LegOffered& fact, const Uuid& trunk) {
  const auto number = turn_.around.trunk_number(trunk);
  if (!number) return refuse_offer(fact.leg, Cause::not_permitted);
  if (!fact.replaces.is_nil()) return refuse_offer(fact.leg, Cause::not_permitted);
  if (!turn_.recordable) return refuse_offer(fact.leg, Cause::storage_full);
  Party party;
  party.trunk = trunk;
  party.line_number = *number;
  party.number = fact.caller.number;
  party.name = fact.caller.name;
  const Uuid chain_id = begin_chain(ChainOrigin::trunk, party, fact.dialled).id;
  auto& newcomer = begin_leg(fact.leg, chain_id, party, false);
  newcomer.dialled = fact.dialled;
  Route route = turn_.around.route_incoming(trunk, fact.dialled);
  if (serve_itself(newcomer, route)) return;
  begin_call({.chain = chain_id,
              .purpose = Purpose::connect,
              .for_leg = fact.leg,
              .caller = party,
              .number = fact.dialled,
              .route = std::move(route)});
}

void Work::operator()(const telephony::LegRinging& fact) {
  Leg* const rung = leg(fact.leg);
  if (rung == nullptr) return void(++state_.figures.late);
  if (rung->placed && !rung->answered) rings(*rung);
}

void Work::operator()(const telephony::LegEarlyMedia& fact) {
  Leg* const rung = leg(fact.leg);
  if (rung == nullptr) return void(++state_.figures.late);
  if (!rung->placed || rung->answered) return;
  rings(*rung);
  Call* const its = call(rung->call_in);
  Leg* const caller = its == nullptr ? nullptr : leg(its->for_leg);
  if (caller == nullptr || its->rings.size() != 1 || !its->early.is_nil()) return;
  if (its->state != CallState::ringing) return;  // who waits in line goes on hearing music
  its->early = new_id();
  caller->hears = false;
  order(telephony::Join{.commutation = its->early, .a = caller->id, .b = rung->id});
}

void Work::operator()(const telephony::LegAnswered& fact) {
  Leg* const rung = leg(fact.leg);
  if (rung == nullptr) return void(++state_.figures.late);
  if (!rung->placed || rung->answered) return;  // a second 200
  Call* const its = call(rung->call_in);
  if (its == nullptr) return impossible();
  if (rung->state == LegState::ringing) ring_stopped(*rung, true, Cause::hung_up);
  step(*rung, LegStep::answers);
  rung->answered = true;
  tell(LegAnswered{.leg = rung->id, .chain = rung->chain, .party = rung->party});
  is_answered(*its, *rung);
}

void Work::operator()(const telephony::LegEnded& fact) {
  Leg* const gone = leg(fact.leg);
  if (gone == nullptr) return void(++state_.figures.late);
  Call* const rang = call(gone->call_in);
  const bool sent_on = !fact.redirected_to.empty() && gone->placed && !gone->answered && rang != nullptr &&
                       rang->state == CallState::ringing && !gone->party.is_outside() && !rang->ignores_state;
  if (sent_on) {
    const auto* route = std::get_if<InsideRoute>(&rang->route);
    if (route != nullptr && route->targets.size() == 1 && rang->rings.size() == 1) {
      const Uuid line = gone->party.line;
      drop(*gone, Cause::redirected, false);
      take_ring(*rang, gone->id);
      clear_timer(Timer::call, rang->id);
      if (step(*rang, CallStep::goes_on)) go_elsewhere(*rang, fact.redirected_to, line);
      return;
    }
  }
  Cause cause = fact.cause;
  if (gone->state == LegState::offered && cause == Cause::hung_up) cause = Cause::abandoned;
  if (gone->placed && !gone->answered && cause == Cause::redirected) cause = Cause::declined;
  lose(*gone, cause, false);
}

void Work::operator()(const telephony::LegHeldByPhone& fact) {
  Leg* const holder = leg(fact.leg);
  if (holder == nullptr) return void(++state_.figures.late);
  if (!holder->answered) return;
  holder->phone_holds = true;
  holder->media_lost = false;
  clear_timer(Timer::media, holder->id);
  touch(*holder);
  if (holder->state == LegState::talking && holder->holds.is_nil()) hold(*holder, true);
}

void Work::operator()(const telephony::LegResumedByPhone& fact) {
  Leg* const holder = leg(fact.leg);
  if (holder == nullptr) return void(++state_.figures.late);
  if (!holder->phone_holds) return;
  holder->phone_holds = false;
  touch(*holder);
  if (holder->holds_by_phone && holder->state == LegState::open) return_to_held(*holder, HoldEnd::returned);
}

void Work::operator()(const telephony::TransferAsked& fact) {
  Leg* const who = leg(fact.leg);
  if (who == nullptr) return void(++state_.figures.late);
  const auto refuse = [&](Cause cause) { order(telephony::RefuseTransfer{.leg = fact.leg, .cause = cause}); };
  // Another exchange may not send calls about at our cost.
  if (who->party.is_outside() || !who->answered) return refuse(Cause::not_permitted);
  if (const auto* party_of = std::get_if<telephony::ToPartyOf>(&fact.to)) {
    Leg* const other = leg(party_of->leg);
    if (other == nullptr) return refuse(Cause::unknown_number);
    if (other->party.line != who->party.line) return refuse(Cause::not_permitted);
    if (!transfer_to_party_of(*who, *other)) refuse(Cause::unknown_number);
    return;
  }
  const auto before = static_cast<std::ptrdiff_t>(turn_.orders.size());
  who->refer = true;
  const auto outcome = transfer_blind(*who, std::get<telephony::ToNumber>(fact.to).number, commands::Where::by_plan);
  if (!outcome) {
    who->refer = false;
    return refuse(outcome.error() == commands::Refusal::not_permitted ? Cause::not_permitted : Cause::unknown_number);
  }
  turn_.orders.insert(turn_.orders.begin() + before, telephony::AcceptTransfer{fact.leg});
  if (!who->refer) return;  // its end has said that it worked
  who->refer = false;       // it lives on, with the party it held
  order(telephony::FinishTransfer{.leg = fact.leg, .failed = std::nullopt});
}

void Work::operator()(const telephony::DigitsCame& fact) {
  Leg* const from = leg(fact.leg);
  if (from == nullptr) return void(++state_.figures.late);
  if (const Leg* to = partner(*from)) order(telephony::SendDigits{.leg = to->id, .digits = fact.digits});
}

void Work::operator()(const telephony::MediaLost& fact) {
  Leg* const lost = leg(fact.leg);
  if (lost == nullptr) return void(++state_.figures.late);
  if (!lost->answered || lost->phone_holds || lost->media_lost) return;
  lost->media_lost = true;
  set_timer(Timer::media, lost->id, state_.options.media_patience);
}

void Work::operator()(const telephony::MediaBack& fact) {
  Leg* const back = leg(fact.leg);
  if (back == nullptr) return void(++state_.figures.late);
  back->media_lost = false;
  clear_timer(Timer::media, back->id);
}

void Work::operator()(const telephony::AnswerNotSupported& fact) {
  Leg* const asked = leg(fact.leg);
  if (asked == nullptr) return void(++state_.figures.late);
  asked->can_be_asked = false;
}

void Work::operator()(const telephony::RecordingFinished& fact) {
  const auto found = state_.recordings.find(fact.recording);
  if (found == state_.recordings.end()) {
    // Of a talk that a killed server left, or one that was given up: it is there all the same, so it is told.
    return tell(core::RecordingFinished{.recording = fact.recording,
                                        .file = fact.file,
                                        .path = fact.path,
                                        .size = fact.size,
                                        .length = fact.length,
                                        .trouble = fact.trouble,
                                        .began = turn_.at});
  }
  const auto& its = found->second;
  tell(core::RecordingFinished{.recording = its.id,
                               .chain = its.chain,
                               .commutation = its.commutation,
                               .file = fact.file,
                               .path = fact.path,
                               .size = fact.size,
                               .length = fact.length,
                               .trouble = fact.trouble,
                               .began = its.began});
  clear_timer(Timer::recording, its.id);
  if (const auto talk = state_.commutations.find(its.commutation); talk != state_.commutations.end()) {
    talk->second.recording = {};
  }
  state_.recordings.erase(found);
}

void Work::operator()(const telephony::TrunkUp& fact) { state_.trunks[fact.trunk].down = false; }
void Work::operator()(const telephony::TrunkDown& fact) { state_.trunks[fact.trunk].down = true; }

void Work::connect_line(const Uuid& line) {
  const auto card = turn_.around.line(line);
  if (!card) return;
  auto& now = state_.lines[line];
  now.party = card->party;
  now.registered = true;
  freed_ = true;
  touch_line(line);
}

void Work::disconnect_line(const Uuid& line) {
  const auto found = state_.lines.find(line);
  if (found == state_.lines.end()) return;
  found->second.registered = false;
  touch_line(line);
}

/// Everything ends, and nothing begins any more.
void Work::stop() {
  state_.stopping = true;
  for (auto& [id, its] : state_.chains) {
    if (its.state != ChainState::ended) end_chain_now(its, Cause::server_stopping);
  }
}

}  // namespace otklik::core::calls
