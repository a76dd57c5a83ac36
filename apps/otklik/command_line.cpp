#include "command_line.hpp"

#include "commands/commands.hpp"

namespace otklik::app {
namespace {

constexpr int wrong_usage = 2;

}  // namespace

CLI::App* add_command(CLI::App& parent, Shell& shell, const std::string& name, const std::string& help) {
  auto* command = parent.add_subcommand(name, help);
  command->add_option("--data", shell.data, "The data folder")->capture_default_str();
  command->add_flag("--json", shell.json, "Print JSON");
  command->add_option("--config", shell.config, "Another settings file than otklik.toml of the data folder");
  command->add_option("--set", shell.assignments, "key=value: a setting, over the file")->allow_extra_args(false);
  return command;
}

int run_command_line(int argc, char** argv) {
  CLI::App app("Otklik: an open contact-centre server", "otklik");
  app.require_subcommand(1);
  Shell shell;
  add_serve_command(app, shell);
  add_user_commands(app, shell);
  add_role_commands(app, shell);
  add_token_commands(app, shell);
  add_line_commands(app, shell);
  add_number_commands(app, shell);
  add_trunk_commands(app, shell);
  add_calls_commands(app, shell);
  add_script_commands(app, shell);
  add_plugin_commands(app, shell);
  add_file_commands(app, shell);
  add_licence_commands(app, shell);
  add_config_commands(app, shell);
  add_describe_command(app, shell);
  add_events_command(app, shell);
  add_explain_command(app, shell);
  add_check_command(app, shell);
  add_version_command(app, shell);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : wrong_usage;
  }
  return shell.chosen();
}

}  // namespace otklik::app
