#include <fmt/format.h>

#include <algorithm>
#include <future>

#include "administration/operations.hpp"
#include "base/json_writer.hpp"
#include "scenario/host.hpp"

namespace otklik::app {

Result<std::string> list_scripts(AdministrationParts& parts, const Operation&) {
  std::string out;
  JsonWriter json(out);
  json.begin_array();
  for (const auto& scenario : parts.scenarios.repository().list()) {
    json.begin_object().field("name", scenario.name).field("bytes", scenario.bytes);
    json.field("state", !scenario.error.empty() ? "broken" : scenario.disabled ? "disabled" : "good");
    json.field("error", scenario.error).end_object();
  }
  json.end_array();
  return out;
}

Result<std::string> check_scripts(AdministrationParts& parts, const Operation& operation) {
  const auto findings = parts.scenarios.repository().check(operation.text_or("name", ""));
  if (!findings) return std::unexpected(findings.error());
  std::string out;
  std::string errors;
  JsonWriter json(out);
  json.begin_array();
  for (const auto& finding : *findings) {
    json.begin_object().field("scenario", finding.scenario).field("line", finding.line);
    json.field("kind", finding.is_error ? "error" : "warning").field("text", finding.text).end_object();
    if (finding.is_error) errors += (errors.empty() ? "" : "; ") + finding.text;
  }
  json.end_array();
  if (!errors.empty()) return fail(ErrorCode::failed, errors);
  return out;
}

Result<std::string> run_script(AdministrationParts& parts, const Operation& operation) {
  auto name = required(operation, "name");
  if (!name) return name;
  core::ScriptStart start;
  start.scenario = std::move(*name);
  start.code = core::LaunchCode::shell;
  start.login = by_shell;
  auto parameters = operation.list("parameters").value_or(std::vector<std::string>{});
  if (parameters.size() > start.parameters.size()) {
    return fail(ErrorCode::bad_request, "a scenario has five start parameters");
  }
  std::ranges::move(parameters, start.parameters.begin());

  std::promise<core::ScriptEnd> ended;
  auto waiting = ended.get_future();
  const auto run = parts.scenarios.start(
      std::move(start), [ended = std::move(ended)](core::ScriptEnd end) mutable { ended.set_value(std::move(end)); });
  if (!run) return fail(ErrorCode::failed, "the scenario did not start: " + std::string(core::name(run.error())));
  const auto end = waiting.get();
  if (end.kind != core::ScriptEnd::Kind::finished) {
    return fail(ErrorCode::failed, std::string(core::name(end.kind)) + ": " + end.error);
  }
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  for (std::size_t i = 0; i < end.returns.size(); ++i) {
    if (i == 0 || !end.returns[i].empty()) json.field(fmt::format("returnvalue{}", i + 1), end.returns[i]);
  }
  json.field("run", run->text()).end_object();
  return out;
}

}  // namespace otklik::app
