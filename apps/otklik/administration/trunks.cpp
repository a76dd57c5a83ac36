#include "administration/operations.hpp"
#include "base/json_writer.hpp"
#include "store/plan/plan_store.hpp"

namespace otklik::app {
namespace {

void append_list(JsonWriter& json, std::string_view key, const std::vector<std::string>& words) {
  json.key(key).begin_array();
  for (const auto& word : words) json.value(word);
  json.end_array();
}

/// Its password is another company's: it is kept, used, and not shown again.
void append_trunk(JsonWriter& json, const core::Trunk& trunk) {
  json.begin_object()
      .field("name", trunk.name)
      .field("number", trunk.number)
      .field("order", trunk.order)
      .field("enabled", trunk.enabled)
      .field("kind", core::name(trunk.kind))
      .field("server", trunk.server)
      .field("transport", trunk.transport)
      .field("domain", trunk.domain)
      .field("login", trunk.login)
      .field("password_set", !trunk.secret.is_nil());
  std::vector<std::string> sources;
  for (const auto& source : trunk.sources) sources.push_back(store::text_of(source));
  append_list(json, "sources", sources);
  json.field("caller_id_rule", core::name(trunk.caller_id_rule)).field("caller_id", trunk.caller_id);
  append_list(json, "prefixes", trunk.prefixes);
  json.field("outgoing", core::text_of(trunk.outgoing)).field("incoming", core::text_of(trunk.incoming));
  append_list(json, "codecs", trunk.codecs);
  json.field("calls", trunk.most_calls)
      .field("calls_an_hour", trunk.most_calls_an_hour)
      .field("incoming_number", trunk.incoming_number)
      .field("changed", local_text(trunk.changed))
      .field("id", trunk.id.text())
      .end_object();
}

Result<std::string> shown(const Result<core::Trunk>& done) {
  if (!done) return std::unexpected(done.error());
  std::string out;
  JsonWriter json(out);
  append_trunk(json, *done);
  return out;
}

Result<store::TrunkCard> card_in(const Operation& operation) {
  store::TrunkCard card{.number = operation.text("number"),
                        .enabled = operation.flag("enabled"),
                        .server = operation.text("server"),
                        .transport = operation.text("transport"),
                        .domain = operation.text("domain"),
                        .login = operation.text("login"),
                        .secret = operation.text("password"),
                        .sources = operation.list("sources"),
                        .caller_id = operation.text("caller_id"),
                        .prefixes = operation.list("prefixes"),
                        .outgoing = operation.text("outgoing"),
                        .incoming = operation.text("incoming"),
                        .codecs = operation.list("codecs"),
                        .incoming_number = operation.text("incoming_number")};
  auto kind = choice(operation, "kind", core::trunk_kind_named);
  if (!kind) return std::unexpected(std::move(kind.error()));
  card.kind = *kind;
  auto rule = choice(operation, "caller_id_rule", core::caller_id_rule_named);
  if (!rule) return std::unexpected(std::move(rule.error()));
  card.caller_id_rule = *rule;
  auto order = count(operation, "order");
  if (!order) return std::unexpected(std::move(order.error()));
  card.order = *order;
  auto calls = count(operation, "calls");
  if (!calls) return std::unexpected(std::move(calls.error()));
  card.most_calls = *calls;
  auto an_hour = count(operation, "calls_an_hour");
  if (!an_hour) return std::unexpected(std::move(an_hour.error()));
  card.most_calls_an_hour = *an_hour;
  return card;
}

}  // namespace

Result<std::string> add_trunk(AdministrationParts& parts, const Operation& operation) {
  auto name = required(operation, "name");
  if (!name) return name;
  auto card = card_in(operation);
  if (!card) return std::unexpected(std::move(card.error()));
  card->name = std::move(*name);
  return shown(parts.plan.store.add_trunk(std::move(*card), by_shell));
}

Result<std::string> set_trunk(AdministrationParts& parts, const Operation& operation) {
  const auto which = required(operation, "name");
  if (!which) return which;
  auto card = card_in(operation);
  if (!card) return std::unexpected(std::move(card.error()));
  card->name = operation.text("new_name");
  return shown(parts.plan.store.set_trunk(*which, std::move(*card), by_shell));
}

Result<std::string> list_trunks(AdministrationParts& parts, const Operation&) {
  const auto plan = parts.plan.store.plan();
  std::string out;
  JsonWriter json(out);
  json.begin_array();
  for (const auto& trunk : plan->trunks()) append_trunk(json, trunk);
  json.end_array();
  return out;
}

Result<std::string> show_trunk(AdministrationParts& parts, const Operation& operation) {
  const auto which = required(operation, "name");
  if (!which) return which;
  const auto plan = parts.plan.store.plan();
  const auto* trunk = plan->trunk_by_name(*which);
  if (trunk == nullptr) {
    if (const auto id = Uuid::parse(*which)) trunk = plan->trunk(*id);
  }
  if (trunk == nullptr) return fail(ErrorCode::not_found, "there is no trunk \"" + *which + "\"");
  return shown(*trunk);
}

Result<std::string> remove_trunk(AdministrationParts& parts, const Operation& operation) {
  const auto which = required(operation, "name");
  if (!which) return which;
  return shown(parts.plan.store.remove_trunk(*which, by_shell));
}

}  // namespace otklik::app
