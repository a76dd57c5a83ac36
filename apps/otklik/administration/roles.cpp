#include "administration/operations.hpp"
#include "administration/privileges.hpp"
#include "base/json_writer.hpp"
#include "store/directory/directory_store.hpp"

namespace otklik::app {
namespace {

void append_role(JsonWriter& json, const core::Directory& directory, const core::Role& role) {
  json.begin_object().field("name", role.name).key("privileges");
  append_privileges(json, role.privileges);
  json.field("users", directory.holders_of(role.id)).field("id", role.id.text()).end_object();
}

Result<std::string> shown(const core::Directory& directory, const Result<core::Role>& role) {
  if (!role) return std::unexpected(role.error());
  std::string out;
  JsonWriter json(out);
  append_role(json, directory, *role);
  return out;
}

}  // namespace

void append_privileges(JsonWriter& json, core::Privileges privileges) {
  json.begin_array();
  for (const auto privilege : core::all_privileges) {
    if (privileges.has(privilege)) json.value(core::name(privilege));
  }
  json.end_array();
}

Result<core::Privileges> privileges_named(const std::vector<std::string>& names) {
  core::Privileges privileges;
  for (const auto& name : names) {
    const auto privilege = core::privilege_named(name);
    if (!privilege) {
      std::string known;
      for (const auto p : core::all_privileges) known += (known.empty() ? "" : ", ") + std::string(core::name(p));
      return fail(ErrorCode::bad_request, "there is no privilege " + name + "; there are " + known);
    }
    privileges.add(*privilege);
  }
  return privileges;
}

Result<std::string> add_role(AdministrationParts& parts, const Operation& operation) {
  const auto name = required(operation, "name");
  if (!name) return name;
  const auto privileges = privileges_named(operation.list("privileges").value_or(std::vector<std::string>{}));
  if (!privileges) return std::unexpected(privileges.error());
  const auto role = parts.directory.add_role(*name, *privileges, by_shell);
  return shown(*parts.directory.directory(), role);
}

Result<std::string> set_role(AdministrationParts& parts, const Operation& operation) {
  const auto name = required(operation, "name");
  if (!name) return name;
  store::RoleChange change;
  change.name = operation.text("new_name");
  if (const auto names = operation.list("privileges")) {
    const auto privileges = privileges_named(*names);
    if (!privileges) return std::unexpected(privileges.error());
    change.privileges = *privileges;
  }
  const auto role = parts.directory.set_role(*name, std::move(change), by_shell);
  return shown(*parts.directory.directory(), role);
}

Result<std::string> list_roles(AdministrationParts& parts, const Operation&) {
  const auto directory = parts.directory.directory();
  std::string out;
  JsonWriter json(out);
  json.begin_array();
  for (const auto& role : directory->roles()) append_role(json, *directory, role);
  json.end_array();
  return out;
}

Result<std::string> remove_role(AdministrationParts& parts, const Operation& operation) {
  const auto name = required(operation, "name");
  if (!name) return name;
  const auto before = parts.directory.directory();
  return shown(*before, parts.directory.remove_role(*name, operation.flag("force").value_or(false), by_shell));
}

}  // namespace otklik::app
