#include "scenario/sql_sources.hpp"

namespace otklik::scenario {

std::map<std::string, SqlSource> open_sources(const std::map<std::string, db::SourceOptions>& options) {
  std::map<std::string, SqlSource> sources;
  for (const auto& [name, about] : options) {
    auto source = std::make_shared<db::Source>(about);
    sources[name] = {[source](std::string_view sql, std::span<const db::Value> parameters,
                              std::chrono::milliseconds timeout) { return source->run(sql, parameters, timeout); },
                     about.connections};
  }
  return sources;
}

}  // namespace otklik::scenario
