#include "commands/commands.hpp"
#include "web_api/description/description.hpp"
#include "web_api/table.hpp"

namespace otklik::app {
namespace {

int describe(const Shell& shell, const std::string& name) {
  const auto language = web_api::Language::en;
  if (name.empty()) {
    std::printf("%s\n", (shell.json ? web_api::describe_json() : web_api::describe_text(language)).c_str());
    return 0;
  }
  const auto* method = web_api::find_method_named(name);
  if (method == nullptr) return Shell::fail_with({ErrorCode::not_found, "there is no method " + name});
  std::printf("%s\n",
              (shell.json ? web_api::describe_json(*method) : web_api::describe_text(*method, language)).c_str());
  return 0;
}

}  // namespace

void add_describe_command(CLI::App& app, Shell& shell) {
  auto* command = add_command(app, shell, "describe", "The methods of the HTTP interface");
  const auto name = std::make_shared<std::string>();
  command->add_option("method", *name, "Only this one");
  command->callback([&shell, name] { shell.chosen = [&shell, name] { return describe(shell, *name); }; });
}

}  // namespace otklik::app
