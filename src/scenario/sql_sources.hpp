#pragma once
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/work_pool.hpp"
#include "db/source.hpp"

namespace otklik::scenario {

/// One database as scenarios ask it; blocks.
using SqlAsk = std::function<Result<db::Rows>(std::string_view sql, std::span<const db::Value> parameters,
                                              std::chrono::milliseconds timeout)>;
struct SqlSource {
  SqlAsk ask;
  int connections = 4;  ///< that may be asked at once: so many threads
};

/// The databases of the settings (`[datasource.NAME]`), not connected yet.
std::map<std::string, SqlSource> open_sources(const std::map<std::string, db::SourceOptions>& options);

/// What differs: those that are new or other, and nullopt for those that are gone.
std::map<std::string, std::optional<SqlSource>> changed_sources(const std::map<std::string, db::SourceOptions>& before,
                                                                const std::map<std::string, db::SourceOptions>& after);

/// The databases that scenarios may ask, each with threads of its own: a slow one holds nobody else up.
class SqlSources {
 public:
  /// `most_waiting`: queries of one source beyond those at work.
  SqlSources(std::map<std::string, SqlSource> sources, std::size_t most_waiting);

  /// Other databases under these names, or none any more (nullopt). Queries that were asked before are answered by the
  /// database they were asked of. Does not wait. Any thread, one call at a time.
  void use(std::map<std::string, std::optional<SqlSource>> changed);

  using Done = std::move_only_function<void(Result<db::Rows>)>;

  /// `done` runs once, on a thread of the source or here; after stop() perhaps not at all. Errors: those of
  /// db::Source::run, `not_found` (no such source), `too_many` (too many waiting).
  void ask(std::string_view source, std::string sql, std::vector<db::Value> parameters,
           std::chrono::milliseconds timeout, Done done);

  [[nodiscard]] std::size_t queued() const;

  /// Waits for the queries at work, drops the others. Idempotent.
  void stop();

 private:
  struct Open {
    SqlAsk ask;
    std::unique_ptr<WorkPool> threads;
  };
  [[nodiscard]] Open open(SqlSource source) const;

  const std::size_t most_waiting_;
  mutable std::mutex mutex_;  ///< of what follows
  std::map<std::string, std::shared_ptr<Open>, std::less<>> sources_;
  std::vector<std::shared_ptr<Open>> replaced_;  ///< still at work on what they were asked
};

}  // namespace otklik::scenario
