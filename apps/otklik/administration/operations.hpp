#pragma once
#include "administration.hpp"

/// Every operation of the administrator; the table in administration.cpp gives each its name.
namespace otklik::app {

Result<std::string> add_user(AdministrationParts& parts, const Operation& operation);
Result<std::string> set_user(AdministrationParts& parts, const Operation& operation);
Result<std::string> set_password(AdministrationParts& parts, const Operation& operation);
Result<std::string> list_users(AdministrationParts& parts, const Operation& operation);
Result<std::string> remove_user(AdministrationParts& parts, const Operation& operation);

Result<std::string> set_avatar(AdministrationParts& parts, const Operation& operation);
Result<std::string> remove_avatar(AdministrationParts& parts, const Operation& operation);
Result<std::string> show_avatar(AdministrationParts& parts, const Operation& operation);

Result<std::string> add_role(AdministrationParts& parts, const Operation& operation);
Result<std::string> set_role(AdministrationParts& parts, const Operation& operation);
Result<std::string> list_roles(AdministrationParts& parts, const Operation& operation);
Result<std::string> remove_role(AdministrationParts& parts, const Operation& operation);

Result<std::string> create_token(AdministrationParts& parts, const Operation& operation);
Result<std::string> list_tokens(AdministrationParts& parts, const Operation& operation);
Result<std::string> revoke_token(AdministrationParts& parts, const Operation& operation);

Result<std::string> list_scripts(AdministrationParts& parts, const Operation& operation);
Result<std::string> check_scripts(AdministrationParts& parts, const Operation& operation);
Result<std::string> run_script(AdministrationParts& parts, const Operation& operation);

Result<std::string> show_licence(AdministrationParts& parts, const Operation& operation);
Result<std::string> install_licence(AdministrationParts& parts, const Operation& operation);

Result<std::string> list_plugins(AdministrationParts& parts, const Operation& operation);
Result<std::string> check_plugins(AdministrationParts& parts, const Operation& operation);
Result<std::string> grant_plugin(AdministrationParts& parts, const Operation& operation);
Result<std::string> restart_plugin(AdministrationParts& parts, const Operation& operation);

Result<std::string> show_settings(AdministrationParts& parts, const Operation& operation);
Result<std::string> reload_settings(AdministrationParts& parts, const Operation& operation);
Result<std::string> list_files(AdministrationParts& parts, const Operation& operation);
Result<std::string> link_to_file(AdministrationParts& parts, const Operation& operation);
Result<std::string> issue_temporary_password(AdministrationParts& parts, const Operation& operation);
Result<std::string> import_file(AdministrationParts& parts, const Operation& operation);
Result<std::string> finish_file(AdministrationParts& parts, const Operation& operation);
Result<std::string> hold_file(AdministrationParts& parts, const Operation& operation);
Result<std::string> delete_file(AdministrationParts& parts, const Operation& operation);

Result<std::string> check_everything(AdministrationParts& parts, const Operation& operation);

/// The argument, or `bad_request` that names it.
Result<std::string> required(const Operation& operation, std::string_view argument);

/// Who the record says did it.
inline constexpr std::string_view by_shell = "shell";

}  // namespace otklik::app
