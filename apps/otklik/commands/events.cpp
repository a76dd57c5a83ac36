#include <poll.h>

#include <cstdio>

#include "data_folder.hpp"
#include "commands/commands.hpp"
#include "store/event_log/print.hpp"

namespace otklik::app {
namespace {

struct EventsOptions {
  store::PrintOptions print;
  bool follow = false;
};

/// Read from the files, so that it works while a server writes them, and after it has died.
int print_log(const Shell& shell, const EventsOptions& options) {
  const auto folder = DataFolder::open(shell.data);
  if (!folder) return Shell::fail_with(folder.error());
  const auto print = [](std::string_view lines) {
    return std::fwrite(lines.data(), 1, lines.size(), stdout) == lines.size() && std::fflush(stdout) == 0;
  };
  const auto wait = [&options] {
    if (!options.follow) return false;
    ::poll(nullptr, 0, 200);
    return true;
  };
  const auto cursor = store::print_events(folder->events(), options.print, print, wait);
  return cursor ? 0 : Shell::fail_with(cursor.error());
}

}  // namespace

void add_events_command(CLI::App& app, Shell& shell) {
  auto* command = add_command(app, shell, "events", "The event log, a line of JSON an event");
  const auto options = std::make_shared<EventsOptions>();
  command->add_option("--from", options->print.from, "The first sequence number; 0: the oldest event");
  command->add_option("--count", options->print.count, "At most so many; 0: all");
  command->add_option("--type", options->print.type, "Only events of this type, such as script_ended");
  command->add_flag("--follow", options->follow, "Go on with what comes, until the pipe is closed or Ctrl-C");
  command->callback([&shell, options] { shell.chosen = [&shell, options] { return print_log(shell, *options); }; });
}

}  // namespace otklik::app
