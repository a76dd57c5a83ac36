#include "commands/commands.hpp"

namespace otklik::app {
namespace {

struct ScriptOptions {
  std::string name;
  std::vector<std::string> parameters;
};

}  // namespace

void add_script_commands(CLI::App& app, Shell& shell) {
  auto* scripts = app.add_subcommand("script", "Service scenarios");
  scripts->require_subcommand(1);
  const auto options = std::make_shared<ScriptOptions>();

  add_command(*scripts, shell, "list", "All scenarios")->callback([&shell] {
    shell.chosen = [&shell] { return shell.perform({"script.list", {}}); };
  });

  auto* check = add_command(*scripts, shell, "check", "Check scenarios without running them");
  check->add_option("name", options->name, "Only this one");
  check->callback([&shell, options, check] {
    shell.chosen = [&shell, options, check] {
      Operation op{"script.check", {}};
      if (check->count("name") != 0) op.arguments.emplace("name", options->name);
      return shell.perform(op);
    };
  });

  auto* run = add_command(*scripts, shell, "run", "Run a scenario and print its return values");
  run->add_option("name", options->name, "Its name")->required();
  run->add_option("parameters", options->parameters, "Start parameters 1 to 5")->expected(0, 5);
  run->callback([&shell, options] {
    shell.chosen = [&shell, options] {
      return shell.perform({"script.run", {{"name", options->name}, {"parameters", options->parameters}}});
    };
  });
}

}  // namespace otklik::app
