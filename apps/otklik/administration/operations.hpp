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

Result<std::string> change_state(AdministrationParts& parts, const Operation& operation);

Result<std::string> add_line(AdministrationParts& parts, const Operation& operation);
Result<std::string> set_line(AdministrationParts& parts, const Operation& operation);
Result<std::string> list_lines(AdministrationParts& parts, const Operation& operation);
Result<std::string> show_line(AdministrationParts& parts, const Operation& operation);
Result<std::string> remove_line(AdministrationParts& parts, const Operation& operation);

Result<std::string> add_number(AdministrationParts& parts, const Operation& operation);
Result<std::string> set_number(AdministrationParts& parts, const Operation& operation);
Result<std::string> list_numbers(AdministrationParts& parts, const Operation& operation);
Result<std::string> show_number(AdministrationParts& parts, const Operation& operation);
Result<std::string> remove_number(AdministrationParts& parts, const Operation& operation);

Result<std::string> add_trunk(AdministrationParts& parts, const Operation& operation);
Result<std::string> set_trunk(AdministrationParts& parts, const Operation& operation);
Result<std::string> list_trunks(AdministrationParts& parts, const Operation& operation);
Result<std::string> show_trunk(AdministrationParts& parts, const Operation& operation);
Result<std::string> remove_trunk(AdministrationParts& parts, const Operation& operation);

Result<std::string> list_calls(AdministrationParts& parts, const Operation& operation);
Result<std::string> end_call(AdministrationParts& parts, const Operation& operation);

Result<std::string> check_everything(AdministrationParts& parts, const Operation& operation);

/// The argument, or `bad_request` that names it.
Result<std::string> required(const Operation& operation, std::string_view argument);

/// A whole number that is not negative, or nothing where it was not given. Error: `bad_request`.
Result<std::optional<std::uint32_t>> count(const Operation& operation, std::string_view argument);

/// One of the words that `named` knows, or nothing where it was not given. Error: `bad_request`.
template <class Kind>
Result<std::optional<Kind>> choice(const Operation& operation, std::string_view argument,
                                   std::optional<Kind> (*named)(std::string_view) noexcept) {
  const auto text = operation.text(argument);
  if (!text) return std::nullopt;
  if (const auto kind = named(*text)) return kind;
  return fail(ErrorCode::bad_request, "\"" + *text + "\" is no " + std::string(argument));
}

/// Who the record says did it.
inline constexpr std::string_view by_shell = "shell";

}  // namespace otklik::app
