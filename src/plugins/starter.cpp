#include "plugins/starter.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/file.hpp"
#include "base/json_writer.hpp"
#include "base/log.hpp"
#include "plugins/sandbox/plan.hpp"

namespace otklik::plugins {
namespace {

constexpr unsigned users = 1'000'000;  // plugins are spread over so many user ids

uid_t user_of(const Uuid& plugin, unsigned first) {
  return first + static_cast<uid_t>(std::hash<Uuid>{}(plugin) % users);
}

}  // namespace

std::string Starter::refusal() const {
  if (!options_->require_sandbox) return {};
  const auto missing = machine_.missing();
  if (missing.empty()) return {};
  std::string names;
  for (const auto guarantee : missing) names += (names.empty() ? "" : ", ") + std::string(name(guarantee));
  return fmt::format("this machine cannot guarantee: {} (plugins.require_sandbox)", names);
}

/// The only folder that the plugin writes to. What lies there may be the plugin's own making: nothing is followed.
Result<> Starter::make_data_folder(const PluginPlace& place, uid_t user) const {
  const auto path = place.data();
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    return std::unexpected(last_system_error("make the plugin's folder data"));
  }
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd) return fail(ErrorCode::failed, "data in the plugin's folder is no folder");
  if (machine_.is_root && machine_.own_tree && ::fchown(fd.get(), user, user) != 0) {
    return std::unexpected(last_system_error("hand over the plugin's folder data"));
  }
  return {};
}

Terms Starter::terms(const Manifest& manifest) const {
  const auto& options = *options_;
  return {grants_.of(manifest.id), grants_.confinement(manifest), options.message_size, options.in_flight};
}

std::string Starter::introduction(const Manifest& manifest, const Terms& terms) const {
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("protocol", Session::protocol).key("server").begin_object();
  json.field("name", "otklik").field("version", options_->server_version).end_object();
  json.key("plugin").begin_object().field("id", manifest.id.text()).field("name", manifest.name);
  json.field("version", manifest.version).end_object();
  json.field("language", options_->language).field("message_size", terms.message_size);
  json.field("in_flight", terms.in_flight).key("granted").begin_object();
  json.field("role", terms.grant.role).field("network", terms.confinement.network).key("folders").begin_array();
  for (const auto& folder : terms.confinement.folders) {
    json.begin_object().field("path", folder.path).field("write", folder.write).end_object();
  }
  json.end_array().end_object().end_object();
  return out;
}

Result<std::shared_ptr<Process>> Starter::start(const std::shared_ptr<Plugin>& plugin,
                                                std::shared_ptr<const Manifest> manifest,
                                                const PluginPlace& place) const {
  if (auto why = refusal(); !why.empty()) return fail(ErrorCode::unavailable, std::move(why));
  const auto user = user_of(manifest->id, options_->first_user);
  auto program = find_program(*manifest, place);
  if (!program) return std::unexpected(program.error());
  if (auto made = make_data_folder(place, user); !made) return std::unexpected(made.error());
  auto terms = this->terms(*manifest);
  const auto& confinement = terms.confinement;
  auto plan = make_plan(machine_, *manifest, place, std::move(*program), confinement, user);
  std::optional<Cgroup> cgroup;
  if (machine_.cgroup) {
    auto made = machine_.cgroup->make(
        manifest->id.text(),
        {.memory = confinement.memory, .processes = confinement.processes, .cpu = confinement.cpu});
    if (!made) return std::unexpected(made.error());
    cgroup.emplace(std::move(*made));
    plan.cgroup_procs = cgroup->procs();
  }
  if (!options_->require_sandbox) {
    for (const auto guarantee : machine_.missing()) {
      log::warn("plugin {} starts without the guarantee of {}", manifest->name, name(guarantee));
    }
  }
  auto launched = launch(plan);
  if (!launched) {
    if (plan.user != 0) launched.error().message += "; as the user of plugins, which must be able to read its files";
    return std::unexpected(launched.error());
  }
  const auto now = Process::Clock::now();
  auto process = std::make_shared<Process>(plugin, manifest, std::move(terms), std::move(*launched), std::move(cgroup),
                                           options_, now);
  process->session().begin(introduction(*manifest, process->terms()), now + options_->start_time);
  return process;
}

}  // namespace otklik::plugins
