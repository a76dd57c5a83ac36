#pragma once
#include <cstdint>
#include <list>
#include <string>
#include <vector>

#include "commands/commands.hpp"

namespace otklik::app {

/// Options of a command that are arguments of its operation by another name: what was given goes in, the rest stays
/// out.
class OperationOptions {
 public:
  explicit OperationOptions(CLI::App& command) : command_(command) {}

  CLI::Option* text(const std::string& option, std::string argument, const std::string& help) {
    auto& held = hold(std::move(argument), std::string());
    return keep(held, command_.add_option(option, std::get<std::string>(held.value), help));
  }
  /// An empty one, as in `--source ""`, is an empty list.
  CLI::Option* list(const std::string& option, std::string argument, const std::string& help) {
    auto& held = hold(std::move(argument), std::vector<std::string>());
    return keep(
        held,
        command_.add_option(option, std::get<std::vector<std::string>>(held.value), help)->allow_extra_args(false));
  }
  CLI::Option* number(const std::string& option, std::string argument, const std::string& help) {
    auto& held = hold(std::move(argument), std::int64_t{0});
    return keep(held, command_.add_option(option, std::get<std::int64_t>(held.value), help));
  }
  /// `--name` sets it true, `--no-name` false.
  void yes_no(const std::string& name, std::string argument, const std::string& yes, const std::string& no) {
    auto& on = hold(argument, true);
    keep(on, command_.add_flag("--" + name, yes));
    auto& off = hold(std::move(argument), false);
    keep(off, command_.add_flag("--no-" + name, no)->excludes(on.option));
  }
  CLI::Option* flag(const std::string& option, std::string argument, const std::string& help) {
    auto& held = hold(std::move(argument), true);
    return keep(held, command_.add_flag(option, help));
  }

  [[nodiscard]] Operation operation(const std::string& what) const {
    Operation operation{what, {}};
    for (const auto& held : held_) {
      if (held.option->count() == 0) continue;
      Argument value = held.value;
      if (auto* list = std::get_if<std::vector<std::string>>(&value)) std::erase(*list, std::string());
      operation.arguments.insert_or_assign(held.argument, std::move(value));
    }
    return operation;
  }

 private:
  struct Held {
    std::string argument;
    Argument value;
    CLI::Option* option = nullptr;
  };

  Held& hold(std::string argument, Argument value) {
    return held_.emplace_back(Held{std::move(argument), std::move(value), nullptr});
  }
  static CLI::Option* keep(Held& held, CLI::Option* option) {
    held.option = option;
    return option;
  }

  CLI::App& command_;
  std::list<Held> held_;  // each stays where CLI11 writes to
};

}  // namespace otklik::app
