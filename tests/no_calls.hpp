#pragma once
#include <utility>
#include <vector>

#include "core/ports/call_control.hpp"

namespace otklik::test {

/// Keeps what is commanded, and decides it at once as the test says; or later, when the test lets it.
struct FakeCalls final : core::CallControl {
  using Done = std::move_only_function<void(core::commands::Outcome)>;
  std::vector<core::commands::Command> commanded;
  core::commands::Outcome outcome = core::commands::Accepted{};
  bool later = false;
  std::vector<Done> undecided;

  void command(core::commands::Command what, Done done) override {
    commanded.push_back(std::move(what));
    if (!later) return done(outcome);
    undecided.push_back(std::move(done));
  }
};

}  // namespace otklik::test
