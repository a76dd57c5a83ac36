#pragma once
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/live.hpp"
#include "base/work_pool.hpp"
#include "core/ports/journal.hpp"
#include "core/ports/plugin_host.hpp"
#include "core/ports/script_files.hpp"
#include "core/ports/script_host.hpp"
#include "scenario/http_client.hpp"
#include "scenario/options.hpp"
#include "scenario/repository.hpp"
#include "scenario/run.hpp"
#include "scenario/scheduler.hpp"
#include "scenario/services.hpp"
#include "scenario/sql_sources.hpp"
#include "scenario/timers.hpp"
#include "scenario/variables.hpp"

namespace otklik::scenario {

/// What `/metrics` shows.
struct Figures {
  std::size_t running = 0;    ///< runs that have started and not ended, waiting ones included
  std::size_t anonymous = 0;  ///< of these, without authorization
  std::size_t ready = 0;      ///< wait for a thread
  std::size_t memory = 0;     ///< bytes of their Lua states
  std::size_t http_requests = 0;
  std::size_t sql_queued = 0;
  std::size_t files_queued = 0;
  std::size_t global_variables = 0;
  std::uint64_t started = 0;
  std::array<std::uint64_t, 6> ended{};    ///< by ScriptEnd::Kind
  std::array<std::uint64_t, 9> refused{};  ///< by StartRefusal
  std::uint64_t instructions = 0;          ///< of ended runs
};

/// Runs service scenarios: finds them, starts them on its threads, keeps their limits, tells the journal.
///
/// The journal, the files and the plugins must outlive it. Order at the end: begin_stop() with the listeners, stop()
/// before the journal, then destroy it.
class Host final : public core::ScriptHost {
 public:
  /// Errors: `not_found` when the folder of the scenarios cannot be opened. `sources`: see open_sources().
  static Result<std::unique_ptr<Host>> open(Options options, core::Journal& journal, core::ScriptFiles& files,
                                            core::PluginHost& plugins, std::map<std::string, SqlSource> sources);
  ~Host() override;

  /// These hold from now on; a run keeps the budget it began with. The folder, the threads and the queues stay as they
  /// are. Any thread.
  void use(Options options);
  /// Other databases under these names, or none any more (nullopt); queries under way are answered by the old ones.
  void use_sources(std::map<std::string, std::optional<SqlSource>> changed) { sql_.use(std::move(changed)); }

  std::expected<Uuid, core::StartRefusal> start(core::ScriptStart start,
                                                std::move_only_function<void(core::ScriptEnd)> ended) override;

  /// Ends one run as `stopped`; false when there is none of that id. Any thread.
  bool stop_run(const Uuid& id);

  /// From now on every start is refused as `stopping`. Any thread.
  void begin_stop();
  /// Refuses new runs, lets the running ones go on for at most `grace`, ends the others as `stopped`, joins every
  /// thread. A query that a database is at work on is waited for (its own time-out ends it). Idempotent.
  void stop(std::chrono::milliseconds grace);

  [[nodiscard]] Repository& repository() noexcept { return *repository_; }
  [[nodiscard]] Figures figures() const;

 private:
  Host(Options options, std::unique_ptr<Repository> repository, core::Journal& journal, core::ScriptFiles& files,
       core::PluginHost& plugins, std::map<std::string, SqlSource> sources);

  std::expected<void, core::StartRefusal> admit(const std::shared_ptr<Run>& run);
  void forget(const Run& run);
  static bool begins_here(const Run& run);
  void turn(std::shared_ptr<Run> run, bool as_guest);
  void end(Run& run);
  void count_memory(Run& run);
  std::unexpected<core::StartRefusal> refuse(core::StartRefusal refusal);

  Live<Options> options_;
  core::Journal& journal_;
  std::unique_ptr<Repository> repository_;
  Variables variables_;
  HttpClient http_;
  SqlSources sql_;
  WorkPool file_work_;
  Timers timers_;

  mutable std::mutex mutex_;
  std::condition_variable all_ended_;
  std::unordered_map<Uuid, std::shared_ptr<Run>> runs_;  ///< every run that has not ended
  std::unordered_map<std::string, std::size_t> of_caller_;
  std::size_t anonymous_ = 0;
  bool stopping_ = false;

  std::atomic<std::size_t> memory_{0};
  std::atomic<std::uint64_t> started_{0};
  std::atomic<std::uint64_t> instructions_{0};
  std::array<std::atomic<std::uint64_t>, 6> ended_{};
  std::array<std::atomic<std::uint64_t>, 9> refused_{};

  Scheduler scheduler_;
  Services services_;
};

}  // namespace otklik::scenario
