#include "commands/operation_options.hpp"

namespace otklik::app {
namespace {

void add_trunk_change(CLI::App& trunks, Shell& shell, const std::string& name, const std::string& help) {
  auto* command = add_command(trunks, shell, name, help);
  const auto options = std::make_shared<OperationOptions>(*command);
  options->text("name", "name", "The trunk's name")->required();
  options->text("--server", "server", "Where calls go: host or host:port");
  options->text("--kind", "kind", "registering (we log in there) or address (each side knows the other's)")
      ->check(CLI::IsMember({"registering", "address"}));
  options->text("--transport", "transport", "udp, tcp or tls")->check(CLI::IsMember({"udp", "tcp", "tls"}));
  options->text("--domain", "domain", "The domain of our address there; \"\": the server's host");
  options->text("--login", "login", "The login there");
  options->list("--source", "sources", "An address or network that its calls come from; repeat it");
  options->number("--order", "order", "The lower the earlier it is tried");
  options->text("--caller-id", "caller_id", "The number that is shown to whom we call");
  options
      ->text("--caller-id-rule", "caller_id_rule",
             "line (the line's number, else the trunk's), trunk (always the trunk's) or pass (who called us)")
      ->check(CLI::IsMember({"line", "trunk", "pass"}));
  options->list("--prefix", "prefixes", "Numbers that it takes begin so; repeat it; none: all");
  options->text("--outgoing", "outgoing", "Rewriting of numbers called: PREFIX/STRIP/ADD, several with commas between");
  options->text("--incoming", "incoming", "Likewise of the numbers that call us");
  options->list("--codec", "codecs", "A codec: opus, g722, pcma, pcmu; repeat it in order of preference");
  options->number("--calls", "calls", "Calls at once; 0: no limit");
  options->number("--calls-an-hour", "calls_an_hour", "Calls to outside in an hour; 0: no limit");
  options->text("--to", "incoming_number", "The internal number that its calls reach; \"\": the one they dialled");
  options->text("--number", "number", "The number of its line in statistics; of a new one the first free from 13001");
  options->yes_no("enable", "enabled", "Use it", "Use it no longer");
  if (name == "set") options->text("--name", "new_name", "A new name");
  const auto asks = std::make_shared<bool>(false);
  auto* ask = command->add_flag("--password", *asks, "Ask for the password there, or read it from standard input");
  const auto forgets = std::make_shared<bool>(false);
  if (name == "set") command->add_flag("--no-password", *forgets, "Forget the password")->excludes(ask);
  command->callback([&shell, options, asks, forgets, what = "trunk." + name] {
    shell.chosen = [&shell, options, asks, forgets, what] {
      auto operation = options->operation(what);
      if (*asks) {
        const auto password = read_password("Password of the trunk");
        if (!password) return Shell::fail_with(password.error());
        operation.arguments.emplace("password", *password);
      } else if (*forgets) {
        operation.arguments.emplace("password", std::string());
      }
      return shell.perform(operation);
    };
  });
}

}  // namespace

void add_trunk_commands(CLI::App& app, Shell& shell) {
  auto* trunks = app.add_subcommand("trunk", "Trunks: ways to other exchanges");
  trunks->require_subcommand(1);
  add_trunk_change(*trunks, shell, "add", "Add a trunk");
  add_trunk_change(*trunks, shell, "set", "Change one; what is not named stays");
  add_command(*trunks, shell, "list", "All trunks, in the order they are tried")->callback([&shell] {
    shell.chosen = [&shell] { return shell.perform({"trunk.list", {}}); };
  });
  const auto trunk = std::make_shared<std::string>();
  for (const auto& [name, help] : {std::pair("show", "All of one trunk"), std::pair("remove", "Remove a trunk")}) {
    auto* command = add_command(*trunks, shell, name, help);
    command->add_option("name", *trunk, "The trunk's name, number or GUID")->required();
    command->callback([&shell, trunk, operation = std::string("trunk.") + name] {
      shell.chosen = [&shell, trunk, operation] { return shell.perform({operation, {{"name", *trunk}}}); };
    });
  }
}

}  // namespace otklik::app
