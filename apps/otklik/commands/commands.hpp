#pragma once
#include <CLI/CLI.hpp>

#include <string>

#include "shell.hpp"

/// The shell commands. Each one turns its arguments into an Operation and sets Shell::chosen to performing it.
namespace otklik::app {

/// A subcommand with `--data` and `--json`.
CLI::App* add_command(CLI::App& parent, Shell& shell, const std::string& name, const std::string& help);

void add_serve_command(CLI::App& app, Shell& shell);
void add_user_commands(CLI::App& app, Shell& shell);
void add_role_commands(CLI::App& app, Shell& shell);
void add_token_commands(CLI::App& app, Shell& shell);
void add_line_commands(CLI::App& app, Shell& shell);
void add_number_commands(CLI::App& app, Shell& shell);
void add_trunk_commands(CLI::App& app, Shell& shell);
void add_calls_commands(CLI::App& app, Shell& shell);
void add_script_commands(CLI::App& app, Shell& shell);
void add_plugin_commands(CLI::App& app, Shell& shell);
void add_trunk_commands(CLI::App& app, Shell& shell);
void add_file_commands(CLI::App& app, Shell& shell);
void add_check_command(CLI::App& app, Shell& shell);
void add_licence_commands(CLI::App& app, Shell& shell);
void add_config_commands(CLI::App& app, Shell& shell);
void add_describe_command(CLI::App& app, Shell& shell);
void add_events_command(CLI::App& app, Shell& shell);
void add_explain_command(CLI::App& app, Shell& shell);
void add_version_command(CLI::App& app, Shell& shell);

}  // namespace otklik::app
