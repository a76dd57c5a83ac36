#pragma once
#include <vector>

#include "access/doorkeeper.hpp"
#include "core/core.hpp"
#include "licence/keeper.hpp"
#include "licence/seated_scripts.hpp"
#include "net/server.hpp"
#include "pbx/pbx.hpp"
#include "plugins/host.hpp"
#include "scenario/host.hpp"
#include "store/event_log/event_log.hpp"
#include "web_api/admin_api.hpp"
#include "web_api/web_api.hpp"

namespace otklik::app {

/// Who has something to show.
struct FigureSources {
  const net::Server& http;
  const core::Core& core;
  const scenario::Host& scenarios;
  const plugins::Host& plugins;
  const store::FileEventLog& events;
  const access::Doorkeeper& doorkeeper;
  const web_api::WebApi& web_api;
  const licence::SeatedScripts& seated_scripts;
  const licence::Keeper& licence;
  const pbx::Pbx& pbx;
};

/// What /metrics shows, gathered from the parts.
std::vector<web_api::Figure> gather_figures(const FigureSources& from);

}  // namespace otklik::app
