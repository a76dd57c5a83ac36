#pragma once
#include <string>
#include <vector>

#include "base/error.hpp"
#include "plugins/grants.hpp"
#include "plugins/manifest/manifest.hpp"
#include "plugins/sandbox/launch.hpp"
#include "plugins/sandbox/machine.hpp"

namespace otklik::plugins {

/// Where a plugin lives.
struct PluginPlace {
  std::string folder;  ///< absolute
  [[nodiscard]] std::string data() const { return folder + "/data"; }
};

/// The file of a manifest's program. Errors: `failed`, there is none that can be run; names the program only.
Result<std::string> find_program(const Manifest& manifest, const PluginPlace& place);

/// The start of a plugin with every means that the machine has. `user`: as whom it runs where the server is root.
/// The cgroup is the caller's to add.
LaunchPlan make_plan(const Machine& machine, const Manifest& manifest, const PluginPlace& place, std::string program,
                     const Confinement& confinement, uid_t user);

}  // namespace otklik::plugins
