#pragma once
#include <functional>

#include "core/calls/commands.hpp"

namespace otklik::core {

/// Call control, as HTTP, WebSocket and the shell use it. Implemented by Core.
class CallControl {
 public:
  virtual ~CallControl() = default;

  /// Decided in a turn of the core, in the order of calls: `done` runs exactly once, on whatever thread took the turn
  /// and perhaps before this returns, when the decision shows in Core::overview(). It must be quick, and may command
  /// again: that is taken up after it. `too_many` and `stopping` come at once. Any thread.
  virtual void command(commands::Command command, std::move_only_function<void(commands::Outcome)> done) = 0;
};

}  // namespace otklik::core
