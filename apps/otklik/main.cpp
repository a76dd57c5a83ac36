#include <sys/stat.h>

#include <clocale>
#include <csignal>
#include <cstdio>

#include "shell.hpp"

namespace {

constexpr int wrong_usage = 2;

}  // namespace

int main(int argc, char** argv) {
  ::umask(0077);  // what this program makes belongs to its owner alone
  // Who starts us may ignore it, and that is inherited: the ends of plugins would be lost.
  std::signal(SIGCHLD, SIG_DFL);  // NOLINT(cert-err33-c)

  CLI::App app("Otklik: an open contact-centre server", "otklik");
  app.require_subcommand(1);
  otklik::app::Shell shell;
  otklik::app::add_serve_command(app, shell);
  otklik::app::add_user_commands(app, shell);
  otklik::app::add_role_commands(app, shell);
  otklik::app::add_token_commands(app, shell);
  otklik::app::add_script_commands(app, shell);
  otklik::app::add_plugin_commands(app, shell);
  otklik::app::add_file_commands(app, shell);
  otklik::app::add_licence_commands(app, shell);
  otklik::app::add_config_commands(app, shell);
  otklik::app::add_describe_command(app, shell);
  otklik::app::add_events_command(app, shell);
  otklik::app::add_check_command(app, shell);
  otklik::app::add_version_command(app, shell);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : wrong_usage;
  }
  return shell.chosen();
}
