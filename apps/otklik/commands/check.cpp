#include <fmt/format.h>
#include <simdjson.h>

#include "commands/commands.hpp"

namespace otklik::app {
namespace {

struct CheckFlags {
  bool deep = false, repair = false;
};

int check(const Shell& shell, const CheckFlags& flags) {
  const auto answer = shell.ask({"check", {{"deep", flags.deep}, {"repair", flags.repair}}});
  if (!answer) return Shell::fail_with(answer.error());

  simdjson::dom::parser parser;
  simdjson::dom::object report;
  std::uint64_t found = 0;
  std::uint64_t repaired = 0;
  std::uint64_t damaged = 0;
  simdjson::dom::array faults;
  simdjson::dom::array list;
  if (parser.parse(*answer).get(report) != simdjson::SUCCESS ||
      report["discrepancies"].get(found) != simdjson::SUCCESS ||
      report["repaired"].get(repaired) != simdjson::SUCCESS ||
      report["events_damaged"].get(damaged) != simdjson::SUCCESS ||
      report["database"].get(faults) != simdjson::SUCCESS || report["list"].get(list) != simdjson::SUCCESS) {
    return Shell::fail_with({ErrorCode::failed, "the server's answer cannot be read"});
  }
  if (shell.json) {
    shell.print(*answer);
  } else {
    if (list.size() != 0) shell.print(simdjson::minify(list));
    for (const auto fault : faults) std::printf("database: %s\n", std::string(std::string_view(fault)).c_str());
    for (const auto field : {"files", "bytes", "discrepancies", "repaired", "events", "events_damaged"}) {
      std::printf("%s: %s\n", field, simdjson::minify(report[field].value()).c_str());
    }
  }
  if (found == repaired && damaged == 0 && faults.size() == 0) return 0;
  return Shell::fail_with(
      {ErrorCode::failed, fmt::format("{} discrepancies between index and disk are left, {} events are damaged, the "
                                      "database has {} faults",
                                      found - repaired, damaged, faults.size())});
}

}  // namespace

void add_check_command(CLI::App& app, Shell& shell) {
  auto* command = add_command(app, shell, "check", "Whether database, event log and files agree with one another");
  const auto flags = std::make_shared<CheckFlags>();
  command->add_flag("--deep", flags->deep, "Read every file and compare its SHA-256");
  command->add_flag("--repair", flags->repair,
                    "Forget files that are missing, add those that are extra, take sizes and digests from the disk");
  command->callback([&shell, flags] { shell.chosen = [&shell, flags] { return check(shell, *flags); }; });
}

}  // namespace otklik::app
