#include "core/calls/plan_surroundings.hpp"

#include <algorithm>

namespace otklik::core {

std::optional<LineCard> PlanSurroundings::line(const Uuid& id) {
  const Line* line = plan_.line(id);
  if (line == nullptr || !line->enabled) return std::nullopt;
  LineCard card;
  card.answers_by_command = line->answers_by_server;
  auto& party = card.party;
  party.line = id;
  party.line_number = line->number;
  party.number = line->number;
  party.name = line->name;
  if (const User* user = directory_.user(line->user)) {
    party.user = user->id;
    party.login = user->login;
    party.name = user->name.empty() ? user->login : user->name;
    if (const Department* department = directory_.department(user->department)) party.department = department->name;
    if (const InternalNumber* direct = plan_.direct_number(user->id)) party.number = direct->digits;
  }
  return card;
}

std::optional<std::string> PlanSurroundings::trunk_number(const Uuid& id) {
  const Trunk* trunk = plan_.trunk(id);
  if (trunk == nullptr || !trunk->enabled) return std::nullopt;
  return trunk->number;
}

Route PlanSurroundings::route(std::string_view dialled, const Uuid& from, commands::Where where,
                              std::string_view caller) {
  const auto look_up = where == commands::Where::inside    ? LookUp::inside
                       : where == commands::Where::outside ? LookUp::outside
                                                           : LookUp::by_plan;
  return route_of(plan_.resolve(dialled, plan_.line(from), look_up, caller), from, caller, 0);
}

Route PlanSurroundings::route_incoming(const Uuid& trunk, std::string_view dialled) {
  const Trunk* known = plan_.trunk(trunk);
  if (known == nullptr) return NoRoute{Cause::not_permitted};
  return route_of(plan_.resolve_incoming(*known, dialled), {}, {}, 0);
}

Route PlanSurroundings::route_of(const Resolution& resolution, const Uuid& from, std::string_view caller, int depth) {
  using Service = ServiceRoute::Service;
  if (const auto* unknown = std::get_if<UnknownNumber>(&resolution)) {
    switch (unknown->why) {
      case UnknownNumber::Why::malformed:
      case UnknownNumber::Why::not_in_plan:
        return NoRoute{Cause::unknown_number};
      case UnknownNumber::Why::not_permitted:
        return NoRoute{Cause::not_permitted};
      case UnknownNumber::Why::no_trunk:
        return NoRoute{Cause::no_route};
    }
    return NoRoute{};
  }
  if (const auto* outside = std::get_if<OutsideNumber>(&resolution)) {
    OutsideWays out{.number = outside->number,
                    .emergency = outside->emergency,
                    .most_calls_of_line_an_hour = plan_.outside().most_calls_of_line_an_hour};
    for (const auto& way : outside->routes) {
      out.trunks.push_back({.trunk = way.trunk->id,
                            .trunk_number = way.trunk->number,
                            .number = way.number,
                            .caller_id = way.caller_id,
                            .most_calls = way.trunk->most_calls,
                            .most_calls_an_hour = way.trunk->most_calls_an_hour});
    }
    return out;
  }
  const auto& found = std::get<InsideNumber>(resolution);
  const InternalNumber& number = *found.number;
  switch (number.kind) {
    case NumberKind::standard:
      return inside(number);
    case NumberKind::ivr:
      return ServiceRoute{.service = Service::ivr, .rest = number.scenario};
    case NumberKind::speed:
    case NumberKind::emergency:
      break;  // these were looked through
    case NumberKind::special:
      switch (number.special) {
        case SpecialKind::flash:
          return ServiceRoute{.service = Service::flash};
        case SpecialKind::pick_up:
          return ServiceRoute{.service = Service::pick_up, .rest = found.rest};
        case SpecialKind::echo_test:
          return ServiceRoute{.service = Service::echo};
        case SpecialKind::conference:
          return ServiceRoute{.service = Service::conference, .rest = number.digits};
        case SpecialKind::voicemail:
          return ServiceRoute{.service = Service::voicemail};
        case SpecialKind::sip_hotline:
          if (depth > 0) break;
          return route_of(plan_.resolve(number.target, plan_.line(from), LookUp::by_plan, caller), from, caller, 1);
        case SpecialKind::none:
        case SpecialKind::city:
        case SpecialKind::pbx:
          break;
      }
  }
  return NoRoute{};
}

/// Lines of one user ring together; they stand next to each other in the plan's order or not.
InsideRoute PlanSurroundings::inside(const InternalNumber& number) const {
  InsideRoute out{.number_id = number.id,
                  .digits = number.digits,
                  .rule = number.rule.id,
                  .rule_name = number.rule.name,
                  .all_at_once = number.rule.hunting == Hunting::all_at_once,
                  .ring_time = number.rule.ring_time,
                  .queue_limit = number.rule.queue_limit,
                  .longest_wait = number.rule.longest_wait};
  for (const Line* line : plan_.lines_of(number)) {
    const auto same = std::ranges::find_if(
        out.targets, [&](const RouteTarget& one) { return !line->user.is_nil() && one.user == line->user; });
    if (same != out.targets.end()) {
      same->lines.push_back(line->id);
    } else {
      out.targets.push_back({.user = line->user, .lines = {line->id}});
    }
  }
  // A user without any line is called all the same: his redirection may lead on.
  for (const auto& user : plan_.users_of(number)) {
    const bool known = std::ranges::any_of(out.targets, [&](const RouteTarget& one) { return one.user == user; });
    if (!known) out.targets.push_back({.user = user, .lines = {}});
  }
  return out;
}

Availability PlanSurroundings::availability(const Uuid& user) {
  const auto standing = states_.standing(user);
  switch (standing.state) {
    case UserState::ready:
      return standing.modes.on_cc_manual ? Availability::on_break : Availability::ready;
    case UserState::on_break:
      return Availability::on_break;
    case UserState::away:
      return Availability::away;
    case UserState::busy:
    case UserState::reserved:
      return Availability::busy;
    case UserState::disconnected:
    case UserState::no_phone:
      return Availability::absent;
  }
  return Availability::absent;
}

std::optional<std::string> PlanSurroundings::redirection(const Uuid& user, std::string_view caller) {
  const auto* rule = plan_.redirect_for(user, states_.standing(user).modes.on_redirect, caller, moment_);
  if (rule == nullptr) return std::nullopt;
  return rule->destination;
}

bool PlanSurroundings::is_recorded(const Party& a, const Party& b, const Uuid& number_id) {
  Plan::Talk talk{.direction = a.is_outside()   ? TalkDirection::incoming
                               : b.is_outside() ? TalkDirection::outgoing
                                                : TalkDirection::inside,
                  .first = plan_.line(a.line),
                  .second = plan_.line(b.line),
                  .number = number_id};
  const Party& outside = a.is_outside() ? a : b;
  if (outside.is_outside()) {
    talk.trunk = outside.trunk;
    talk.outside = outside.number;
  }
  return plan_.is_recorded(talk);
}

void PlanSurroundings::talk_began(const Uuid& user) { states_.talk_began(user, at_, follow_); }
void PlanSurroundings::talk_ended(const Uuid& user) { states_.talk_ended(user, at_, follow_); }

}  // namespace otklik::core
