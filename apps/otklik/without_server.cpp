#include "base/log.hpp"
#include "server.hpp"
#include "shell.hpp"

namespace otklik::app {

Result<std::string> perform_without_server(const Shell& shell, const Operation& operation) {
  auto folder = DataFolder::open(shell.data);
  if (!folder) return std::unexpected(folder.error());
  Configuration configuration;
  if (auto loaded = configuration.load(*folder, shell.config, shell.assignments); !loaded) {
    return std::unexpected(loaded.error());
  }
  log::start(log::Format::text, "warn");
  auto server = Server::open(*folder, configuration);
  if (!server) return std::unexpected(server.error());
  auto result = (*server)->perform(operation);
  (*server)->stop();
  return result;
}

}  // namespace otklik::app
