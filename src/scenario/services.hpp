#pragma once
#include "base/live.hpp"
#include "base/work_pool.hpp"
#include "core/ports/journal.hpp"
#include "core/ports/plugin_host.hpp"
#include "core/ports/script_files.hpp"
#include "scenario/options.hpp"

namespace otklik::scenario {

class HttpClient;
class Repository;
class Scheduler;
class SqlSources;
class Timers;
class Variables;

/// What the functions of a scenario reach outside of their state. The host owns or was given each, and outlives runs.
struct Services {
  const Live<Options>& options;
  core::Journal& journal;
  core::ScriptFiles& files;
  core::PluginHost& plugins;
  Repository& repository;
  Variables& variables;
  HttpClient& http;
  SqlSources& sql;
  WorkPool& file_work;
  Timers& timers;
  Scheduler& scheduler;
};

}  // namespace otklik::scenario
