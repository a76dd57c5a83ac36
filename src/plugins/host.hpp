#pragma once
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/live.hpp"
#include "base/strand.hpp"
#include "core/directory/directory.hpp"
#include "core/ports/event_feed.hpp"
#include "core/ports/plugin_host.hpp"
#include "core/ports/script_host.hpp"
#include "plugins/catalog.hpp"
#include "plugins/grants.hpp"
#include "plugins/host_api.hpp"
#include "plugins/options.hpp"
#include "plugins/sandbox/machine.hpp"
#include "plugins/starter.hpp"
#include "plugins/subscription.hpp"
#include "plugins/supervisor.hpp"

namespace otklik::plugins {

/// For /metrics.
struct HostFigures {
  std::size_t plugins = 0;
  std::size_t running = 0;
  std::size_t queued = 0;
  std::size_t under_way = 0;
  Session::Figures calls;
  std::uint64_t starts = 0;
  std::uint64_t ends = 0;  ///< that nobody asked for
};

/// What `otklik plugin list` tells of one.
struct PluginStatus {
  std::string id, name, version, folder;
  std::string state;  ///< idle, resting, starting, running, refused, broken
  pid_t pid = 0;
  std::uint64_t calls = 0;
  std::uint64_t failures = 0;  ///< calls without outputs
  std::uint64_t starts = 0;
  std::string role;
  std::string trouble;
};

/// Finds plugins, starts their programs when they are needed, watches over them and calls them.
///
/// Two threads: the supervisor waits for all pipes and ends; `plugin-work` starts processes and reads files. Order at
/// the end: stop() after everybody who calls, before the core and the event log.
class Host final : public core::PluginHost {
 public:
  struct Ports {
    core::EventFeed& events;
    HostApi::Directory directory;
  };

  /// Finds out what the machine gives, and takes up the folder. Starts nothing. Errors: `bad_request` (settings),
  /// `failed`.
  static Result<std::unique_ptr<Host>> open(Options options, Ports ports);
  ~Host() override { stop(); }

  /// From now on programs may be started; those that want to start with the server do. `scripts` must outlive stop().
  void begin(core::ScriptHost& scripts);
  /// Takes changed options. Programs whose terms they change, or which may not run any more, are started anew when the
  /// calls under way have ended. Any thread.
  void use(Options options);
  void call(core::PluginCall call, std::move_only_function<void(core::PluginOutcome)> done) override;
  /// Asks every process to stop, kills those that do not within the grace, joins the threads. Idempotent.
  void stop();

  // --- for the administrator; any thread ---
  [[nodiscard]] std::vector<PluginStatus> list() const;
  [[nodiscard]] const Machine& machine() const noexcept { return machine_; }
  [[nodiscard]] const Starter& starter() const noexcept { return starter_; }
  /// By GUID or name. Errors: `not_found`.
  [[nodiscard]] Result<std::shared_ptr<const Manifest>> manifest_of(std::string_view id_or_name) const;
  [[nodiscard]] Grant grant_of(const Uuid& plugin) const { return grants_.of(plugin); }
  [[nodiscard]] Confinement confinement_of(const Manifest& manifest) const { return grants_.confinement(manifest); }
  [[nodiscard]] const Options& options() const noexcept { return *options_; }
  /// Kept when it returns; a running program is started anew with it. Errors: `conflict`, `storage_full`, `failed`.
  Result<> grant(const Uuid& plugin, Grant grant);
  /// Errors: `not_found`.
  Result<> restart(std::string_view id_or_name);
  [[nodiscard]] HostFigures figures() const;

 private:
  using Clock = Process::Clock;
  using Lock = std::unique_lock<std::mutex>;

  Host(Options options, Ports ports, Grants::Kept granted);
  void tell_of_machine();

  // --- under the lock of the plugin, which may be let go ---
  void want_process(const std::shared_ptr<Plugin>& plugin, Clock::time_point now);
  void retire(Plugin& plugin, Clock::time_point now);
  [[nodiscard]] bool is_up_to_date(const Plugin& plugin) const;
  void settle(Lock& lock, std::vector<Completion> completions);

  // --- plugin-work ---
  void look(bool at_once);
  void start(const std::shared_ptr<Plugin>& plugin);
  [[nodiscard]] ApiAnswer subscribe(const std::shared_ptr<Process>& process, const PluginRequest& request);

  // --- supervisor ---
  void ready(const std::shared_ptr<Process>& process, Process::Stream stream);
  void read_output(const std::shared_ptr<Process>& process, Plugin& plugin, Lock& lock);
  void take_end(const std::shared_ptr<Process>& process, Plugin& plugin, Lock& lock);
  void tick(Clock::time_point now, bool due);
  void tick(const std::shared_ptr<Plugin>& plugin, Clock::time_point now);
  void serve(const std::shared_ptr<Process>& process, std::vector<PluginRequest> requests);
  void take_subscribe(const std::shared_ptr<Process>& process, PluginRequest request);

  void reply(const std::weak_ptr<Process>& process, const std::string& id, ApiAnswer answer);
  [[nodiscard]] ApiCaller caller_of(const Process& process) const;
  /// What a form may take where its caller does not say.
  [[nodiscard]] std::chrono::milliseconds timeout_of(const Form& form) const;
  [[nodiscard]] Patience patience_of(const Form& form, const core::PluginCall& call, Clock::time_point now) const;
  void stop_all(Clock::time_point now);

  Live<Options> options_;
  core::EventFeed& events_;
  Grants grants_;
  const Machine machine_;
  const Starter starter_;
  HostApi api_;
  Catalog catalog_;
  std::atomic<bool> may_start_ = false;
  std::atomic<bool> stopping_ = false;
  std::atomic<bool> stopped_ = false;
  std::atomic<bool> looking_ = false;
  std::atomic<bool> told_of_machine_ = false;
  std::atomic<Clock::time_point> next_look_{Clock::time_point{}};
  Clock::time_point next_tick_{};  // the supervisor's
  std::mutex gone_mutex_;
  std::vector<std::shared_ptr<Plugin>> gone_;  // removed ones whose processes have not ended yet
  Strand work_;
  Supervisor supervisor_;
};

}  // namespace otklik::plugins
