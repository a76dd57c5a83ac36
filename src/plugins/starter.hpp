#pragma once
#include <memory>

#include "base/error.hpp"
#include "base/live.hpp"
#include "plugins/grants.hpp"
#include "plugins/options.hpp"
#include "plugins/plugin.hpp"
#include "plugins/process.hpp"
#include "plugins/sandbox/machine.hpp"

namespace otklik::plugins {

/// Starts processes of plugins. Blocks for some milliseconds a start: one thread of its own.
class Starter {
 public:
  Starter(const Live<Options>& options, const Machine& machine, const Grants& grants)
      : options_(options), machine_(machine), grants_(grants) {}

  /// A process whose session has begun. The plugin is not locked. Errors: `failed`, what did not work, for its callers;
  /// `unavailable`, it may not start without the sandbox.
  Result<std::shared_ptr<Process>> start(const std::shared_ptr<Plugin>& plugin,
                                         std::shared_ptr<const Manifest> manifest, const PluginPlace& place) const;

  /// What a process of it would be started under now.
  [[nodiscard]] Terms terms(const Manifest& manifest) const;
  /// Empty: it may start. Else why not.
  [[nodiscard]] std::string refusal() const;

 private:
  [[nodiscard]] Result<> make_data_folder(const PluginPlace& place, uid_t user) const;
  [[nodiscard]] std::string introduction(const Manifest& manifest, const Terms& terms) const;

  const Live<Options>& options_;
  const Machine& machine_;
  const Grants& grants_;
};

}  // namespace otklik::plugins
