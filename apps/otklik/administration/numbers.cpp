#include "administration/operations.hpp"
#include "base/json_writer.hpp"
#include "store/directory/directory_store.hpp"
#include "store/plan/plan_store.hpp"

namespace otklik::app {
namespace {

/// As `number add --target` takes it.
std::string target_text(const core::Plan& plan, const core::Directory& directory, const core::RuleTarget& target) {
  switch (target.kind) {
    case core::TargetKind::user: {
      const auto* user = directory.user(target.id);
      return user == nullptr ? "user:" + target.id.text() : user->login;
    }
    case core::TargetKind::line: {
      const auto* line = plan.line(target.id);
      return "line:" + (line == nullptr ? target.id.text() : line->number);
    }
    case core::TargetKind::number: {
      const auto* number = plan.number(target.id);
      return "number:" + (number == nullptr ? target.id.text() : number->digits);
    }
  }
  return {};
}

void append_number(JsonWriter& json, const core::Plan& plan, const core::Directory& directory,
                   const core::InternalNumber& number) {
  const auto& rule = number.rule;
  const bool is_standard = number.kind == core::NumberKind::standard;
  json.begin_object().field("number", number.digits).field("name", number.name).field("kind", core::name(number.kind));
  json.field("special", number.special == core::SpecialKind::none ? std::string_view() : core::name(number.special));
  json.key("targets").begin_array();
  for (const auto& target : rule.targets) json.value(target_text(plan, directory, target));
  json.end_array()
      .field("target", number.target)
      .field("scenario", number.scenario)
      .field("rule", rule.name)
      .field("hunting", is_standard ? core::name(rule.hunting) : std::string_view())
      .field("ring_time", is_standard ? rule.ring_time.count() : 0)
      .field("queue", rule.queue_limit)
      .field("longest_wait", rule.longest_wait.count())
      .field("changed", local_text(number.changed))
      .field("id", number.id.text())
      .field("rule_id", rule.id.text())
      .end_object();
}

Result<std::string> shown(AdministrationParts& parts, const Result<core::InternalNumber>& done) {
  if (!done) return std::unexpected(done.error());
  std::string out;
  JsonWriter json(out);
  append_number(json, *parts.plan.store.plan(), *parts.directory.directory(), *done);
  return out;
}

Result<store::NumberCard> card_in(const Operation& operation) {
  store::NumberCard card{.name = operation.text("name"),
                         .rule_name = operation.text("rule"),
                         .targets = operation.list("targets"),
                         .target = operation.text("target"),
                         .scenario = operation.text("scenario")};
  auto kind = choice(operation, "kind", core::number_kind_named);
  if (!kind) return std::unexpected(std::move(kind.error()));
  card.kind = *kind;
  auto special = choice(operation, "special", core::special_kind_named);
  if (!special) return std::unexpected(std::move(special.error()));
  card.special = *special;
  auto hunting = choice(operation, "hunting", core::hunting_named);
  if (!hunting) return std::unexpected(std::move(hunting.error()));
  card.hunting = *hunting;
  auto ring_time = count(operation, "ring_time");
  if (!ring_time) return std::unexpected(std::move(ring_time.error()));
  if (*ring_time) card.ring_time = std::chrono::seconds(**ring_time);
  auto queue = count(operation, "queue");
  if (!queue) return std::unexpected(std::move(queue.error()));
  card.queue_limit = *queue;
  auto wait = count(operation, "longest_wait");
  if (!wait) return std::unexpected(std::move(wait.error()));
  if (*wait) card.longest_wait = std::chrono::seconds(**wait);
  return card;
}

}  // namespace

Result<std::string> add_number(AdministrationParts& parts, const Operation& operation) {
  auto digits = required(operation, "number");
  if (!digits) return digits;
  auto card = card_in(operation);
  if (!card) return std::unexpected(std::move(card.error()));
  card->digits = std::move(*digits);
  return shown(parts, parts.plan.store.add_number(std::move(*card), by_shell));
}

Result<std::string> set_number(AdministrationParts& parts, const Operation& operation) {
  const auto which = required(operation, "number");
  if (!which) return which;
  auto card = card_in(operation);
  if (!card) return std::unexpected(std::move(card.error()));
  card->digits = operation.text("new_number");
  return shown(parts, parts.plan.store.set_number(*which, std::move(*card), by_shell));
}

Result<std::string> list_numbers(AdministrationParts& parts, const Operation&) {
  const auto plan = parts.plan.store.plan();
  const auto directory = parts.directory.directory();
  std::string out;
  JsonWriter json(out);
  json.begin_array();
  for (const auto& number : plan->numbers()) append_number(json, *plan, *directory, number);
  json.end_array();
  return out;
}

Result<std::string> show_number(AdministrationParts& parts, const Operation& operation) {
  const auto which = required(operation, "number");
  if (!which) return which;
  const auto plan = parts.plan.store.plan();
  const auto* number = plan->number_by_digits(*which);
  if (number == nullptr) {
    if (const auto id = Uuid::parse(*which)) number = plan->number(*id);
  }
  if (number == nullptr) return fail(ErrorCode::not_found, "there is no number \"" + *which + "\"");
  return shown(parts, *number);
}

Result<std::string> remove_number(AdministrationParts& parts, const Operation& operation) {
  const auto which = required(operation, "number");
  if (!which) return which;
  const bool force = operation.flag("force").value_or(false);
  return shown(parts, parts.plan.store.remove_number(*which, force, by_shell));
}

}  // namespace otklik::app
