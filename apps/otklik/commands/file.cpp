#include "commands/commands.hpp"

namespace otklik::app {
namespace {

struct FileOptions {
  std::string id, login, area, path, name, chain, after;
  std::int64_t limit = 100;
  bool held = false, oldest_first = false, growing = false;
};

using Options = std::shared_ptr<FileOptions>;

void add_if_given(Operation& operation, const CLI::App& command, const std::string& option, const char* argument,
                  const std::string& value) {
  if (command.count(option) != 0) operation.arguments.emplace(argument, value);
}

void add_list(CLI::App& files, Shell& shell, const Options& options) {
  auto* list = add_command(files, shell, "list", "What is known of stored files, the newest first");
  list->add_option("--area", options->area, "Only temp, storage, shared, script, avatar, recording, fax or voicemail");
  list->add_option("--user", options->login, "Only this user's");
  list->add_option("--chain", options->chain, "Only of this call");
  list->add_flag("--held", options->held, "Only what no rule may delete");
  list->add_flag("--oldest-first", options->oldest_first, "The other order");
  list->add_option("--limit", options->limit, "At most so many")->check(CLI::Range(1, 10'000))->capture_default_str();
  list->add_option("--after", options->after, "Go on behind this id, the last one of the page before");
  list->callback([&shell, options, list] {
    shell.chosen = [&shell, options, list] {
      Operation op{"file.list", {{"limit", options->limit}, {"oldest_first", options->oldest_first}}};
      add_if_given(op, *list, "--area", "area", options->area);
      add_if_given(op, *list, "--user", "login", options->login);
      add_if_given(op, *list, "--chain", "chain", options->chain);
      add_if_given(op, *list, "--after", "after", options->after);
      if (options->held) op.arguments.emplace("held", true);
      return shell.perform(op);
    };
  });
}

void add_import(CLI::App& files, Shell& shell, const Options& options) {
  auto* import = add_command(files, shell, "import", "Put a file that lies in its place into the index");
  import->add_option("path", options->path, "Below the area's folder, or absolute within it")->required();
  import->add_option("--area", options->area, "recording, fax, voicemail, storage, …")->required();
  import->add_option("--name", options->name, "What it is called when it is sent; default: as on the disk");
  import->add_option("--user", options->login, "Whose it is; of a voicemail, for whom it was left");
  import->add_option("--chain", options->chain, "The call it belongs to");
  import->add_flag("--growing", options->growing, "It is still being written; `file finish` says when it is whole");
  import->callback([&shell, options, import] {
    shell.chosen = [&shell, options, import] {
      Operation op{"file.import", {{"path", options->path}, {"area", options->area}, {"growing", options->growing}}};
      add_if_given(op, *import, "--name", "name", options->name);
      add_if_given(op, *import, "--user", "login", options->login);
      add_if_given(op, *import, "--chain", "chain", options->chain);
      return shell.perform(op);
    };
  });
}

/// A command that takes an id and nothing else.
void add_by_id(CLI::App& files, Shell& shell, const Options& options, const std::string& name, const std::string& help,
               Operation operation) {
  auto* command = add_command(files, shell, name, help);
  command->add_option("id", options->id, "Its id, as the list shows it")->required();
  command->callback([&shell, options, operation] {
    shell.chosen = [&shell, options, operation]() mutable {
      operation.arguments.emplace("id", options->id);
      return shell.perform(operation);
    };
  });
}

}  // namespace

void add_file_commands(CLI::App& app, Shell& shell) {
  auto* files = app.add_subcommand("file", "Stored files: uploads, recordings, faxes, voicemails");
  files->require_subcommand(1);
  const auto options = std::make_shared<FileOptions>();

  add_list(*files, shell, options);
  add_by_id(*files, shell, options, "link",
            "The link to a recording, fax or voicemail: put the server's address before it", {"file.link", {}});
  auto* temppass = add_command(*files, shell, "temppass",
                               "A temporary password for links: ?temppass=…; lives for 120 s in the running server");
  temppass->add_option("login", options->login, "The user whose rights it has")->required();
  temppass->callback([&shell, options] {
    shell.chosen = [&shell, options] { return shell.perform({"file.temppass", {{"login", options->login}}}); };
  });
  add_import(*files, shell, options);
  add_by_id(*files, shell, options, "finish", "A file that was still being written is whole", {"file.finish", {}});
  add_by_id(*files, shell, options, "hold", "No rule may delete it", {"file.hold", {{"held", true}}});
  add_by_id(*files, shell, options, "release", "Rules may delete it again", {"file.hold", {{"held", false}}});
  add_by_id(*files, shell, options, "delete", "Delete it and forget it", {"file.delete", {}});
}

}  // namespace otklik::app
