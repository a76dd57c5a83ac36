#include "base/log.hpp"
#include "server.hpp"
#include "shell.hpp"

namespace otklik::app {

Result<std::string> perform_without_server(const Shell& shell, const Operation& operation) {
  auto folder = DataFolder::open(shell.data);
  if (!folder) return std::unexpected(folder.error());
  auto settings = LiveSettings::read({.folder = &*folder, .file = shell.config, .assignments = shell.assignments});
  if (!settings) return std::unexpected(settings.error());
  log::start(log::Format::text, "warn");
  auto server = Server::open(*folder, std::move(*settings));
  if (!server) return std::unexpected(server.error());
  auto result = (*server)->perform(operation);
  (*server)->stop();
  return result;
}

}  // namespace otklik::app
