#include "base/json_writer.hpp"
#include "configuration.hpp"
#include "shell.hpp"

namespace otklik::app {
namespace {

Result<> load(const Shell& shell, Configuration& configuration) {
  const auto folder = DataFolder::open(shell.data);
  if (!folder) return std::unexpected(folder.error());
  return configuration.load(*folder, shell.config, shell.assignments);
}

std::string value_of(const Setting& setting) {
  return setting.secret && setting.get() != "\"\"" ? "\"***\"" : setting.get();
}

int show(const Shell& shell) {
  Configuration configuration;
  if (auto loaded = load(shell, configuration); !loaded) return Shell::fail_with(loaded.error());
  if (!shell.json) {
    for (const auto& setting : configuration.table().entries()) {
      const auto value = value_of(setting);
      std::printf("# %s\n# %s\n# %s, default %s\n%s%s = %s\n\n", setting.help.en.c_str(), setting.help.ru.c_str(),
                  setting.type.c_str(), setting.default_value.c_str(), value == setting.default_value ? "# " : "",
                  setting.key.c_str(), value.c_str());
    }
    return 0;
  }
  std::string out;
  JsonWriter json(out);
  json.begin_array();
  for (const auto& setting : configuration.table().entries()) {
    json.begin_object().field("key", setting.key).field("value", value_of(setting));
    json.field("default", setting.default_value).field("type", setting.type);
    json.field("meaning", setting.help.en).field("meaning_ru", setting.help.ru).end_object();
  }
  json.end_array();
  std::printf("%s\n", out.c_str());
  return 0;
}

int check(const Shell& shell) {
  Configuration configuration;
  if (auto loaded = load(shell, configuration); !loaded) return Shell::fail_with(loaded.error());
  shell.print(R"({"settings":"good"})");
  return 0;
}

}  // namespace

void add_config_commands(CLI::App& app, Shell& shell) {
  auto* config = app.add_subcommand("config", "Settings");
  config->require_subcommand(1);
  add_command(*config, shell, "check", "Whether the settings are good")->callback([&shell] {
    shell.chosen = [&shell] { return check(shell); };
  });
  add_command(*config, shell, "show",
              "All settings in force, with their defaults and meaning, as otklik.toml takes them")
      ->callback([&shell] { shell.chosen = [&shell] { return show(shell); }; });
}

}  // namespace otklik::app
