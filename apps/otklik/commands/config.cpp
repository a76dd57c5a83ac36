#include <fmt/format.h>
#include <simdjson.h>

#include "configuration/live_settings.hpp"
#include "configuration/reload_report.hpp"
#include "control_socket.hpp"
#include "commands/commands.hpp"

namespace otklik::app {
namespace {

/// The settings as a server started here with these arguments would have them.
Result<std::unique_ptr<LiveSettings>> read(const Shell& shell, const DataFolder& folder) {
  return LiveSettings::read({.folder = &folder, .file = shell.config, .assignments = shell.assignments});
}

/// The rows of rows_json() as a settings file: what is not the default is set, the rest stands as a remark.
std::string as_settings_file(std::string_view rows) {
  simdjson::dom::parser parser;
  std::string out;
  const auto text = [](simdjson::dom::element row, const char* field) {
    return row[field].error() == simdjson::SUCCESS ? std::string(std::string_view(row[field])) : std::string();
  };
  for (const auto row : simdjson::dom::array(parser.parse(rows.data(), rows.size()))) {
    const auto value = text(row, "value");
    const auto pending = text(row, "pending");
    out += fmt::format("# {}\n# {}\n# {}, default {}, {}\n", text(row, "meaning"), text(row, "meaning_ru"),
                       text(row, "type"), text(row, "default"),
                       bool(row["live"]) ? "changes at a reload" : "changes at a restart");
    if (!pending.empty()) out += fmt::format("# waits for a restart: {}\n", pending);
    out += fmt::format("{}{} = {}\n\n", value == text(row, "default") ? "# " : "", text(row, "key"), value);
  }
  return out;
}

/// Of the server that works on the folder; of what the arguments say, when none does or they say anything.
Result<std::string> rows_in_force(const Shell& shell) {
  const auto folder = DataFolder::open(shell.data);
  if (!folder) return std::unexpected(folder.error());
  if (shell.config.empty() && shell.assignments.empty()) {
    if (auto rows = ask_running_server(folder->control_socket(), {"config.show", {}})) return std::move(*rows);
  }
  const auto settings = read(shell, *folder);
  if (!settings) return std::unexpected(settings.error());
  return (*settings)->json();
}

int show(const Shell& shell) {
  const auto rows = rows_in_force(shell);
  if (!rows) return Shell::fail_with(rows.error());
  std::printf("%s", shell.json ? (*rows + "\n").c_str() : as_settings_file(*rows).c_str());
  return 0;
}

int check(const Shell& shell) {
  const auto folder = DataFolder::open(shell.data);
  if (!folder) return Shell::fail_with(folder.error());
  if (const auto settings = read(shell, *folder); !settings) return Shell::fail_with(settings.error());
  shell.print(R"({"settings":"good"})");
  return 0;
}

int reload(const Shell& shell) {
  const auto folder = DataFolder::open(shell.data);
  if (!folder) return Shell::fail_with(folder.error());
  const auto report = ask_running_server(folder->control_socket(), {"config.reload", {}});
  if (!report) return Shell::fail_with({ErrorCode::unavailable, "no server works on this folder"});
  if (!*report) return Shell::fail_with(report->error());
  std::printf("%s\n", shell.json ? (*report)->c_str() : reload_for_people(**report).c_str());
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
              "All settings in force in the running server, with their defaults and meaning, as otklik.toml takes them")
      ->callback([&shell] { shell.chosen = [&shell] { return show(shell); }; });
  add_command(*config, shell, "reload",
              "Have the running server read its settings, certificates, scenarios and directory anew, like SIGHUP")
      ->callback([&shell] { shell.chosen = [&shell] { return reload(shell); }; });
}

}  // namespace otklik::app
