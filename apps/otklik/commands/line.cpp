#include "commands/operation_options.hpp"

namespace otklik::app {
namespace {

std::shared_ptr<OperationOptions> line_options(CLI::App& command) {
  auto options = std::make_shared<OperationOptions>(command);
  options->text("number", "number", "The line's number, as 16001")->required();
  options->text("--user", "user", "Whose phone it is: a login; \"\": nobody's");
  options->text("--workplace", "workplace", "The name of its workplace; \"\": none");
  options->text("--name", "name", "What people call it");
  options->text("--sip-user", "sip_user", "What its phone registers as; of a new line its number");
  options->text("--caller-id", "caller_id", "The number that is shown outside");
  options->text("--record", "recording", "Recording of its talks: rules, always or never")
      ->check(CLI::IsMember({"rules", "always", "never"}));
  options->list("--codec", "codecs", "A codec it may use: opus, g722, pcma, pcmu; repeat it in order of preference");
  options->yes_no("outside", "calls_outside", "It may call outside", "It may not");
  options->yes_no("answer", "answers_by_server", "Its phone answers when the server asks it to", "It does not");
  options->yes_no("enable", "enabled", "Let it register and call", "Let it do neither");
  return options;
}

void add_line_add(CLI::App& lines, Shell& shell) {
  auto* command = add_command(lines, shell, "add", "Add a line; its SIP password is a random one, or asked for");
  const auto options = line_options(*command);
  const auto asks = std::make_shared<bool>(false);
  command->add_flag("--password", *asks, "Ask for the SIP password, or read it from standard input");
  command->callback([&shell, options, asks] {
    shell.chosen = [&shell, options, asks] {
      auto operation = options->operation("line.add");
      if (*asks) {
        const auto password = read_password("SIP password");
        if (!password) return Shell::fail_with(password.error());
        operation.arguments.emplace("password", *password);
      }
      return shell.perform(operation);
    };
  });
}

void add_line_set(CLI::App& lines, Shell& shell) {
  auto* command = add_command(lines, shell, "set", "Change a line; what is not named stays");
  const auto options = line_options(*command);
  options->text("--number", "new_number", "A new number");
  const auto asks = std::make_shared<bool>(false);
  auto* ask = command->add_flag("--password", *asks, "Ask for another SIP password, or read it from standard input");
  options->flag("--generate-password", "generate_password", "Give it another random SIP password")->excludes(ask);
  command->callback([&shell, options, asks] {
    shell.chosen = [&shell, options, asks] {
      auto operation = options->operation("line.set");
      if (*asks) {
        const auto password = read_password("New SIP password");
        if (!password) return Shell::fail_with(password.error());
        operation.arguments.emplace("password", *password);
      }
      return shell.perform(operation);
    };
  });
}

}  // namespace

void add_line_commands(CLI::App& app, Shell& shell) {
  auto* lines = app.add_subcommand("line", "Lines: places of phones, with their workplaces");
  lines->require_subcommand(1);
  add_line_add(*lines, shell);
  add_line_set(*lines, shell);
  add_command(*lines, shell, "list", "All lines, with what their phones need to register")->callback([&shell] {
    shell.chosen = [&shell] { return shell.perform({"line.list", {}}); };
  });
  const auto number = std::make_shared<std::string>();
  for (const auto& [name, help] : {std::pair("show", "All of one line"), std::pair("remove", "Remove a line")}) {
    auto* command = add_command(*lines, shell, name, help);
    command->add_option("number", *number, "The line's number, or its GUID")->required();
    command->callback([&shell, number, operation = std::string("line.") + name] {
      shell.chosen = [&shell, number, operation] { return shell.perform({operation, {{"number", *number}}}); };
    });
  }
}

}  // namespace otklik::app
