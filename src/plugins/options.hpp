#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/uuid.hpp"

namespace otklik::plugins {

/// What the settings grant one plugin: `[plugin.ID]`. Zero: what everybody has.
struct GrantOptions {
  bool network = false;
  std::vector<std::string> folders;           ///< that it may read
  std::vector<std::string> writable_folders;  ///< and write
  std::string role;
  std::size_t memory = 0;
  unsigned processes = 0;
  unsigned open_files = 0;
  std::size_t file_size = 0;
  bool operator==(const GrantOptions&) const = default;
};

/// What changes for programs that run starts them anew; see Host::use().
struct Options {
  std::string folder;  ///< DATA/plugins
  /// What the server keeps about plugins: the shell's grants, cursors.
  [[nodiscard]] std::string state_folder() const { return folder + "/.state"; }
  std::string language = "ru";
  std::string server_version;

  /// Whether a plugin may start where a guarantee of the sandbox has no means.
  bool require_sandbox = true;
  /// A cgroup (version 2) that belongs to the server; empty: the one that the service manager has handed over. Until
  /// the next start of the server.
  std::string cgroup;
  /// When the server runs as root: the first of a million user ids that plugins run as. Until the next start.
  unsigned first_user = 2'000'000'000;

  std::chrono::milliseconds timeout{30'000};
  std::chrono::milliseconds timeout_ceiling{300'000};
  std::chrono::milliseconds start_time{10'000};
  std::chrono::milliseconds stop_time{5'000};
  std::chrono::milliseconds restart_first{100};
  std::chrono::milliseconds restart_most{30'000};
  std::chrono::milliseconds recheck{1'000};
  /// A life of this length starts the count of failures again.
  std::chrono::milliseconds good_life{60'000};

  unsigned in_flight = 64;  ///< calls under way in one process
  unsigned queue = 1024;    ///< calls that wait for one plugin
  std::size_t message_size = std::size_t{1} << 20;

  std::size_t memory = std::size_t{256} << 20;
  unsigned cpu = 100;  ///< per cent of one core, with a cgroup
  unsigned processes = 64;
  unsigned open_files = 128;
  std::size_t file_size = std::size_t{64} << 20;

  unsigned log_lines = 600;       ///< of one plugin, a minute
  std::size_t log_line = 2048;    ///< bytes
  std::size_t chatter = 1 << 18;  ///< bytes a second that are read of one plugin unasked: requests; standard error

  std::map<Uuid, GrantOptions> grants;
  bool operator==(const Options&) const = default;
};

}  // namespace otklik::plugins
