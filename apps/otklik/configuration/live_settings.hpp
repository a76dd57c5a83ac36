#pragma once
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "base/snapshot.hpp"
#include "configuration.hpp"

namespace otklik::app {

/// Where a server's settings come from: what it was started with, which every reload reads again.
struct SettingsOrigin {
  const DataFolder* folder = nullptr;    ///< outlives the server
  std::string file{};                    ///< `--config`; empty: otklik.toml of the data folder
  std::vector<std::string> assignments;  ///< `--set`: over the file, at a reload too
  bool demo = false;                     ///< the demo's defaults
  std::vector<std::string> listen{};     ///< `--listen`, over http.listen
  std::string sip{};                     ///< `--sip`, over sip.udp, sip.tcp and sip.tls
  int threads = -1;                      ///< `--threads`, over http.threads; negative: not given
};

/// What a reload of the settings did. Values as TOML writes them, secrets masked; empty where a row came or went.
struct SettingsReload {
  struct Change {
    std::string key, from, to;
  };
  std::vector<Change> changed;        ///< in force now
  std::vector<Change> needs_restart;  ///< `from` stays in force until then
};

/// The settings of a running server. What changes alive is taken by those who follow; the rest stays as it was at the
/// start and is named.
///
/// A part that has settings does three things: it owns options that may change (base/live.hpp) and a `use(options)`;
/// its rows stand below `live_rows()` in the configuration; and where the server builds the part, it follows.
class LiveSettings {
 public:
  using Apply = std::function<void(const Configuration& next)>;
  using Commit = std::move_only_function<void()>;
  /// What can be refused is made here, and taken by the Commit; `next` lives until it has run.
  using Prepare = std::function<Result<Commit>(const Configuration& now, const Configuration& next)>;

  /// Errors: `bad_request` with file, line and nearest key.
  static Result<std::unique_ptr<LiveSettings>> read(SettingsOrigin origin);

  /// In force now. Any thread.
  [[nodiscard]] std::shared_ptr<const Configuration> now() const { return now_.take(); }

  /// In order of their calls; before the first reload.
  void follow(Apply apply);
  void follow(Prepare prepare);

  /// Reads everything anew. All or nothing: when the file is bad or one follower refuses, nothing has changed. Any
  /// thread; one at a time. Errors: as read(), and the followers'.
  Result<SettingsReload> reload();

  /// Every row as JSON, see rows_json(); what the last reload could not take is shown as `pending`.
  [[nodiscard]] std::string json() const;

 private:
  LiveSettings(SettingsOrigin origin, std::shared_ptr<const Configuration> first)
      : origin_(std::move(origin)), now_(std::move(first)) {}
  /// `keep`: these rows stay as they are in `running`.
  static Result<std::shared_ptr<Configuration>> read_anew(const SettingsOrigin& origin,
                                                          const Configuration* running = nullptr,
                                                          std::span<const SettingsReload::Change> keep = {});

  const SettingsOrigin origin_;
  SnapshotHolder<Configuration> now_;
  std::vector<Prepare> followers_;
  mutable std::mutex reloading_;
  std::map<std::string, std::string> pending_;  ///< key to what the file wants
};

/// `[{"key":…,"value":…,"default":…,"type":…,"live":…,"meaning":…,"meaning_ru":…}, …]`, with `"pending"` where a
/// restart would bring another value. Secrets are masked.
std::string rows_json(const SettingsTable& table, const std::map<std::string, std::string>& pending = {});

}  // namespace otklik::app
