#include "administration/operations.hpp"
#include "base/json_writer.hpp"
#include "store/directory/directory_store.hpp"

namespace otklik::app {
namespace {

void append_user(JsonWriter& json, const core::Directory& directory, const core::User& user) {
  json.begin_object().field("login", user.login).field("name", user.name);
  const auto* department = directory.department(user.department);
  json.field("department", department == nullptr ? std::string() : department->name);
  json.key("roles").begin_array();
  for (const auto& id : user.roles) {
    if (const auto* role = directory.role(id)) json.value(role->name);
  }
  json.end_array().field("blocked", user.blocked).field("password_set", !user.verifier.empty());
  json.field("language", user.language).field("changed", local_text(user.changed)).field("id", user.id.text());
  json.end_object();
}

std::string shown(const core::Directory& directory, const core::User& user) {
  std::string out;
  JsonWriter json(out);
  append_user(json, directory, user);
  return out;
}

}  // namespace

Result<std::string> required(const Operation& operation, std::string_view argument) {
  if (auto text = operation.text(argument)) return std::move(*text);
  return fail(ErrorCode::bad_request, operation.name + " needs " + std::string(argument));
}

Result<std::string> add_user(AdministrationParts& parts, const Operation& operation) {
  auto login = required(operation, "login");
  if (!login) return login;
  store::NewUser user;
  user.login = std::move(*login);
  user.name = operation.text_or("name", "");
  user.department = operation.text_or("department", "");
  user.language = operation.text_or("language", "");
  user.password = operation.text("password");
  user.roles = operation.list("roles").value_or(std::vector<std::string>{});
  user.allow_empty_password = operation.flag("allow_empty_password").value_or(false);
  const auto added = parts.directory.add_user(std::move(user), by_shell);
  if (!added) return std::unexpected(added.error());
  return shown(*parts.directory.directory(), *added);
}

Result<std::string> set_user(AdministrationParts& parts, const Operation& operation) {
  const auto login = required(operation, "login");
  if (!login) return login;
  store::UserChange change;
  change.login = operation.text("new_login");
  change.name = operation.text("name");
  change.department = operation.text("department");
  change.language = operation.text("language");
  change.roles = operation.list("roles");
  change.blocked = operation.flag("blocked");
  change.allow_empty_password = operation.flag("allow_empty_password");
  const auto changed = parts.directory.set_user(*login, std::move(change), by_shell);
  if (!changed) return std::unexpected(changed.error());
  return shown(*parts.directory.directory(), *changed);
}

Result<std::string> set_password(AdministrationParts& parts, const Operation& operation) {
  const auto login = required(operation, "login");
  if (!login) return login;
  const auto password = required(operation, "password");
  if (!password) return password;
  const auto changed = parts.directory.set_password(*login, *password, by_shell);
  if (!changed) return std::unexpected(changed.error());
  return shown(*parts.directory.directory(), *changed);
}

Result<std::string> list_users(AdministrationParts& parts, const Operation&) {
  const auto directory = parts.directory.directory();
  std::string out;
  JsonWriter json(out);
  json.begin_array();
  for (const auto& user : directory->users()) append_user(json, *directory, user);
  json.end_array();
  return out;
}

Result<std::string> remove_user(AdministrationParts& parts, const Operation& operation) {
  const auto login = required(operation, "login");
  if (!login) return login;
  const auto before = parts.directory.directory();
  const auto removed = parts.directory.remove_user(*login, by_shell);
  if (!removed) return std::unexpected(removed.error());
  return shown(*before, *removed);
}

}  // namespace otklik::app
