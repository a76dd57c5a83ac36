// Calls that the server makes on behalf of a line.
#include "core/calls/work.hpp"

namespace otklik::core::calls {

using commands::Accepted;
using commands::Outcome;
using commands::Refusal;
using commands::Sequence;

Autocall* Work::autocall_of(const Uuid& line) {
  const auto now = state_.lines.find(line);
  if (now == state_.lines.end() || now->second.autocall.is_nil()) return nullptr;
  auto& found = state_.autocalls.at(now->second.autocall);
  return found.state == AutocallState::over ? nullptr : &found;
}

namespace {

/// Of a line's own phone.
InsideRoute to_line(const LineCard& card, std::chrono::seconds ring_time) {
  return {.digits = card.party.number,
          .targets = {{.user = card.party.user, .lines = {card.party.line}}},
          .ring_time = ring_time};
}

/// Whom the line's own phone shows as calling: whom it will be connected with.
Party party_by_number(std::string number) {
  Party out;
  out.number = std::move(number);
  return out;
}

}  // namespace

Outcome Work::start_autocall(const commands::Autocall& command) {
  const auto card = turn_.around.line(command.line);
  if (!card) return std::unexpected(Refusal::unknown_line);
  if (command.number.empty()) return std::unexpected(Refusal::bad_parameter);
  if (state_.stopping) return std::unexpected(Refusal::stopping);
  if (autocall_of(command.line) != nullptr) return std::unexpected(Refusal::line_busy);
  Leg* const own = acting_leg(command.line);
  Leg* const party = own != nullptr ? partner(*own) : nullptr;
  if (party != nullptr && shown(party->party).number == command.number) return std::unexpected(Refusal::already_there);

  Route route = turn_.around.route(command.number, command.line, command.where, {});
  const auto* outside = std::get_if<OutsideWays>(&route);
  if (!turn_.recordable && (outside == nullptr || !outside->emergency)) return std::unexpected(Refusal::storage_full);
  if (const auto refusal = check_route(route)) return std::unexpected(*refusal);

  const auto now = state_.lines.find(command.line);
  const bool off_the_hook = own != nullptr && own->answered && own->state != LegState::held && !own->phone_holds;
  if (off_the_hook) return consult(*own, *card, command, std::move(route));
  if (now == state_.lines.end() || !now->second.registered) return std::unexpected(Refusal::not_reachable);
  // A phone that holds by itself gets a call of its own for the consultation; in whatever else it is in, it is busy.
  for (const auto& id : now->second.legs) {
    const Leg& leg = sure(id);
    if (!(leg.answered && leg.phone_holds && !leg.holds.is_nil())) return std::unexpected(Refusal::line_busy);
  }

  auto& its = begin_chain(ChainOrigin::autocall, card->party, command.number);
  const Uuid chain_id = its.id;
  const bool party_first = command.sequence == Sequence::party_first && !command.intercom;
  auto& made =
      begin_autocall(chain_id, party_first ? AutocallStep::calls_party : AutocallStep::calls_line, *card, command);
  if (party_first) {
    begin_call({.chain = chain_id,
                .purpose = Purpose::party_first,
                .caller = card->party,
                .number = command.number,
                .route = std::move(route),
                .owner_line = command.line,
                .autocall = made.id});
  } else {
    begin_call({.chain = chain_id,
                .purpose = Purpose::line_first,
                .caller = party_by_number(command.number),
                .number = command.number,
                .route = to_line(*card, state_.options.callback_ring_limit),
                .owner_line = command.line,
                .ignores_state = true,
                .autocall = made.id});
  }
  return Accepted{chain_id};
}

/// On the open line: its party, if there is one, waits.
Outcome Work::consult(Leg& own, const LineCard& card, const commands::Autocall& command, Route route) {
  if (!own.call_out.is_nil()) return std::unexpected(Refusal::line_busy);  // it dials already
  if (own.state == LegState::talking) {
    if (!own.holds.is_nil()) return std::unexpected(Refusal::line_busy);  // two parties are what a line has room for
    hold(own, false);
  }
  stop_sound(own);
  auto& its = begin_chain(ChainOrigin::autocall, card.party, command.number);
  const Uuid chain_id = its.id;
  move(own, chain_id);
  auto& made = begin_autocall(chain_id, AutocallStep::consults, card, command);
  begin_call({.chain = chain_id,
              .purpose = Purpose::connect,
              .for_leg = own.id,
              .caller = own.party,
              .number = command.number,
              .route = std::move(route),
              .owner_line = command.line,
              .auto_answer = command.intercom,
              .autocall = made.id});
  return Accepted{chain_id};
}

Autocall& Work::begin_autocall(const Uuid& chain_id, AutocallStep step, const LineCard& card,
                               const commands::Autocall& command) {
  const Uuid id = new_id();
  auto& made = state_.autocalls[id];
  made = {.id = id,
          .chain = chain_id,
          .state = *next(AutocallState::none, step),
          .line = command.line,
          .owner = card.party,
          .number = command.number,
          .where = command.where,
          .intercom = command.intercom,
          .began = turn_.at};
  auto& line = state_.lines[command.line];
  line.party = card.party;
  line.autocall = id;
  count_user(card.party.user, true);
  touch_line(command.line);
  tell(AutocallStarted{.autocall = id,
                       .chain = chain_id,
                       .owner = card.party,
                       .number = command.number,
                       .sequence = step == AutocallStep::calls_party  ? "direct"
                                   : step == AutocallStep::calls_line ? "back"
                                                                      : "consult"});
  return made;
}

void Work::end_autocall(Autocall& autocall, AutocallStep step, Cause cause) {
  const auto to = next(autocall.state, step);
  if (!to) return impossible();
  autocall.state = *to;
  over_autocalls_.push_back(autocall.id);
  state_.lines[autocall.line].autocall = {};
  count_user(autocall.owner.user, false);
  touch_line(autocall.line);
  tell(AutocallEnded{.autocall = autocall.id,
                     .chain = autocall.chain,
                     .owner = autocall.owner,
                     .number = autocall.number,
                     .connected = step == AutocallStep::connects,
                     .cause = cause,
                     .began = autocall.began});
}

/// Now the line is called back; the party hears that it rings.
void Work::party_answered(Autocall& autocall, Leg& party) {
  const auto card = turn_.around.line(autocall.line);
  const auto number = autocall.number;
  end_autocall(autocall, AutocallStep::connects, Cause::hung_up);
  if (!card) return lose(party, Cause::not_reachable, true);
  begin_call({.chain = party.chain,
              .purpose = Purpose::call_back,
              .for_leg = party.id,
              .caller = party.party,
              .number = number,
              .route = to_line(*card, state_.options.callback_ring_limit),
              .owner_line = card->party.line,
              .ignores_state = true});
}

/// Now the number is called on the line's behalf.
void Work::line_answered(Autocall& autocall, Leg& own) {
  const auto number = autocall.number;
  const bool intercom = autocall.intercom;
  Route route = turn_.around.route(number, autocall.line, autocall.where, {});
  const Uuid line = autocall.line;
  end_autocall(autocall, AutocallStep::connects, Cause::hung_up);
  begin_call({.chain = own.chain,
              .purpose = Purpose::connect,
              .for_leg = own.id,
              .caller = own.party,
              .number = number,
              .route = std::move(route),
              .owner_line = line,
              .auto_answer = intercom});
}

}  // namespace otklik::core::calls
