#include "scenario/sql_sources.hpp"

#include <utility>

namespace otklik::scenario {

SqlSources::SqlSources(std::map<std::string, SqlSource> sources, std::size_t most_waiting)
    : most_waiting_(most_waiting) {
  for (auto& [name, source] : sources) sources_.emplace(name, std::make_shared<Open>(open(std::move(source))));
}

SqlSources::Open SqlSources::open(SqlSource source) const {
  const auto threads = static_cast<unsigned>(source.connections < 1 ? 1 : source.connections);
  return {std::move(source.ask), std::make_unique<WorkPool>("script-sql", threads, most_waiting_)};
}

void SqlSources::use(std::map<std::string, std::optional<SqlSource>> changed) {
  std::vector<std::shared_ptr<Open>> over;  // joined after the lock
  const std::lock_guard lock(mutex_);
  for (auto& [name, source] : changed) {
    if (const auto before = sources_.find(name); before != sources_.end()) {
      before->second->threads->close();
      replaced_.push_back(std::move(before->second));
      sources_.erase(before);
    }
    if (source) sources_.emplace(name, std::make_shared<Open>(open(std::move(*source))));
  }
  std::erase_if(replaced_, [&over](const auto& open) {
    if (!open->threads->is_over()) return false;
    over.push_back(open);
    return true;
  });
}

void SqlSources::ask(std::string_view source, std::string sql, std::vector<db::Value> parameters,
                     std::chrono::milliseconds timeout, Done done) {
  // shared, because the pool may refuse the work after it has taken it over
  const auto finish = std::make_shared<Done>(std::move(done));
  auto refusal = fail(ErrorCode::not_found, "There is no data source of that name");
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = sources_.find(source); found != sources_.end()) {
      // A replaced source goes only after its threads have ended, so the work may refer to it.
      auto& open = *found->second;
      const bool posted =
          open.threads->try_post([&ask = open.ask, sql = std::move(sql), parameters = std::move(parameters), timeout,
                                  finish] { (*finish)(ask(sql, parameters, timeout)); });
      if (posted) return;
      refusal = fail(ErrorCode::too_many, "There are too many queries waiting for that data source");
    }
  }
  (*finish)(std::move(refusal));
}

std::size_t SqlSources::queued() const {
  const std::lock_guard lock(mutex_);
  std::size_t sum = 0;
  for (const auto& [name, source] : sources_) sum += source->threads->queued();
  return sum;
}

void SqlSources::stop() {
  std::vector<std::shared_ptr<Open>> all;
  {
    const std::lock_guard lock(mutex_);
    all = replaced_;
    for (const auto& [name, source] : sources_) all.push_back(source);
  }
  for (const auto& source : all) source->threads->stop();
}

}  // namespace otklik::scenario
