#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "configuration/live_settings.hpp"
#include "data_folder.hpp"
#include "operation.hpp"

namespace otklik::app {

struct Shell;

/// Builds and owns every part of a running Otklik, in order; stops them in the opposite one.
class Server {
 public:
  /// Opens the data folder's contents: takes its lock, upgrades the database, recovers the event log, starts the core
  /// and the scenarios. Nothing listens yet.
  static Result<std::unique_ptr<Server>> open(DataFolder& folder, std::unique_ptr<LiveSettings> settings);
  ~Server();

  /// Listens as configured, prints a line a listener, and takes operations from the shell. A port that cannot be bound
  /// is logged; an Error only when none could be. With `any_free_port` a port already taken is replaced and said so.
  Result<> listen(bool any_free_port);

  /// SIGHUP and `config reload`: settings, certificates, scenarios and the directory are read anew. Tells the log, and
  /// the caller as JSON, what changed, what was refused and what needs a restart. Errors: of the settings, which all
  /// stay as they were then; the rest is read anew all the same. Any thread.
  Result<std::string> reload();

  /// In force now. Any thread.
  [[nodiscard]] std::shared_ptr<const Configuration> configuration() const;

  /// No new requests; running ones and scenarios get the configured time; then everything ends. Idempotent.
  void stop();

  /// An operation of the administrator (administration.hpp). Any thread.
  Result<std::string> perform(const Operation& operation);

  /// `http://127.0.0.1:4055`, of the first listener; empty before listen().
  [[nodiscard]] std::string base_url() const;

 private:
  struct Parts;
  explicit Server(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

/// Performs an operation in this process, for a data folder that no server works on.
Result<std::string> perform_without_server(const Shell& shell, const Operation& operation);

}  // namespace otklik::app
