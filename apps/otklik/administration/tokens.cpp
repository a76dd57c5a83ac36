#include "administration/operations.hpp"
#include "administration/privileges.hpp"
#include "base/json_writer.hpp"
#include "store/directory/directory_store.hpp"

namespace otklik::app {
namespace {

std::string moment(const std::optional<Time>& when) { return when ? local_text(*when) : std::string(); }

/// `secret`: the token's text, which is shown once, when it is made.
void append_token(JsonWriter& json, const core::Directory& directory, const core::ApiToken& token,
                  std::string_view secret = {}) {
  json.begin_object();
  if (!secret.empty()) json.field("token", secret);
  json.field("id", token.id.text()).field("name", token.name);
  const auto* user = directory.user(token.user);
  json.field("login", user == nullptr ? std::string() : user->login).key("scopes");
  append_privileges(json, token.scopes);
  json.field("created", local_text(token.created)).field("expires", moment(token.expires));
  json.field("last_used", moment(token.last_used)).field("revoked", moment(token.revoked)).end_object();
}

}  // namespace

Result<std::string> create_token(AdministrationParts& parts, const Operation& operation) {
  store::TokenRequest request;
  auto login = required(operation, "login");
  if (!login) return login;
  auto name = required(operation, "name");
  if (!name) return name;
  request.user = std::move(*login);
  request.name = std::move(*name);
  if (const auto names = operation.list("scopes")) {
    const auto scopes = privileges_named(*names);
    if (!scopes) return std::unexpected(scopes.error());
    request.scopes = *scopes;
  }
  if (const auto seconds = operation.number("lifetime_seconds")) {
    request.expires = WallClock().now() + std::chrono::seconds(*seconds);
  }
  const auto created = parts.directory.create_token(std::move(request), by_shell);
  if (!created) return std::unexpected(created.error());
  std::string out;
  JsonWriter json(out);
  append_token(json, *parts.directory.directory(), created->token, created->text);
  return out;
}

Result<std::string> list_tokens(AdministrationParts& parts, const Operation& operation) {
  const auto directory = parts.directory.reload(by_shell);  // when they were used last is not in the snapshot
  if (!directory) return std::unexpected(directory.error());
  const core::User* only = nullptr;
  if (const auto login = operation.text("login")) {
    only = (*directory)->find_user(*login);
    if (only == nullptr) return fail(ErrorCode::not_found, "there is no user " + *login);
  }
  std::string out;
  JsonWriter json(out);
  json.begin_array();
  for (const auto& token : (*directory)->tokens()) {
    if (only == nullptr || token.user == only->id) append_token(json, **directory, token);
  }
  json.end_array();
  return out;
}

Result<std::string> revoke_token(AdministrationParts& parts, const Operation& operation) {
  const auto id = required(operation, "id");
  if (!id) return id;
  const auto revoked = parts.directory.revoke_token(*id, by_shell);
  if (!revoked) return std::unexpected(revoked.error());
  std::string out;
  JsonWriter json(out);
  append_token(json, *parts.directory.directory(), *revoked);
  return out;
}

}  // namespace otklik::app
