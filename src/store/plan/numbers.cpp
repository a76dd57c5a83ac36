#include <algorithm>

#include "core/plan/rules.hpp"
#include "store/plan/plan_change.hpp"

namespace otklik::store {
namespace {

using core::InternalNumber;
using core::NumberKind;
using core::Plan;
using core::RuleTarget;
using core::TargetKind;

/// `ivan`, `user:ivan`, `line:16001`, `number:120`.
Result<RuleTarget> target_named(const Plan& plan, const core::Directory& people, std::string_view text) {
  const auto colon = text.find(':');
  const auto kind = colon == std::string_view::npos
                        ? TargetKind::user
                        : core::target_kind_named(text.substr(0, colon)).value_or(TargetKind::user);
  const bool has_kind = colon != std::string_view::npos && core::target_kind_named(text.substr(0, colon)).has_value();
  const std::string_view which = has_kind ? text.substr(colon + 1) : text;
  switch (kind) {
    case TargetKind::user:
      if (const core::User* user = people.find_user(which)) return RuleTarget{kind, user->id};
      return none_such("user", which);
    case TargetKind::line:
      if (const core::Line* line = named_line(plan, which)) return RuleTarget{kind, line->id};
      return none_such("line", which);
    case TargetKind::number:
      if (const InternalNumber* number = named_number(plan, which)) {
        if (number->kind == NumberKind::standard) return RuleTarget{kind, number->id};
        return fail(ErrorCode::bad_request,
                    fmt::format("the number {} is no standard one: a rule leads to such only", number->digits));
      }
      return none_such("number", which);
  }
  return fail(ErrorCode::bad_request);
}

bool leads_to(const InternalNumber& number, const Uuid& inner) {
  return std::ranges::find(number.rule.targets, RuleTarget{TargetKind::number, inner}) != number.rule.targets.end();
}

}  // namespace

Result<> PlanStore::fill(InternalNumber& number, const NumberCard& card, const Plan& before) const {
  take(number.digits, card.digits);
  take(number.name, card.name);
  take(number.kind, card.kind);
  take(number.special, card.special);
  take(number.target, card.target);
  take(number.scenario, card.scenario);
  auto& rule = number.rule;
  if (number.kind == NumberKind::standard) {
    if (rule.id.is_nil()) rule.id = Uuid::random();
    take(rule.name, card.rule_name);
    if (rule.name.empty()) rule.name = number.name.empty() ? number.digits : number.name;
    take(rule.hunting, card.hunting);
    take(rule.ring_time, card.ring_time);
    take(rule.queue_limit, card.queue_limit);
    take(rule.longest_wait, card.longest_wait);
    if (card.targets) {
      const auto people = people_();
      rule.targets.clear();
      for (const auto& text : *card.targets) {
        auto target = target_named(before, *people, text);
        if (!target) return std::unexpected(std::move(target.error()));
        rule.targets.push_back(*target);
      }
    }
  } else if (card.rule_name || card.hunting || card.targets || card.ring_time || card.queue_limit ||
             card.longest_wait) {
    return fail(ErrorCode::bad_request, "only a standard number has a rule");
  } else {
    rule = {};
  }
  if (auto fits = check_number(number); !fits) return fits;
  const InternalNumber* other = before.number_by_digits(number.digits);
  if (other == nullptr || other->id == number.id) return {};
  return taken(fmt::format("a number {}", other->digits));
}

Result<InternalNumber> PlanStore::add_number(NumberCard card, std::string_view by) {
  InternalNumber number{.id = Uuid::random(), .digits = {}};
  auto changed = change("number.add", card.digits.value_or(""), by,
                        [&](db::Connection& connection, const Plan& before) -> Result<> {
                          if (before.numbers().size() >= most_of_a_kind) {
                            return fail(ErrorCode::too_many, "too many internal numbers");
                          }
                          if (auto filled = fill(number, card, before); !filled) return filled;
                          number.created = number.changed = clock_.now();
                          return insert_number(connection, number);
                        });
  if (!changed) return std::unexpected(std::move(changed.error()));
  return *(*changed)->number(number.id);
}

Result<InternalNumber> PlanStore::set_number(std::string_view which, NumberCard card, std::string_view by) {
  Uuid id;
  auto changed = change("number.set", which, by, [&](db::Connection& connection, const Plan& before) -> Result<> {
    const InternalNumber* found = named_number(before, which);
    if (found == nullptr) return none_such("number", which);
    InternalNumber number = *found;
    id = number.id;
    if (card.kind && *card.kind != number.kind) {  // what only the old kind had goes with it
      number.special = core::SpecialKind::none;
      number.target.clear();
      number.scenario.clear();
      if (*card.kind != NumberKind::standard &&
          std::ranges::any_of(before.numbers(), [&](const auto& other) { return leads_to(other, id); })) {
        return fail(ErrorCode::state_not_allowed, "other numbers lead to it, and they lead to standard ones only");
      }
    }
    if (auto filled = fill(number, card, before); !filled) return filled;
    number.changed = clock_.now();
    return update_number(connection, number);
  });
  if (!changed) return std::unexpected(std::move(changed.error()));
  return *(*changed)->number(id);
}

Result<InternalNumber> PlanStore::remove_number(std::string_view which, bool force, std::string_view by) {
  InternalNumber removed{.id = {}, .digits = {}};
  auto changed = change("number.remove", which, by, [&](db::Connection& connection, const Plan& before) -> Result<> {
    const InternalNumber* found = named_number(before, which);
    if (found == nullptr) return none_such("number", which);
    removed = *found;
    const auto leading = std::ranges::find_if(
        before.numbers(), [&](const auto& other) { return other.id != removed.id && leads_to(other, removed.id); });
    if (leading != before.numbers().end() && !force) {
      return fail(ErrorCode::state_not_allowed,
                  fmt::format("the number {} leads to it; force takes it out there", leading->digits));
    }
    return delete_number(connection, removed.id);
  });
  if (!changed) return std::unexpected(std::move(changed.error()));
  return removed;
}

}  // namespace otklik::store
