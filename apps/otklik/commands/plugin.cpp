#include <filesystem>

#include "commands/commands.hpp"

namespace otklik::app {
namespace {

struct PluginOptions {
  std::string id, role, folder;
  std::vector<std::string> folders;
  bool network = false;
  bool nothing = false;
};

}  // namespace

void add_plugin_commands(CLI::App& app, Shell& shell) {
  auto* plugins = app.add_subcommand("plugin", "Plugins: programs that the server calls");
  plugins->require_subcommand(1);
  const auto options = std::make_shared<PluginOptions>();

  add_command(*plugins, shell, "list", "All plugins, and what is wrong with which")->callback([&shell] {
    shell.chosen = [&shell] { return shell.perform({"plugin.list", {}}); };
  });

  auto* check = add_command(*plugins, shell, "check",
                            "What this machine can guarantee of the sandbox, and whether every manifest is good");
  check->add_option("folder", options->folder, "Only the plugin in this folder, wherever it lies");
  check->callback([&shell, options, check] {
    shell.chosen = [&shell, options, check] {
      Operation op{"plugin.check", {}};
      if (check->count("folder") != 0) {
        std::error_code error;
        const auto folder = std::filesystem::weakly_canonical(options->folder, error);
        op.arguments.emplace("folder", error ? options->folder : folder.string());
      }
      return shell.perform(op);
    };
  });

  auto* grant = add_command(*plugins, shell, "grant", "Let a plugin have what its manifest asks for, or a role");
  grant->add_option("id", options->id, "The plugin's id or name")->required();
  grant->add_option("role", options->role, "The role whose privileges its calls back have");
  grant->add_flag("--network", options->network, "Outgoing connections");
  grant
      ->add_option(
          "--folder", options->folders,
          "A folder that its manifest asks for, to read, or to write if it asks for that; repeat it for several")
      ->allow_extra_args(false);
  grant->add_flag("--nothing", options->nothing, "Take back everything");
  grant->callback([&shell, options, grant] {
    shell.chosen = [&shell, options, grant] {
      Operation op{"plugin.grant", {{"id", options->id}}};
      if (grant->count("role") != 0) op.arguments.emplace("role", options->role);
      if (options->network) op.arguments.emplace("network", true);
      if (grant->count("--folder") != 0) op.arguments.emplace("folders", options->folders);
      if (options->nothing) op.arguments.emplace("nothing", true);
      return shell.perform(op);
    };
  });

  auto* restart = add_command(*plugins, shell, "restart", "Start a plugin's program anew; calls under way end first");
  restart->add_option("id", options->id, "The plugin's id or name")->required();
  restart->callback([&shell, options] {
    shell.chosen = [&shell, options] { return shell.perform({"plugin.restart", {{"id", options->id}}}); };
  });
}

}  // namespace otklik::app
