#include "commands/commands.hpp"

namespace otklik::app {

void add_calls_commands(CLI::App& app, Shell& shell) {
  auto* calls = add_command(app, shell, "calls", "Calls that are on now: who with whom, in what state and since when");
  const auto chain = std::make_shared<std::string>();
  auto* end = add_command(*calls, shell, "end", "End a call, whatever it is in");
  end->add_option("chain", *chain, "Its chain: the GUID, or a beginning of it that no other has")->required();
  // The parser runs this after the subcommand's own.
  calls->callback([&shell, end, chain] {
    if (end->parsed()) {
      shell.chosen = [&shell, chain] { return shell.perform({"calls.end", {{"chain", *chain}}}); };
    } else {
      shell.chosen = [&shell] { return shell.perform({"calls.list", {{"legs", shell.json}}}); };
    }
  });
}

}  // namespace otklik::app
