#include "administration.hpp"

#include <array>
#include <utility>

#include "administration/operations.hpp"

namespace otklik::app {
namespace {

using Perform = Result<std::string> (*)(AdministrationParts&, const Operation&);

constexpr std::array<std::pair<std::string_view, Perform>, 52> operations{{
    {"user.add", add_user},
    {"user.set", set_user},
    {"user.passwd", set_password},
    {"user.list", list_users},
    {"user.remove", remove_user},
    {"user.avatar.set", set_avatar},
    {"user.avatar.remove", remove_avatar},
    {"user.avatar.show", show_avatar},
    {"role.add", add_role},
    {"role.set", set_role},
    {"role.list", list_roles},
    {"role.remove", remove_role},
    {"token.create", create_token},
    {"token.list", list_tokens},
    {"token.revoke", revoke_token},
    {"script.list", list_scripts},
    {"script.check", check_scripts},
    {"script.run", run_script},
    {"licence.show", show_licence},
    {"licence.install", install_licence},
    {"plugin.list", list_plugins},
    {"plugin.check", check_plugins},
    {"plugin.grant", grant_plugin},
    {"plugin.restart", restart_plugin},
    {"config.show", show_settings},
    {"config.reload", reload_settings},
    {"file.list", list_files},
    {"file.link", link_to_file},
    {"file.temppass", issue_temporary_password},
    {"file.import", import_file},
    {"file.finish", finish_file},
    {"file.hold", hold_file},
    {"file.delete", delete_file},
    {"user.state", change_state},
    {"line.add", add_line},
    {"line.set", set_line},
    {"line.list", list_lines},
    {"line.show", show_line},
    {"line.remove", remove_line},
    {"number.add", add_number},
    {"number.set", set_number},
    {"number.list", list_numbers},
    {"number.show", show_number},
    {"number.remove", remove_number},
    {"trunk.add", add_trunk},
    {"trunk.set", set_trunk},
    {"trunk.list", list_trunks},
    {"trunk.show", show_trunk},
    {"trunk.remove", remove_trunk},
    {"calls.list", list_calls},
    {"calls.end", end_call},
    {"check", check_everything},
}};

}  // namespace

Result<std::string> administrate(AdministrationParts& parts, const Operation& operation) {
  for (const auto& [name, perform] : operations) {
    if (name == operation.name) return perform(parts, operation);
  }
  return fail(ErrorCode::bad_request, "this server knows no operation " + operation.name);
}

}  // namespace otklik::app
