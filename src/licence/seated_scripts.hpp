#pragma once
#include <atomic>
#include <cstdint>

#include "core/ports/licensing.hpp"
#include "core/ports/script_host.hpp"

namespace otklik::licence {

/// Stands before a script host: a run on behalf of a user is his work, so he holds a seat while it runs and for a while
/// after the request that started it; without a seat the start is refused as `licence`. Runs of nobody (hooks, the
/// shell) take none. What runs is never stopped for want of a seat.
class SeatedScripts final : public core::ScriptHost {
 public:
  /// Both must outlive it and every run.
  SeatedScripts(core::ScriptHost& scripts, core::Licensing& licensing) : scripts_(scripts), licensing_(licensing) {}

  std::expected<Uuid, core::StartRefusal> start(core::ScriptStart start,
                                                std::move_only_function<void(core::ScriptEnd)> ended) override;

  /// Starts refused here, since the beginning.
  [[nodiscard]] std::uint64_t refused() const noexcept { return refused_.load(std::memory_order_relaxed); }

 private:
  core::ScriptHost& scripts_;
  core::Licensing& licensing_;
  std::atomic<std::uint64_t> refused_{0};
};

}  // namespace otklik::licence
