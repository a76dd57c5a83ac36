#include "stories/calls/exchange.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace otklik::core::stories {
namespace {

Uuid made_id(std::uint8_t kind, std::string_view text) {
  Uuid out;
  out.bytes[0] = kind;
  for (std::size_t i = 0; i < text.size() && i < 14; ++i) out.bytes[1 + i] = static_cast<std::uint8_t>(text[i]);
  return out;
}

constexpr std::string_view names[] = {"Alice", "Bob", "Carol", "Dave", "Eve", "Frank"};

}  // namespace

Uuid Company::line_id(std::string_view direct_number) { return made_id(1, direct_number); }
Uuid Company::user_id(std::string_view direct_number) { return made_id(2, direct_number); }
Uuid Company::trunk_id(int number) { return made_id(3, std::to_string(number)); }
Uuid Company::number_id(std::string_view digits) { return made_id(4, digits); }

Company::Company() {
  for (int i = 1; i <= 7; ++i) {
    const auto direct = fmt::format("10{}", i);
    LineCard card;
    card.party.line = line_id(direct);
    card.party.line_number = fmt::format("1600{}", i);
    card.party.number = direct;
    if (i < 7) {
      card.party.user = user_id(direct);
      card.party.name = names[i - 1];
      card.party.login = card.party.name;
      card.party.department = i <= 4 ? "Sales" : "Support";
    }
    card.answers_by_command = i != 4;
    lines[card.party.line] = card;
  }
}

std::optional<LineCard> Company::line(const Uuid& line) {
  const auto found = lines.find(line);
  if (found == lines.end()) return std::nullopt;
  return found->second;
}

std::optional<std::string> Company::trunk_number(const Uuid& trunk) {
  if (trunk == trunk_id(1)) return "13001";
  if (trunk == trunk_id(2)) return "13002";
  return std::nullopt;
}

Route Company::route(std::string_view dialled, const Uuid& from, commands::Where where, std::string_view) {
  const auto target = [this](std::string_view number) {
    RouteTarget out{.user = lines.at(line_id(number)).party.user, .lines = {line_id(number)}};
    return out;
  };
  const std::string digits(dialled);
  if (where != commands::Where::outside) {
    InsideRoute inside{.number_id = number_id(digits),
                       .digits = digits,
                       .rule = made_id(5, digits),
                       .rule_name = "rule of " + digits,
                       .longest_wait = longest_wait};
    if (lines.contains(line_id(dialled))) {
      inside.targets = {target(dialled)};
      inside.queue_limit = digits == "106" ? queue_limit : 0;
      return inside;
    }
    if (digits == "200" || digits == "300" || digits == "400") {
      inside.all_at_once = digits != "300";
      inside.targets = {target("102"), target("103")};
      if (digits != "400") inside.targets.push_back(target("104"));
      inside.queue_limit = digits == "400" ? 0 : queue_limit;
      return inside;
    }
    if (digits.starts_with("*8")) {
      return ServiceRoute{.service = ServiceRoute::Service::pick_up, .rest = digits.substr(2)};
    }
    if (digits == "199") return ServiceRoute{.service = ServiceRoute::Service::echo};
    if (digits == "500") return ServiceRoute{.service = ServiceRoute::Service::ivr, .rest = "Welcome"};
  }
  const bool emergency = digits == "112";
  if (where == commands::Where::inside || (digits.size() < 5 && !emergency)) return NoRoute{Cause::unknown_number};
  if (!emergency && may_not_call_outside.contains(from)) return NoRoute{Cause::not_permitted};
  OutsideWays outside{.number = digits, .emergency = emergency, .most_calls_of_line_an_hour = outside_an_hour};
  for (int i = 1; i <= 2; ++i) {
    outside.trunks.push_back({.trunk = trunk_id(i),
                              .trunk_number = fmt::format("1300{}", i),
                              .number = "+" + digits,
                              .caller_id = "74950000000",
                              .most_calls = trunk_calls});
  }
  return outside;
}

Route Company::route_incoming(const Uuid&, std::string_view dialled) {
  auto found = route(dialled, {}, commands::Where::inside, {});
  if (std::holds_alternative<NoRoute>(found)) return route("200", {}, commands::Where::inside, {});
  return found;
}

Availability Company::availability(const Uuid& user) {
  const auto found = states.find(user);
  return found == states.end() ? Availability::ready : found->second;
}

std::optional<std::string> Company::redirection(const Uuid& user, std::string_view) {
  const auto found = redirections.find(user);
  if (found == redirections.end()) return std::nullopt;
  return found->second;
}

bool Company::is_recorded(const Party&, const Party&, const Uuid&) { return records; }

void Company::talk_began(const Uuid& user) {
  if (!in_call.insert(user).second) trouble = "a talk of a user began twice";
}

void Company::talk_ended(const Uuid& user) {
  if (in_call.erase(user) == 0) trouble = "a talk of a user ended that had not begun";
}

/// Does what an order says, if it can be.
struct CarryOut {
  Phones& phones;

  Phones::Leg* live(const Uuid& id, std::string_view what) const {
    const auto found = phones.legs.find(id);
    if (found == phones.legs.end()) {
      phones.complain(fmt::format("{} of a leg that nobody knows", what));
      return nullptr;
    }
    if (found->second.ended) {
      phones.complain(fmt::format("{} of a leg that has ended", what));
      return nullptr;
    }
    return &found->second;
  }
  void operator()(const telephony::PlaceLeg& order) const {
    if (phones.legs.contains(order.leg)) phones.complain("a leg is placed twice");
    auto& leg = phones.legs[order.leg];
    leg.id = order.leg;
    leg.placed = true;
    leg.caller = order.caller;
    leg.auto_answer = order.auto_answer;
    leg.number = order.called;
    if (const auto* line = std::get_if<telephony::ToLine>(&order.to)) leg.line = line->line;
    if (const auto* trunk = std::get_if<telephony::ToTrunk>(&order.to)) {
      leg.trunk = trunk->trunk;
      leg.number = trunk->number;
    }
  }
  void operator()(const telephony::RingLeg& order) const {
    auto* leg = live(order.leg, "ringing");
    if (leg == nullptr) return;
    if (leg->placed || leg->answered) phones.complain("180 to a leg that is not offered");
    leg->told_ringing = true;
  }
  void operator()(const telephony::AnswerLeg& order) const {
    auto* leg = live(order.leg, "answering");
    if (leg == nullptr) return;
    if (leg->placed || leg->answered) phones.complain("200 to a leg that is not offered");
    leg->answered = true;
  }
  void operator()(const telephony::EndLeg& order) const {
    auto* leg = live(order.leg, "ending");
    if (leg == nullptr) return;
    if (!leg->commutation.is_nil()) phones.complain("a leg is ended that has not been parted");
    leg->ended = true;
    leg->end_cause = order.cause;
    leg->hears.reset();
  }
  void operator()(const telephony::AskToAnswer& order) const {
    auto* leg = live(order.leg, "asking");
    if (leg == nullptr) return;
    if (!leg->placed || leg->answered) phones.complain("a leg is asked to answer that does not ring");
    leg->asked_to_answer = true;
  }
  void operator()(const telephony::PlaySound& order) const {
    auto* leg = live(order.leg, "playing");
    if (leg == nullptr) return;
    if (!leg->commutation.is_nil()) phones.complain("a sound is played into a talk");
    leg->hears = order.sound;
  }
  void operator()(const telephony::StopSound& order) const {
    if (auto* leg = live(order.leg, "stopping a sound")) leg->hears.reset();
  }
  void operator()(const telephony::Join& order) const {
    auto* a = live(order.a, "joining");
    auto* b = live(order.b, "joining");
    if (a == nullptr || b == nullptr) return;
    if (a == b || !a->commutation.is_nil() || !b->commutation.is_nil()) phones.complain("a leg is joined twice");
    a->commutation = b->commutation = order.commutation;
    a->hears.reset();
    b->hears.reset();
    if (!phones.commutations.emplace(order.commutation, std::pair(order.a, order.b)).second) {
      phones.complain("a commutation is joined twice");
    }
  }
  void operator()(const telephony::Part& order) const {
    const auto found = phones.commutations.find(order.commutation);
    if (found == phones.commutations.end()) return phones.complain("a commutation is parted that is none");
    for (const auto& id : {found->second.first, found->second.second}) phones.legs.at(id).commutation = {};
    phones.commutations.erase(found);
  }
  void operator()(const telephony::StartRecording& order) const {
    if (!phones.commutations.contains(order.commutation)) phones.complain("a talk is recorded that is none");
    phones.recordings.insert(order.recording);
    phones.unfinished.insert(order.recording);
  }
  void operator()(const telephony::StopRecording& order) const {
    if (phones.recordings.erase(order.recording) == 0) phones.complain("a recording is stopped that does not run");
  }
  void operator()(const telephony::EchoLeg& order) const {
    auto* leg = live(order.leg, "the echo");
    if (leg == nullptr) return;
    if (!leg->answered) phones.complain("an echo for a leg that is not answered");
    leg->echoes = true;
  }
  void operator()(const telephony::SendDigits& order) const {
    if (auto* leg = live(order.leg, "digits")) leg->digits += order.digits;
  }
  void operator()(const telephony::AcceptTransfer& order) const {
    if (auto* leg = live(order.leg, "a transfer")) leg->transfer = true;
  }
  void operator()(const telephony::FinishTransfer& order) const {
    auto* leg = live(order.leg, "a transfer");
    if (leg == nullptr) return;
    if (leg->transfer != true) phones.complain("a transfer is finished that was not accepted");
    leg->transfer_finished = true;
  }
  void operator()(const telephony::RefuseTransfer& order) const {
    if (auto* leg = live(order.leg, "a transfer")) leg->transfer = false;
  }
};

void Phones::carry_out(const std::vector<telephony::Order>& orders) {
  for (const auto& order : orders) std::visit(CarryOut{*this}, order);
}

void Phones::ended(const Uuid& leg) {
  auto& its = legs.at(leg);
  its.ended = true;
  its.hears.reset();
}

Phones::Leg& Phones::offered(const Uuid& leg, const Uuid& line, const Uuid& trunk) {
  auto& its = legs[leg];
  its = {};
  its.id = leg;
  its.line = line;
  its.trunk = trunk;
  return its;
}

std::vector<Uuid> Phones::live() const {
  std::vector<Uuid> out;
  for (const auto& [id, leg] : legs) {
    if (!leg.ended) out.push_back(id);
  }
  return out;
}

}  // namespace otklik::core::stories
