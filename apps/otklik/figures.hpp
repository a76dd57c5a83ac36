#pragma once
#include <vector>

#include "core/core.hpp"
#include "net/server.hpp"
#include "scenario/host.hpp"
#include "store/event_log/event_log.hpp"
#include "web_api/admin_api.hpp"

namespace otklik::app {

/// What /metrics shows, gathered from the parts.
std::vector<web_api::Figure> gather_figures(const net::Server& http, const core::Core& core,
                                            const scenario::Host& scenarios, const store::FileEventLog& events);

}  // namespace otklik::app
