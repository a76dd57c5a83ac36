#pragma once
#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/address.hpp"
#include "scenario/budget.hpp"

namespace otklik::scenario {

/// A client certificate that scenarios may name: `http.get{…, certificate = "bank"}`.
struct ClientCertificate {
  std::string certificate;  ///< PEM file
  std::string key;          ///< PEM file without a pass phrase

  bool operator==(const ClientCertificate&) const = default;
};

/// Settings below `script.http.`
struct HttpOptions {
  std::vector<Network> allow;  ///< only these addresses; empty: any that `deny` does not name
  /// Never these. The default keeps scenarios from the machine's own neighbours that answer everybody: link-local
  /// addresses (the metadata services of clouds), `0.0.0.0/8` and multicast.
  std::vector<Network> deny = default_deny();
  std::string proxy;    ///< `http://host:port`; empty: none. The environment is not asked
  std::string ca_file;  ///< PEM bundle; empty: the system's
  std::map<std::string, ClientCertificate> certificates;  ///< by name
  bool allow_insecure = false;                            ///< whether a request may say `insecure = true`
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds timeout{30'000};          ///< of a whole request that names none
  int redirects = 5;                                  ///< at most so many; a request may ask for fewer
  std::size_t most_bytes = 16 * 1024 * 1024;          ///< of one answer, after decompression
  std::size_t most_bytes_in_all = 256 * 1024 * 1024;  ///< of all answers on their way
  std::size_t most_requests = 1000;                   ///< at once; past it: `too_many`
  int connections = 256;                              ///< open at once; further requests wait in line
  int connections_per_host = 32;

  static std::vector<Network> default_deny();

  bool operator==(const HttpOptions&) const = default;
};

/// Settings below `script.`
struct Options {
  std::string folder;  ///< where the scenarios lie; must exist
  Limits limits;
  unsigned threads = 0;               ///< that run scenarios; 0: as many as the machine has cores
  std::size_t most_runs = 20'000;     ///< at once, waiting ones included
  std::size_t most_anonymous = 1000;  ///< of these, runs without authorization
  std::size_t most_for_caller = 50;   ///< runs without authorization of one caller
  std::size_t most_queued = 10'000;   ///< started and not yet begun: past it `too_many`, so that a queue stays short
  std::size_t parameter_bytes = 16 * 1024 * 1024;  ///< of one start parameter: past it `badparameter`
  std::size_t scenario_bytes = 1024 * 1024;        ///< of a file
  int call_depth = 16;                             ///< sub-scenarios within sub-scenarios
  std::chrono::milliseconds recheck{1000};         ///< how long a scenario's file is taken as unchanged
  std::chrono::milliseconds slice{2};              ///< of processor time while others wait for it
  int look_every = 1000;                           ///< Lua instructions between two looks at the account; not a setting
  std::size_t global_variables = 10'000;
  std::size_t global_bytes = 64 * 1024 * 1024;  ///< names and values of all global variables
  std::size_t once_keys = 100'000;
  std::size_t file_bytes = 16 * 1024 * 1024;  ///< read or written by one call
  std::size_t file_queue = 1000;              ///< file operations waiting for a thread
  unsigned file_threads = 2;
  std::size_t sql_queue = 1000;         ///< queries waiting for a connection, for one source
  std::size_t event_bytes = 64 * 1024;  ///< of the data of one posted event
  unsigned log_lines = 1000;            ///< of one run; the rest is dropped and counted
  HttpOptions http;

  bool operator==(const Options&) const = default;
};

}  // namespace otklik::scenario
