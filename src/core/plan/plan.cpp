#include "core/plan/plan.hpp"

#include <algorithm>
#include <unordered_set>

#include "core/directory/rules.hpp"

namespace otklik::core {
namespace {

template <class Things>
const typename Things::value_type* at(const Things& things, const auto& index, const auto& key) {
  const auto found = index.find(key);
  return found == index.end() ? nullptr : &things[found->second];
}

template <class Things, class Index>
void index_by_id(const Things& things, Index& index) {
  index.reserve(things.size());
  for (std::size_t i = 0; i < things.size(); ++i) index.emplace(things[i].id, i);
}

bool begins_with_one_of(std::string_view number, const std::vector<std::string>& prefixes) noexcept {
  return std::ranges::any_of(prefixes, [&](const std::string& prefix) { return number.starts_with(prefix); });
}

/// Those special numbers behind which more is dialled.
bool takes_more(SpecialKind kind) noexcept {
  return kind == SpecialKind::city || kind == SpecialKind::pbx || kind == SpecialKind::pick_up;
}

}  // namespace

Plan::Plan(Content content) : content_(std::move(content)) {
  index_by_id(content_.lines, line_by_id_);
  index_by_id(content_.workplaces, workplace_by_id_);
  index_by_id(content_.numbers, number_by_id_);
  index_by_id(content_.trunks, trunk_by_id_);
  for (std::size_t i = 0; i < content_.lines.size(); ++i) {
    const Line& line = content_.lines[i];
    line_by_number_.emplace(name_key(line.number), i);
    line_by_sip_user_.emplace(line.sip_user, i);
    if (!line.name.empty()) lines_by_name_[name_key(line.name)].push_back(i);
    if (!line.user.is_nil()) lines_by_user_[line.user].push_back(i);
  }
  for (std::size_t i = 0; i < content_.workplaces.size(); ++i) {
    workplace_by_key_.emplace(name_key(content_.workplaces[i].name), i);
    workplace_by_line_.emplace(content_.workplaces[i].line, i);
  }
  for (std::size_t i = 0; i < content_.numbers.size(); ++i) {
    const InternalNumber& number = content_.numbers[i];
    number_by_digits_.emplace(number.digits, i);
    if (number.kind != NumberKind::standard) continue;
    number_by_rule_.emplace(number.rule.id, i);
    const auto& targets = number.rule.targets;
    if (targets.size() == 1 && targets.front().kind == TargetKind::user) {
      direct_by_user_[targets.front().id].push_back(i);
    }
  }
  for (std::size_t i = 0; i < content_.trunks.size(); ++i) {
    trunk_by_key_.emplace(name_key(content_.trunks[i].name), i);
  }
  for (std::size_t i = 0; i < content_.trunks.size(); ++i) trunk_by_key_.emplace(content_.trunks[i].number, i);
}

const Line* Plan::line(const Uuid& id) const noexcept { return at(content_.lines, line_by_id_, id); }
const Line* Plan::line_by_number(std::string_view number) const {
  return at(content_.lines, line_by_number_, name_key(number));
}
const Line* Plan::line_by_sip_user(std::string_view sip_user) const {
  return at(content_.lines, line_by_sip_user_, sip_user);
}
std::vector<const Line*> Plan::lines_of_user(const Uuid& user) const {
  std::vector<const Line*> lines;
  if (const auto found = lines_by_user_.find(user); found != lines_by_user_.end()) {
    for (const std::size_t i : found->second) lines.push_back(&content_.lines[i]);
  }
  return lines;
}
std::vector<const Line*> Plan::lines_named(std::string_view name) const {
  std::vector<const Line*> lines;
  if (const auto found = lines_by_name_.find(name_key(name)); found != lines_by_name_.end()) {
    for (const std::size_t i : found->second) lines.push_back(&content_.lines[i]);
  }
  return lines;
}
const Workplace* Plan::workplace(const Uuid& id) const noexcept {
  return at(content_.workplaces, workplace_by_id_, id);
}
const Workplace* Plan::workplace_by_name(std::string_view name) const {
  return at(content_.workplaces, workplace_by_key_, name_key(name));
}
const Workplace* Plan::workplace_of_line(const Uuid& line) const noexcept {
  return at(content_.workplaces, workplace_by_line_, line);
}
const InternalNumber* Plan::number(const Uuid& id) const noexcept { return at(content_.numbers, number_by_id_, id); }
const InternalNumber* Plan::number_by_digits(std::string_view digits) const {
  return at(content_.numbers, number_by_digits_, digits);
}
const InternalNumber* Plan::number_of_rule(const Uuid& rule) const noexcept {
  return at(content_.numbers, number_by_rule_, rule);
}
const Trunk* Plan::trunk(const Uuid& id) const noexcept { return at(content_.trunks, trunk_by_id_, id); }
const Trunk* Plan::trunk_by_name(std::string_view name) const {
  return at(content_.trunks, trunk_by_key_, name_key(name));
}
const Trunk* Plan::trunk_by_source(const Address& from) const noexcept {
  const auto found = std::ranges::find_if(content_.trunks, [&](const Trunk& trunk) {
    return trunk.enabled &&
           std::ranges::any_of(trunk.sources, [&](const Network& network) { return network.contains(from); });
  });
  return found == content_.trunks.end() ? nullptr : &*found;
}

const InternalNumber* Plan::direct_number(const Uuid& user) const noexcept {
  const auto found = direct_by_user_.find(user);
  return found == direct_by_user_.end() ? nullptr : &content_.numbers[found->second.front()];
}
std::vector<const InternalNumber*> Plan::direct_numbers(const Uuid& user) const {
  std::vector<const InternalNumber*> numbers;
  if (const auto found = direct_by_user_.find(user); found != direct_by_user_.end()) {
    for (const std::size_t i : found->second) numbers.push_back(&content_.numbers[i]);
  }
  return numbers;
}

/// Calls `each(const RuleTarget&)` for each user and line that a number leads to, in order; numbers within it are gone
/// into, each once, so that a ring of them comes to an end. Their depth is bounded by their count, and so no recursion.
template <class Each>
void Plan::for_each_target(const InternalNumber& number, Each each) const {
  std::unordered_set<Uuid> seen{number.id};
  // What is still to be looked at, the next one last.
  std::vector<RuleTarget> waiting(number.rule.targets.rbegin(), number.rule.targets.rend());
  while (!waiting.empty()) {
    const RuleTarget target = waiting.back();
    waiting.pop_back();
    if (target.kind != TargetKind::number) {
      each(target);
      continue;
    }
    const InternalNumber* inner = this->number(target.id);
    if (inner == nullptr || inner->kind != NumberKind::standard || !seen.insert(inner->id).second) continue;
    waiting.insert(waiting.end(), inner->rule.targets.rbegin(), inner->rule.targets.rend());
  }
}

std::vector<Uuid> Plan::users_of(const InternalNumber& number) const {
  std::vector<Uuid> users;
  std::unordered_set<Uuid> seen;
  for_each_target(number, [&](const RuleTarget& target) {
    Uuid user = target.id;
    if (target.kind == TargetKind::line) {
      const Line* of = line(target.id);
      user = of == nullptr ? Uuid{} : of->user;
    }
    if (!user.is_nil() && seen.insert(user).second) users.push_back(user);
  });
  return users;
}

std::vector<const Line*> Plan::lines_of(const InternalNumber& number) const {
  std::vector<const Line*> lines;
  std::unordered_set<Uuid> seen;
  const auto add = [&](const Line* line) {
    if (line != nullptr && line->enabled && seen.insert(line->id).second) lines.push_back(line);
  };
  for_each_target(number, [&](const RuleTarget& target) {
    if (target.kind == TargetKind::line) return add(line(target.id));
    for (const Line* line : lines_of_user(target.id)) add(line);
  });
  return lines;
}

const RedirectRule* Plan::redirect_for(const Uuid& user, bool redirection_is_on, std::string_view caller,
                                       const WeekMoment& now) const noexcept {
  for (const auto& rule : content_.redirects) {
    if (rule.user != user || !rule.enabled) continue;
    if (rule.only_for_redirect_state && !redirection_is_on) continue;
    if (!rule.sources.empty() && !begins_with_one_of(caller, rule.sources)) continue;
    if (rule.timetable.contains(now)) return &rule;
  }
  return nullptr;
}

bool Plan::is_recorded(const Talk& talk) const noexcept {
  const auto one_is = [&](LineRecording wanted) {
    return (talk.first != nullptr && talk.first->recording == wanted) ||
           (talk.second != nullptr && talk.second->recording == wanted);
  };
  if (one_is(LineRecording::always)) return true;
  if (one_is(LineRecording::never)) return false;
  const auto has_line = [&](const Uuid& line) {
    return (talk.first != nullptr && talk.first->id == line) || (talk.second != nullptr && talk.second->id == line);
  };
  const auto has_user = [&](const Uuid& user) {
    return (talk.first != nullptr && talk.first->user == user) || (talk.second != nullptr && talk.second->user == user);
  };
  for (const auto& rule : content_.recording_rules) {
    if (rule.direction && *rule.direction != talk.direction) continue;
    if (!rule.user.is_nil() && !has_user(rule.user)) continue;
    if (!rule.line.is_nil() && !has_line(rule.line)) continue;
    if (!rule.number.is_nil() && rule.number != talk.number) continue;
    if (!rule.trunk.is_nil() && rule.trunk != talk.trunk) continue;
    if (!rule.prefix.empty() && !talk.outside.starts_with(rule.prefix)) continue;
    return rule.record;
  }
  return content_.record_by_default;
}

// --- where a number leads -----------------------------------------------------------------------------------------

std::string_view name(UnknownNumber::Why why) noexcept {
  switch (why) {
    case UnknownNumber::Why::malformed:
      return "malformed";
    case UnknownNumber::Why::not_in_plan:
      return "not_in_plan";
    case UnknownNumber::Why::not_permitted:
      return "not_permitted";
    case UnknownNumber::Why::no_trunk:
      return "no_trunk";
  }
  return {};
}

/// The special number with the longest digits that `digits` begins with, and behind which more is dialled.
const InternalNumber* Plan::special_before(std::string_view digits) const {
  for (std::size_t length = digits.size() - 1; length > 0; --length) {
    const InternalNumber* number = number_by_digits(digits.substr(0, length));
    if (number != nullptr && number->kind == NumberKind::special && takes_more(number->special)) return number;
  }
  return nullptr;
}

std::string Plan::caller_id_of(const Trunk& trunk, const Line* from, std::string_view caller) const {
  switch (trunk.caller_id_rule) {
    case CallerIdRule::of_trunk:
      return trunk.caller_id;
    case CallerIdRule::pass_through:
      if (!caller.empty()) return std::string(caller);
      break;
    case CallerIdRule::of_line:
      break;
  }
  return from != nullptr && !from->caller_id_outside.empty() ? from->caller_id_outside : trunk.caller_id;
}

std::vector<OutsideRoute> Plan::routes_to(std::string_view number, const Line* from, std::string_view caller) const {
  std::vector<OutsideRoute> routes;
  for (const Trunk& trunk : content_.trunks) {
    if (!trunk.enabled || (!trunk.prefixes.empty() && !begins_with_one_of(number, trunk.prefixes))) continue;
    auto as_it_wants = rewritten(number, trunk.outgoing);
    if (!as_it_wants) continue;
    routes.push_back(
        {.trunk = &trunk, .number = std::move(*as_it_wants), .caller_id = caller_id_of(trunk, from, caller)});
  }
  return routes;
}

Resolution Plan::outside_by(std::string_view number, const Line* from, std::string_view caller,
                            const InternalNumber* by) const {
  using Why = UnknownNumber::Why;
  const bool emergency = by != nullptr && by->kind == NumberKind::emergency;
  if (!emergency) {
    if (number.size() < content_.outside.shortest) return UnknownNumber{Why::not_in_plan};
    if (from != nullptr && !from->calls_outside) return UnknownNumber{Why::not_permitted};
    if (begins_with_one_of(number, content_.outside.forbidden)) return UnknownNumber{Why::not_permitted};
  }
  auto routes = routes_to(number, from, caller);
  if (routes.empty()) return UnknownNumber{Why::no_trunk};
  return OutsideNumber{.number = std::string(number), .routes = std::move(routes), .emergency = emergency, .by = by};
}

Resolution Plan::resolve(std::string_view dialled, const Line* from, LookUp where, std::string_view caller) const {
  const auto digits = dialled_digits(dialled);
  if (!digits) return UnknownNumber{UnknownNumber::Why::malformed};
  if (where == LookUp::outside) {
    // An emergency number stays one, however it was dialled.
    const InternalNumber* number = number_by_digits(*digits);
    if (number != nullptr && number->kind == NumberKind::emergency) return inside_by(*number, from, caller);
    return outside_by(*digits, from, caller, nullptr);
  }
  if (const InternalNumber* number = number_by_digits(*digits)) return inside_by(*number, from, caller);
  if (const InternalNumber* special = special_before(*digits)) {
    std::string rest = digits->substr(special->digits.size());
    if (special->special == SpecialKind::pick_up) return InsideNumber{.number = special, .rest = std::move(rest)};
    if (special->special == SpecialKind::city) return outside_by(rest, from, caller, special);
    const InternalNumber* number = number_by_digits(rest);
    if (number == nullptr) return UnknownNumber{};
    return inside_by(*number, from, caller);
  }
  if (where == LookUp::inside || !digits->starts_with(content_.outside.prefix)) return UnknownNumber{};
  return outside_by(std::string_view(*digits).substr(content_.outside.prefix.size()), from, caller, nullptr);
}

/// What a number of the plan stands for. A speed number is looked up once: one that leads to another leads nowhere.
Resolution Plan::inside_by(const InternalNumber& number, const Line* from, std::string_view caller) const {
  switch (number.kind) {
    case NumberKind::emergency:
      return outside_by(number.target.empty() ? number.digits : number.target, from, caller, &number);
    case NumberKind::speed: {
      const InternalNumber* inner = number_by_digits(number.target);
      if (inner == nullptr) return outside_by(number.target, from, caller, &number);
      if (inner->kind == NumberKind::speed) return UnknownNumber{};
      auto found = inside_by(*inner, from, caller);
      if (auto* inside = std::get_if<InsideNumber>(&found)) inside->speed = &number;
      return found;
    }
    case NumberKind::standard:
    case NumberKind::special:
    case NumberKind::ivr:
      break;
  }
  return InsideNumber{.number = &number};
}

Resolution Plan::resolve_incoming(const Trunk& trunk, std::string_view dialled) const {
  const auto digits = dialled_digits(trunk.incoming_number.empty() ? dialled : trunk.incoming_number);
  if (!digits) return UnknownNumber{UnknownNumber::Why::malformed};
  const InternalNumber* number = number_by_digits(*digits);
  // From outside nobody gets outside, nor what is a service to our own phones.
  if (number == nullptr || number->kind == NumberKind::emergency) return UnknownNumber{};
  if (number->kind == NumberKind::special && number->special != SpecialKind::conference &&
      number->special != SpecialKind::echo_test) {
    return UnknownNumber{};
  }
  if (number->kind == NumberKind::speed) {
    const InternalNumber* inner = number_by_digits(number->target);
    if (inner == nullptr || (inner->kind != NumberKind::standard && inner->kind != NumberKind::ivr)) {
      return UnknownNumber{};
    }
    return InsideNumber{.number = inner, .speed = number};
  }
  return InsideNumber{.number = number};
}

}  // namespace otklik::core
