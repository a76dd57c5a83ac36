#include "administration/operations.hpp"
#include "base/json_writer.hpp"
#include "store/directory/directory_store.hpp"
#include "store/plan/plan_store.hpp"

namespace otklik::app {

Result<std::optional<std::uint32_t>> count(const Operation& operation, std::string_view argument) {
  const auto number = operation.number(argument);
  if (!number) return std::nullopt;
  if (*number < 0 || *number > UINT32_MAX) {
    return fail(ErrorCode::bad_request, std::string(argument) + " is a whole number from 0 on");
  }
  return static_cast<std::uint32_t>(*number);
}

namespace {

std::string login_of(const core::Directory& directory, const Uuid& user) {
  const auto* known = directory.user(user);
  return known == nullptr ? std::string() : known->login;
}

/// The fields that scripts rely on, in their order (docs: `line list --json`); they stand in front of `line show` too.
void append_fields(JsonWriter& json, AdministrationParts& parts, const core::Plan& plan, const core::Line& line,
                   const core::Overview& overview) {
  const auto* place = plan.workplace_of_line(line.id);
  auto secret = line.secret.is_nil() ? Result<std::string>(std::string()) : parts.plan.store.secret(line.secret);
  json.field("number", line.number)
      .field("user_login", login_of(*parts.directory.directory(), line.user))
      .field("workplace", place == nullptr ? std::string() : place->name)
      .field("sip_user", line.sip_user)
      .field("sip_password", secret.value_or(std::string()))
      .field("sip_server", parts.plan.sip_server())
      .field("registered", overview.states.connected.find(line.id) != nullptr);
  if (secret) store::wipe(*secret);
}

std::string shown(AdministrationParts& parts, const core::Plan& plan, const core::Line& line) {
  const auto overview = parts.plan.overview();
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  append_fields(json, parts, plan, line, *overview);
  const auto* connected = overview->states.connected.find(line.id);
  json.field("address", connected == nullptr ? std::string() : connected->address)
      .field("agent", connected == nullptr ? std::string() : connected->user_agent)
      .field("name", line.name)
      .field("enabled", line.enabled)
      .field("calls_outside", line.calls_outside)
      .field("caller_id", line.caller_id_outside)
      .field("recording", core::name(line.recording));
  json.key("codecs").begin_array();
  for (const auto& codec : line.codecs) json.value(codec);
  json.end_array()
      .field("answers_by_server", line.answers_by_server)
      .field("password_readable", line.secret.is_nil() || line.digest.has_value())
      .field("changed", local_text(line.changed))
      .field("id", line.id.text())
      .end_object();
  return out;
}

Result<store::LineCard> card_in(const Operation& operation) {
  store::LineCard card{.name = operation.text("name"),
                       .user = operation.text("user"),
                       .workplace = operation.text("workplace"),
                       .sip_user = operation.text("sip_user"),
                       .secret = operation.text("password"),
                       .enabled = operation.flag("enabled"),
                       .calls_outside = operation.flag("calls_outside"),
                       .caller_id = operation.text("caller_id"),
                       .codecs = operation.list("codecs"),
                       .answers_by_server = operation.flag("answers_by_server")};
  auto recording = choice(operation, "recording", core::line_recording_named);
  if (!recording) return std::unexpected(std::move(recording.error()));
  card.recording = *recording;
  return card;
}

Result<std::string> shown_line(AdministrationParts& parts, const Result<core::Line>& done) {
  if (!done) return std::unexpected(done.error());
  const auto plan = parts.plan.store.plan();
  const auto* line = plan->line(done->id);
  return shown(parts, *plan, line == nullptr ? *done : *line);
}

}  // namespace

Result<std::string> add_line(AdministrationParts& parts, const Operation& operation) {
  auto number = required(operation, "number");
  if (!number) return number;
  auto card = card_in(operation);
  if (!card) return std::unexpected(std::move(card.error()));
  card->number = std::move(*number);
  return shown_line(parts, parts.plan.store.add_line(std::move(*card), by_shell));
}

Result<std::string> set_line(AdministrationParts& parts, const Operation& operation) {
  const auto which = required(operation, "number");
  if (!which) return which;
  auto card = card_in(operation);
  if (!card) return std::unexpected(std::move(card.error()));
  card->number = operation.text("new_number");
  if (operation.flag("generate_password").value_or(false)) card->secret = store::PlanStore::random_secret();
  return shown_line(parts, parts.plan.store.set_line(*which, std::move(*card), by_shell));
}

Result<std::string> list_lines(AdministrationParts& parts, const Operation&) {
  const auto plan = parts.plan.store.plan();
  const auto overview = parts.plan.overview();
  std::string out;
  JsonWriter json(out);
  json.begin_array();
  for (const auto& line : plan->lines()) {
    json.begin_object();
    append_fields(json, parts, *plan, line, *overview);
    json.end_object();
  }
  json.end_array();
  return out;
}

Result<std::string> show_line(AdministrationParts& parts, const Operation& operation) {
  const auto which = required(operation, "number");
  if (!which) return which;
  const auto plan = parts.plan.store.plan();
  const auto* line = plan->line_by_number(*which);
  if (line == nullptr) {
    if (const auto id = Uuid::parse(*which)) line = plan->line(*id);
  }
  if (line == nullptr) return fail(ErrorCode::not_found, "there is no line \"" + *which + "\"");
  return shown(parts, *plan, *line);
}

Result<std::string> remove_line(AdministrationParts& parts, const Operation& operation) {
  const auto which = required(operation, "number");
  if (!which) return which;
  const auto removed = parts.plan.store.remove_line(*which, by_shell);
  if (!removed) return std::unexpected(removed.error());
  std::string out;
  JsonWriter(out).begin_object().field("number", removed->number).field("id", removed->id.text()).end_object();
  return out;
}

}  // namespace otklik::app
