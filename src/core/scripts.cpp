#include "core/scripts.hpp"

#include <fmt/format.h>

#include <cassert>
#include <map>

namespace otklik::core {
namespace {

constexpr std::size_t max_error = 1000;
const std::string the_rest = "*";

/// Not more than `limit` bytes, and no character cut in two.
std::string_view shortened(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0) == 0x80) --limit;
  return text.substr(0, limit);
}

void count_end(ScenarioFigures& figures, const ScriptEnded& fact, Time at) {
  --figures.running;
  figures.took += fact.took;
  figures.instructions += fact.instructions;
  switch (fact.kind) {
    case ScriptEnd::Kind::finished:
      ++figures.finished;
      return;
    case ScriptEnd::Kind::stopped:
      ++figures.stopped;
      return;
    case ScriptEnd::Kind::failed:
    case ScriptEnd::Kind::budget_memory:
    case ScriptEnd::Kind::budget_instructions:
    case ScriptEnd::Kind::budget_time:
      break;
  }
  ++figures.failed;
  figures.last_error = shortened(fact.error.empty() ? name(fact.kind) : std::string_view(fact.error), max_error);
  figures.last_error_at = at;
}

void check_sum(std::string_view whose, const ScenarioFigures& f, std::vector<std::string>& violations) {
  if (f.started == f.finished + f.failed + f.stopped + f.running) return;
  violations.push_back(fmt::format("{}: started {} is not finished {} + failed {} + stopped {} + running {}", whose,
                                   f.started, f.finished, f.failed, f.stopped, f.running));
}

}  // namespace

ScenarioFigures& Scripts::figures_of(const std::string& scenario) {
  if (auto* known = scenarios_.change(scenario)) return *known;
  if (scenarios_.now().size() < max_names) return scenarios_.put(scenario, {});
  if (auto* rest = scenarios_.change(the_rest)) return *rest;
  return scenarios_.put(the_rest, {});
}

bool Scripts::apply(const ScriptStarted& fact, Time at) {
  if (running_.now().find(fact.run) != nullptr) return false;
  auto& figures = figures_of(fact.scenario);
  ++figures.started;
  ++figures.running;
  ++total_.started;
  ++total_.running;
  running_.put(fact.run, {.run = fact.run,
                          .scenario = fact.scenario,
                          .code = fact.code,
                          .user = fact.user,
                          .login = fact.login,
                          .parent = fact.parent,
                          .since = at});
  return true;
}

bool Scripts::apply(const ScriptEnded& fact, Time at) {
  const auto* run = running_.now().find(fact.run);
  if (run == nullptr) return false;
  // Names never leave the figures, so what was counted under a name (or under the rest) at the start is found there.
  count_end(figures_of(run->scenario), fact, at);
  count_end(total_, fact, at);
  running_.erase(fact.run);
  return true;
}

void Scripts::clear() {
  running_.clear();
  scenarios_.clear();
  total_ = {};
}

ScriptsView Scripts::snapshot() {
  return {.running = running_.snapshot(), .scenarios = scenarios_.snapshot(), .total = total_};
}

void Scripts::check(const ScriptsView& state, std::vector<std::string>& violations) {
  const auto& [running_now, scenarios, total] = state;
  std::map<std::string, std::uint64_t> running;
  std::size_t runs = 0;
  running_now.for_each([&](const Uuid& id, const ScriptRun& run) {
    ++runs;
    if (id != run.run) violations.push_back(fmt::format("run {} is kept under {}", run.run.text(), id.text()));
    ++running[scenarios.find(run.scenario) != nullptr ? run.scenario : the_rest];
  });
  if (runs != running_now.size()) {
    violations.push_back(fmt::format("{} runs are found, {} are counted", runs, running_now.size()));
  }
  ScenarioFigures sum;
  scenarios.for_each([&](const std::string& scenario, const ScenarioFigures& f) {
    check_sum(scenario, f, violations);
    const auto found = running.find(scenario);
    const std::uint64_t really = found == running.end() ? 0 : found->second;
    if (really != f.running) {
      violations.push_back(fmt::format("{}: {} runs are counted, {} run", scenario, f.running, really));
    }
    if (f.failed > 0 && f.last_error.empty()) violations.push_back(scenario + ": failed without an error");
    running.erase(scenario);
    sum.started += f.started;
    sum.finished += f.finished;
    sum.failed += f.failed;
    sum.stopped += f.stopped;
    sum.running += f.running;
  });
  for (const auto& [scenario, count] : running) violations.push_back(scenario + ": runs, but has no figures");
  check_sum("all scenarios", total, violations);
  if (sum.started != total.started || sum.finished != total.finished || sum.failed != total.failed ||
      sum.stopped != total.stopped || sum.running != total.running) {
    violations.emplace_back("the figures of all scenarios are not the sum of each one's");
  }
  if (scenarios.size() > max_names + 1) violations.emplace_back("more scenarios have figures than may");
}

}  // namespace otklik::core
