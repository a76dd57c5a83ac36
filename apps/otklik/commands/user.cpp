#include "base/base64.hpp"
#include "base/file.hpp"
#include "commands/operation_options.hpp"

namespace otklik::app {
namespace {

/// What `user add` and `user set` share; an option that was not given stays out of the operation.
struct UserOptions {
  std::string login, name, department, language, new_login;
  std::vector<std::string> roles;
  bool block = false, unblock = false, empty_password = false, no_empty_password = false;

  void declare(CLI::App& command) {
    command.add_option("login", login, "The login, Latin or Cyrillic")->required();
    command.add_option("--name", name, "The full name");
    command.add_option("--department", department, "The department; it exists while somebody is in it");
    command.add_option("--role", roles, "A role; repeat it for several")->allow_extra_args(false);
    command.add_option("--language", language, "ru or en")->check(CLI::IsMember({"ru", "en"}));
  }

  [[nodiscard]] Operation operation(const std::string& what, const CLI::App& command) const {
    Operation op{what, {{"login", login}}};
    if (command.count("--name") != 0) op.arguments.emplace("name", name);
    if (command.count("--department") != 0) op.arguments.emplace("department", department);
    if (command.count("--role") != 0) op.arguments.emplace("roles", roles);
    if (command.count("--language") != 0) op.arguments.emplace("language", language);
    return op;
  }
};

void add_user_add(CLI::App& users, Shell& shell) {
  auto* command =
      add_command(users, shell, "add", "Add a user; the password is asked for, or read from standard input");
  const auto options = std::make_shared<UserOptions>();
  options->declare(*command);
  command->add_flag("--allow-empty-password", options->empty_password, "The user may have an empty password");
  command->callback([&shell, options, command] {
    shell.chosen = [&shell, options, command] {
      auto op = options->operation("user.add", *command);
      if (options->empty_password) op.arguments.emplace("allow_empty_password", true);
      const auto password = read_password("Password for " + options->login);
      if (!password) return Shell::fail_with(password.error());
      op.arguments.emplace("password", *password);
      return shell.perform(op);
    };
  });
}

void add_user_set(CLI::App& users, Shell& shell) {
  auto* command = add_command(users, shell, "set", "Change a user; what is not named stays");
  const auto options = std::make_shared<UserOptions>();
  options->declare(*command);
  command->add_option("--login", options->new_login, "A new login");
  auto* block = command->add_flag("--block", options->block, "Let the user in no longer");
  command->add_flag("--unblock", options->unblock, "Let the user in again")->excludes(block);
  auto* allow = command->add_flag("--allow-empty-password", options->empty_password, "Allow an empty password");
  command->add_flag("--forbid-empty-password", options->no_empty_password, "Forbid it again")->excludes(allow);
  command->callback([&shell, options, command] {
    shell.chosen = [&shell, options, command] {
      auto op = options->operation("user.set", *command);
      if (command->count("--login") != 0) op.arguments.emplace("new_login", options->new_login);
      if (options->block || options->unblock) op.arguments.emplace("blocked", options->block);
      if (options->empty_password || options->no_empty_password) {
        op.arguments.emplace("allow_empty_password", options->empty_password);
      }
      return shell.perform(op);
    };
  });
}

/// Sets a picture from a file of whoever types the command: it may lie where the server cannot read.
void add_user_avatar(CLI::App& users, Shell& shell) {
  struct Options {
    std::string login, file;
    bool remove = false, show = false;
  };
  auto* command = add_command(users, shell, "avatar", "Set, remove or show a user's picture: JPEG, PNG, WebP or GIF");
  const auto options = std::make_shared<Options>();
  command->add_option("login", options->login, "The login")->required();
  auto* file = command->add_option("file", options->file, "The picture; it is kept at 352x288, 96x96 and 32x32 pixels");
  auto* remove = command->add_flag("--remove", options->remove, "Remove the picture")->excludes(file);
  auto* show =
      command->add_flag("--show", options->show, "Show the links of the picture")->excludes(file)->excludes(remove);
  command->callback([&shell, options, file, remove, show] {
    if (file->count() + remove->count() + show->count() == 0) {
      throw CLI::RequiredError("a file, --remove or --show");
    }
    shell.chosen = [&shell, options] {
      if (options->remove) return shell.perform({"user.avatar.remove", {{"login", options->login}}});
      if (options->show) return shell.perform({"user.avatar.show", {{"login", options->login}}});
      const auto content = read_file(options->file, most_carried_bytes);
      if (!content) return Shell::fail_with({content.error().code, options->file + ": " + content.error().message});
      return shell.perform({"user.avatar.set", {{"login", options->login}, {"content", base64(*content)}}});
    };
  });
}

void add_user_state(CLI::App& users, Shell& shell) {
  auto* command = add_command(users, shell, "state", "Change what a user is doing, or only show it");
  const auto options = std::make_shared<OperationOptions>(*command);
  options->text("login", "login", "The login")->required();
  options->number("--state", "state", "1 ready, 2 break, 3 away, 5 busy");
  options->yes_no("callcenter", "oncallcenter", "Enter the call centre", "Leave it");
  options->yes_no("manual", "onccmanual", "Manual mode of the call centre on", "Off");
  options->yes_no("break", "onlunch", "A break as soon as he is free", "No break");
  options->yes_no("redirect", "onredirect", "Redirection on", "Off");
  options->number("--reason", "reason_id", "The code of the break's reason");
  options->text("--reason-text", "reason", "The break's reason in words");
  command->callback([&shell, options] {
    shell.chosen = [&shell, options] { return shell.perform(options->operation("user.state")); };
  });
}

}  // namespace

void add_user_commands(CLI::App& app, Shell& shell) {
  auto* users = app.add_subcommand("user", "Users");
  users->require_subcommand(1);
  add_user_add(*users, shell);
  add_user_set(*users, shell);
  add_user_avatar(*users, shell);
  add_user_state(*users, shell);

  auto* passwd = add_command(*users, shell, "passwd", "Set a user's password: asked for, or read from standard input");
  const auto login = std::make_shared<std::string>();
  passwd->add_option("login", *login, "The login")->required();
  passwd->callback([&shell, login] {
    shell.chosen = [&shell, login] {
      const auto password = read_password("New password for " + *login);
      if (!password) return Shell::fail_with(password.error());
      return shell.perform({"user.passwd", {{"login", *login}, {"password", *password}}});
    };
  });

  add_command(*users, shell, "list", "All users")->callback([&shell] {
    shell.chosen = [&shell] { return shell.perform({"user.list", {}}); };
  });

  auto* remove = add_command(*users, shell, "remove", "Remove a user and his tokens");
  remove->add_option("login", *login, "The login")->required();
  remove->callback([&shell, login] {
    shell.chosen = [&shell, login] { return shell.perform({"user.remove", {{"login", *login}}}); };
  });
}

}  // namespace otklik::app
