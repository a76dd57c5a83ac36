#include "base/build_info.hpp"
#include "base/json_writer.hpp"
#include "commands/commands.hpp"

namespace otklik::app {

void add_version_command(CLI::App& app, Shell& shell) {
  add_command(app, shell, "version", "The version of this program")->callback([&shell] {
    shell.chosen = [&shell] {
      std::string out;
      JsonWriter json(out);
      json.begin_object().field("version", build::version).field("date", build::date).field("commit", build::commit);
      json.field("compiler", build::compiler).field("build", build::type).end_object();
      if (shell.json) {
        std::printf("%s\n", out.c_str());
      } else {
        std::printf("otklik %s, build %s of %s, %s\n", build::version, build::date, build::commit, build::compiler);
      }
      return 0;
    };
  });
}

}  // namespace otklik::app
