#include <future>

#include "administration/operations.hpp"
#include "base/json_writer.hpp"
#include "store/directory/directory_store.hpp"

namespace otklik::app {
namespace {

std::string shown(const core::User& user, const core::UserStanding& standing,
                  const std::vector<core::StateRefusal>& refusals) {
  std::string out;
  JsonWriter json(out);
  json.begin_object()
      .field("login", user.login)
      .field("state_id", static_cast<int>(standing.state))
      .field("state", core::name(standing.state))
      .field("oncallcenter", standing.modes.on_callcenter)
      .field("onccmanual", standing.modes.on_cc_manual)
      .field("onlunch", standing.modes.on_lunch)
      .field("onredirect", standing.modes.on_redirect)
      .field("ontask", standing.modes.on_task);
  json.key("reason_id");
  standing.reason.id ? json.value(*standing.reason.id) : json.null();
  json.field("reason", standing.reason.text).field("phones", standing.phones).field("talks", standing.talks);
  json.key("refused").begin_array();
  for (const auto refusal : refusals) json.value(core::name(refusal));
  json.end_array().end_object();
  return out;
}

Result<core::StateRequest> request_in(const Operation& operation) {
  core::StateRequest wanted{.on_redirect = operation.flag("onredirect"),
                            .on_callcenter = operation.flag("oncallcenter"),
                            .on_cc_manual = operation.flag("onccmanual"),
                            .on_lunch = operation.flag("onlunch"),
                            .reason_text = operation.text("reason")};
  auto state = count(operation, "state");
  if (!state) return std::unexpected(std::move(state.error()));
  auto reason = count(operation, "reason_id");
  if (!reason) return std::unexpected(std::move(reason.error()));
  if (*state) wanted.state = static_cast<std::int32_t>(std::min<std::uint32_t>(**state, INT32_MAX));
  if (*reason) wanted.reason_id = static_cast<std::int32_t>(std::min<std::uint32_t>(**reason, INT32_MAX));
  return wanted;
}

}  // namespace

Result<std::string> change_state(AdministrationParts& parts, const Operation& operation) {
  const auto login = required(operation, "login");
  if (!login) return login;
  const auto directory = parts.directory.directory();
  const auto* user = directory->find_user(*login);
  if (user == nullptr) return fail(ErrorCode::not_found, "there is no user \"" + *login + "\"");
  auto wanted = request_in(operation);
  if (!wanted) return std::unexpected(std::move(wanted.error()));
  if (wanted->wants_nothing()) return shown(*user, parts.plan.overview()->states.of(user->id), {});
  std::promise<Result<core::StateOutcome>> came;
  auto waiting = came.get_future();
  parts.plan.states.request(
      {.user = user->id, .login = user->login, .wanted = std::move(*wanted), .by = std::string(by_shell)},
      [&came](Result<core::StateOutcome> outcome) { came.set_value(std::move(outcome)); });
  const auto outcome = waiting.get();
  if (!outcome) return std::unexpected(outcome.error());
  return shown(*user, outcome->after, outcome->refusals);
}

}  // namespace otklik::app
