// What a Host tells and does for the administrator.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "plugins/host.hpp"

namespace otklik::plugins {

std::vector<PluginStatus> Host::list() const {
  std::vector<PluginStatus> out;
  const auto content = catalog_.content();
  const auto why = starter_.refusal();
  for (const auto& [id, plugin] : content->plugins) {
    const std::lock_guard lock(plugin->mutex);
    PluginStatus status;
    status.id = id.text();
    status.name = plugin->manifest->name;
    status.version = plugin->manifest->version;
    status.folder = plugin->place.folder.substr(plugin->place.folder.rfind('/') + 1);
    auto figures = plugin->figures;
    for (const auto& process : plugin->retiring) figures = figures + process->session().figures();
    if (plugin->process) {
      figures = figures + plugin->process->session().figures();
      status.pid = plugin->process->pid();
    }
    constexpr std::array states{"idle", "resting", "starting", "running"};
    status.state = why.empty() ? states[static_cast<std::size_t>(plugin->phase)] : "refused";
    status.calls = figures.calls;
    status.failures = figures.failed + figures.timeouts;
    status.starts = plugin->starts;
    status.role = grants_.of(id).role;
    status.trouble = why.empty() ? plugin->trouble : why;
    out.push_back(std::move(status));
  }
  for (const auto& trouble : content->troubles) {
    const auto found = std::ranges::find(out, trouble.folder, &PluginStatus::folder);
    if (found != out.end()) {
      found->trouble = trouble.text;
      continue;
    }
    PluginStatus status;
    status.folder = trouble.folder;
    status.state = "broken";
    status.trouble = trouble.text;
    out.push_back(std::move(status));
  }
  return out;
}

Result<std::shared_ptr<const Manifest>> Host::manifest_of(std::string_view id_or_name) const {
  const auto plugin = catalog_.find(id_or_name);
  if (!plugin) return fail(ErrorCode::not_found, fmt::format("there is no plugin {}", id_or_name));
  const std::lock_guard lock(plugin->mutex);
  return plugin->manifest;
}

Result<> Host::grant(const Uuid& plugin, Grant grant) {
  if (auto set = grants_.set(plugin, std::move(grant)); !set) return set;
  if (catalog_.find(plugin.text())) return restart(plugin.text());
  return {};
}

Result<> Host::restart(std::string_view id_or_name) {
  const auto plugin = catalog_.find(id_or_name);
  if (!plugin) return fail(ErrorCode::not_found, fmt::format("there is no plugin {}", id_or_name));
  const std::lock_guard lock(plugin->mutex);
  retire(*plugin, Clock::now());
  plugin->trouble.clear();
  supervisor_.wake_by(Clock::now());
  return {};
}

HostFigures Host::figures() const {
  HostFigures out;
  const auto content = catalog_.content();
  for (const auto& [id, plugin] : content->plugins) {
    const std::lock_guard lock(plugin->mutex);
    ++out.plugins;
    out.queued += plugin->queue.size();
    out.calls = out.calls + plugin->figures;
    out.starts += plugin->starts;
    out.ends += plugin->ends;
    auto processes = plugin->retiring;
    if (plugin->process) processes.push_back(plugin->process);
    for (const auto& process : processes) {
      ++out.running;
      out.under_way += process->session().calls();
      out.calls = out.calls + process->session().figures();
    }
  }
  return out;
}

}  // namespace otklik::plugins
