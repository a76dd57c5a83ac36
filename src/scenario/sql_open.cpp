#include "scenario/sql_sources.hpp"

namespace otklik::scenario {
namespace {

SqlSource open_source(const db::SourceOptions& about) {
  auto source = std::make_shared<db::Source>(about);
  return {[source](std::string_view sql, std::span<const db::Value> parameters, std::chrono::milliseconds timeout) {
            return source->run(sql, parameters, timeout);
          },
          about.connections};
}

}  // namespace

std::map<std::string, SqlSource> open_sources(const std::map<std::string, db::SourceOptions>& options) {
  std::map<std::string, SqlSource> sources;
  for (const auto& [name, about] : options) sources.emplace(name, open_source(about));
  return sources;
}

std::map<std::string, std::optional<SqlSource>> changed_sources(const std::map<std::string, db::SourceOptions>& before,
                                                                const std::map<std::string, db::SourceOptions>& after) {
  std::map<std::string, std::optional<SqlSource>> changed;
  for (const auto& [name, about] : before) {
    if (!after.contains(name)) changed.emplace(name, std::nullopt);
  }
  for (const auto& [name, about] : after) {
    const auto was = before.find(name);
    if (was == before.end() || !(was->second == about)) changed.emplace(name, open_source(about));
  }
  return changed;
}

}  // namespace otklik::scenario
