#include "commands/operation_options.hpp"

namespace otklik::app {
namespace {

void add_number_change(CLI::App& numbers, Shell& shell, const std::string& name, const std::string& help) {
  auto* command = add_command(numbers, shell, name, help);
  const auto options = std::make_shared<OperationOptions>(*command);
  options->text("number", "number", "What is dialled")->required();
  options->text("--name", "name", "What people call it");
  options->text("--kind", "kind", "standard (calls people), special, speed, ivr or emergency; of a new one standard")
      ->check(CLI::IsMember({"standard", "special", "speed", "ivr", "emergency"}));
  options->list("--target", "targets",
                "Standard: whom it calls: a login, line:NUMBER or number:DIGITS; repeat it in order");
  options->text("--hunting", "hunting", "Standard: in_turn (one after another) or all (at once)")
      ->check(CLI::IsMember({"in_turn", "all"}));
  options->number("--ring-time", "ring_time", "Standard: seconds that each target rings");
  options->number("--queue", "queue", "Standard: how many may wait while all are busy; 0: nobody");
  options->number("--longest-wait", "longest_wait", "Standard: seconds that one may wait; 0: without end");
  options->text("--rule", "rule", "Standard: the name of its rule");
  options
      ->text("--special", "special", "Special: flash, city, pbx, pick_up, sip_hotline, echo, conference or voicemail")
      ->check(CLI::IsMember({"flash", "city", "pbx", "pick_up", "sip_hotline", "echo", "conference", "voicemail"}));
  options->text("--to", "target", "Speed, hotline and emergency: the number that is called");
  options->text("--scenario", "scenario", "IVR: the name of its scenario");
  if (name == "set") options->text("--number", "new_number", "Other digits");
  command->callback([&shell, options, operation = "number." + name] {
    shell.chosen = [&shell, options, operation] { return shell.perform(options->operation(operation)); };
  });
}

}  // namespace

void add_number_commands(CLI::App& app, Shell& shell) {
  auto* numbers = app.add_subcommand("number", "Internal numbers: what is dialled inside, and whom it calls");
  numbers->require_subcommand(1);
  add_number_change(*numbers, shell, "add", "Add an internal number");
  add_number_change(*numbers, shell, "set", "Change one; what is not named stays");
  add_command(*numbers, shell, "list", "All internal numbers")->callback([&shell] {
    shell.chosen = [&shell] { return shell.perform({"number.list", {}}); };
  });
  const auto number = std::make_shared<std::string>();
  auto* show = add_command(*numbers, shell, "show", "All of one");
  show->add_option("number", *number, "What is dialled, or its GUID")->required();
  show->callback([&shell, number] {
    shell.chosen = [&shell, number] { return shell.perform({"number.show", {{"number", *number}}}); };
  });
  auto* remove = add_command(*numbers, shell, "remove", "Remove one");
  const auto force = std::make_shared<bool>(false);
  remove->add_option("number", *number, "What is dialled, or its GUID")->required();
  remove->add_flag("--force", *force, "Also where other numbers lead to it");
  remove->callback([&shell, number, force] {
    shell.chosen = [&shell, number, force] {
      return shell.perform({"number.remove", {{"number", *number}, {"force", *force}}});
    };
  });
}

}  // namespace otklik::app
