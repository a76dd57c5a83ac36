#include "scenario/sql_sources.hpp"

#include <utility>

namespace otklik::scenario {

SqlSources::SqlSources(std::map<std::string, SqlSource> sources, std::size_t most_waiting) {
  for (auto& [name, source] : sources) {
    const auto threads = static_cast<unsigned>(source.connections < 1 ? 1 : source.connections);
    sources_.emplace(name,
                     Open{std::move(source.ask), std::make_unique<WorkPool>("script-sql", threads, most_waiting)});
  }
}

void SqlSources::ask(std::string_view source, std::string sql, std::vector<db::Value> parameters,
                     std::chrono::milliseconds timeout, Done done) {
  const auto found = sources_.find(source);
  if (found == sources_.end()) {
    done(fail(ErrorCode::not_found, "There is no data source of that name"));
    return;
  }
  // shared, because the pool may refuse the work after it has taken it over
  const auto finish = std::make_shared<Done>(std::move(done));
  const bool posted = found->second.threads->try_post([&ask = found->second.ask, sql = std::move(sql),
                                                       parameters = std::move(parameters), timeout,
                                                       finish] { (*finish)(ask(sql, parameters, timeout)); });
  if (!posted) (*finish)(fail(ErrorCode::too_many, "There are too many queries waiting for that data source"));
}

std::size_t SqlSources::queued() const {
  std::size_t sum = 0;
  for (const auto& [name, source] : sources_) sum += source.threads->queued();
  return sum;
}

void SqlSources::stop() {
  for (auto& [name, source] : sources_) source.threads->stop();
}

}  // namespace otklik::scenario
