#pragma once
#include <string>
#include <vector>

#include "core/events.hpp"
#include "core/overview.hpp"

namespace otklik::core {

/// The machine's part for script runs: what runs now, and figures by scenario.
class Scripts {
 public:
  /// Names of scenarios that have figures of their own.
  static constexpr std::size_t max_names = 4096;

  /// False: it runs already. Then the first one stays.
  bool apply(const ScriptStarted& fact, Time at);
  /// False: it does not run. Then nothing is counted.
  bool apply(const ScriptEnded& fact, Time at);
  /// A server that starts has nothing running and has counted nothing.
  void clear();

  [[nodiscard]] const SharedMap<Uuid, ScriptRun>& running() const noexcept { return running_.now(); }
  [[nodiscard]] const SharedMap<std::string, ScenarioFigures>& scenarios() const noexcept { return scenarios_.now(); }
  [[nodiscard]] const ScenarioFigures& total() const noexcept { return total_; }

  [[nodiscard]] ScriptsView snapshot();

  /// Appends a sentence for every invariant that does not hold.
  void check(std::vector<std::string>& violations) const { check({running(), scenarios(), total_}, violations); }
  /// Likewise of any state, so that a test can show that each is seen.
  static void check(const ScriptsView& state, std::vector<std::string>& violations);

 private:
  ScenarioFigures& figures_of(const std::string& scenario);

  SharedMapWriter<Uuid, ScriptRun> running_;
  SharedMapWriter<std::string, ScenarioFigures> scenarios_;
  ScenarioFigures total_;
};

}  // namespace otklik::core
