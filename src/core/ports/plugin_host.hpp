#pragma once
#include <chrono>
#include <expected>
#include <functional>
#include <optional>
#include <string>

#include "base/error.hpp"

namespace otklik::core {

/// One call of a form of a plugin.
struct PluginCall {
  std::string plugin;                                  ///< GUID or name
  std::string form;                                    ///< GUID or name, of that plugin
  std::string inputs;                                  ///< JSON text of an object; empty: no inputs
  std::optional<std::chrono::milliseconds> timeout{};  ///< at most the setting's ceiling; nothing: the form's own
};

/// Why a call has no outputs (docs/plugins.md, "Calling").
struct PluginFailure {
  Error error;                          ///< for the caller
  std::chrono::seconds retry_after{0};  ///< when to come back, where that is known; 0: it is not
};

/// JSON text of an object: the outputs in the order of the manifest.
using PluginOutcome = std::expected<std::string, PluginFailure>;

/// Calls plugins.
class PluginHost {
 public:
  virtual ~PluginHost() = default;

  /// `done` runs exactly once, perhaps before call() returns, on any thread, and must be quick. Any thread; never
  /// blocks. Errors: `bad_request` (inputs, naming the parameter), `not_found` (plugin or form), `too_large`, `failed`
  /// (the plugin), `timeout`, `too_many`, `unavailable`.
  virtual void call(PluginCall call, std::move_only_function<void(PluginOutcome)> done) = 0;
};

}  // namespace otklik::core
