#pragma once
#include <utility>

#include "core/ports/plugin_host.hpp"

namespace otklik::test {

/// A server without plugins.
class NoPlugins final : public core::PluginHost {
 public:
  void call(core::PluginCall, std::move_only_function<void(core::PluginOutcome)> done) override {
    done(std::unexpected(core::PluginFailure{.error = {ErrorCode::not_found, "there is no such plugin"}}));
  }
};

}  // namespace otklik::test
