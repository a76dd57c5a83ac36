#include "commands/commands.hpp"

namespace otklik::app {
namespace {

struct RoleOptions {
  std::string name, new_name;
  std::vector<std::string> privileges;
  bool force = false;
};

}  // namespace

void add_role_commands(CLI::App& app, Shell& shell) {
  auto* roles = app.add_subcommand("role", "Roles: named sets of privileges");
  roles->require_subcommand(1);
  const auto options = std::make_shared<RoleOptions>();
  const auto privileges_help = "A privilege: webapi.execute, admin.manage, supervise, operate; repeat it for several";

  auto* add = add_command(*roles, shell, "add", "Add a role");
  add->add_option("name", options->name, "The role's name")->required();
  add->add_option("--privilege", options->privileges, privileges_help)->allow_extra_args(false);
  add->callback([&shell, options] {
    shell.chosen = [&shell, options] {
      return shell.perform({"role.add", {{"name", options->name}, {"privileges", options->privileges}}});
    };
  });

  auto* set = add_command(*roles, shell, "set", "Change a role; its users get the change at once");
  set->add_option("name", options->name, "The role's name")->required();
  set->add_option("--name", options->new_name, "A new name");
  set->add_option("--privilege", options->privileges, privileges_help)->allow_extra_args(false);
  set->callback([&shell, options, set] {
    shell.chosen = [&shell, options, set] {
      Operation op{"role.set", {{"name", options->name}}};
      if (set->count("--name") != 0) op.arguments.emplace("new_name", options->new_name);
      if (set->count("--privilege") != 0) op.arguments.emplace("privileges", options->privileges);
      return shell.perform(op);
    };
  });

  add_command(*roles, shell, "list", "All roles")->callback([&shell] {
    shell.chosen = [&shell] { return shell.perform({"role.list", {}}); };
  });

  auto* remove = add_command(*roles, shell, "remove", "Remove a role");
  remove->add_option("name", options->name, "The role's name")->required();
  remove->add_flag("--force", options->force, "Even while users have it");
  remove->callback([&shell, options] {
    shell.chosen = [&shell, options] {
      return shell.perform({"role.remove", {{"name", options->name}, {"force", options->force}}});
    };
  });
}

}  // namespace otklik::app
