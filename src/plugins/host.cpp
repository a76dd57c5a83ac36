#include "plugins/host.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <future>

#include "base/file.hpp"
#include "base/log.hpp"
#include "plugins/manifest/values.hpp"

namespace otklik::plugins {
namespace {

using Stream = Process::Stream;

constexpr std::chrono::milliseconds look_again_soon{250};
constexpr std::chrono::milliseconds longest_rest_waited_for{1000};
constexpr std::size_t line_overhead = 512;  // of a call, besides its inputs and the form's name

Options tidy(Options options) {
  options.message_size = std::max<std::size_t>(options.message_size, 64 * 1024);
  options.in_flight = std::max(options.in_flight, 1U);
  options.restart_first = std::max(options.restart_first, std::chrono::milliseconds(1));
  options.restart_most = std::max(options.restart_most, options.restart_first);
  options.chatter = std::max<std::size_t>(options.chatter, 4 * 1024);
  options.log_line = std::max<std::size_t>(options.log_line, 80);
  options.recheck = std::max(options.recheck, std::chrono::milliseconds(50));
  return options;
}

std::string grants_file(const Options& options) { return options.state_folder() + "/grants.json"; }

Completion refusal(std::move_only_function<void(core::PluginOutcome)> done, ErrorCode code, std::string message,
                   std::chrono::seconds retry_after = std::chrono::seconds{0}) {
  return {std::move(done),
          std::unexpected(core::PluginFailure{.error = {code, std::move(message)}, .retry_after = retry_after})};
}

void run(Completion completion) { completion.done(std::move(completion.outcome)); }

}  // namespace

Result<std::unique_ptr<Host>> Host::open(Options options, Ports ports) {
  const auto state = options.state_folder();
  if (::mkdir(state.c_str(), 0700) != 0 && errno != EEXIST) {
    return std::unexpected(last_system_error("make " + state));
  }
  auto granted = Grants::read(grants_file(options));
  if (!granted) return std::unexpected(granted.error());
  return std::unique_ptr<Host>(new Host(tidy(std::move(options)), std::move(ports), std::move(*granted)));
}

Host::Host(Options options, Ports ports, Grants::Kept granted)
    : options_(std::move(options)),
      events_(ports.events),
      grants_(options_, grants_file(*options_), std::move(granted)),
      machine_(Machine::look(options_->cgroup, options_->folder)),
      starter_(options_, machine_, grants_),
      api_(std::move(ports.directory)),
      catalog_(options_->folder),
      work_("plugin-work"),
      supervisor_({[this](const auto& process, Stream stream) { ready(process, stream); },
                   [this](Clock::time_point now, bool due) { tick(now, due); }}) {
  looking_ = true;
  look(true);
}

void Host::begin(core::ScriptHost& scripts) {
  api_.use(scripts);
  may_start_ = true;
  tell_of_machine();
  supervisor_.wake_by(Clock::now());
}

/// Once, as soon as there is a plugin whom it concerns.
void Host::tell_of_machine() {
  if (!may_start_ || catalog_.content()->plugins.empty() || told_of_machine_.exchange(true)) return;
  for (const auto& means : machine_.means) {
    if (means.had || !means.whole) continue;
    log::info("plugins: this machine gives no {} for {}: {}", means.what, name(means.guarantee), means.remark);
  }
  if (const auto why = starter_.refusal(); !why.empty()) log::error("no plugin will be started: {}", why);
}

void Host::use(Options options) {
  const bool was_refused = !starter_.refusal().empty();
  options_.publish(tidy(std::move(options)));
  const auto why = starter_.refusal();
  if (told_of_machine_ && !was_refused && !why.empty()) log::error("no plugin will be started: {}", why);
  const auto now = Clock::now();
  for (const auto& [id, plugin] : catalog_.content()->plugins) {
    const std::lock_guard lock(plugin->mutex);
    if (!is_up_to_date(*plugin)) retire(*plugin, now);
  }
  next_look_ = now;
  supervisor_.wake_by(now);
}

bool Host::is_up_to_date(const Plugin& plugin) const {
  return !plugin.process || (plugin.process->terms() == starter_.terms(*plugin.manifest) && starter_.refusal().empty());
}

std::chrono::milliseconds Host::timeout_of(const Form& form) const {
  return std::min(form.timeout.value_or(options_->timeout), options_->timeout_ceiling);
}

Patience Host::patience_of(const Form& form, const core::PluginCall& call, Clock::time_point now) const {
  const auto own = timeout_of(form);
  const auto wanted = call.timeout ? std::min(*call.timeout, options_->timeout_ceiling) : own;
  return {.until = now + wanted, .silence = std::max(own, wanted)};  // an impatient caller ends no program
}

void Host::call(core::PluginCall call, std::move_only_function<void(core::PluginOutcome)> done) {
  const auto plugin = catalog_.find(call.plugin);
  if (!plugin) return run(refusal(std::move(done), ErrorCode::not_found, "there is no such plugin"));
  std::shared_ptr<const Manifest> manifest;
  {
    const std::lock_guard lock(plugin->mutex);
    manifest = plugin->manifest;
  }
  const auto* form = manifest->find_form(call.form);
  if (form == nullptr) return run(refusal(std::move(done), ErrorCode::not_found, "the plugin has no such form"));
  const auto too_large = [&](std::size_t size) {
    return size + form->name.size() + line_overhead > options_->message_size;
  };
  Result<std::string> inputs = too_large(call.inputs.size()) ? fail(ErrorCode::too_large, "the inputs are too large")
                                                             : checked_inputs(*form, call.inputs);
  if (inputs && too_large(inputs->size())) inputs = fail(ErrorCode::too_large, "the inputs are too large");
  if (!inputs) return run(refusal(std::move(done), inputs.error().code, std::move(inputs.error().message)));

  const auto now = Clock::now();
  const auto patience = patience_of(*form, call, now);
  Lock lock(plugin->mutex);
  const auto refuse = [&](ErrorCode code, std::string message, std::chrono::seconds later = std::chrono::seconds{0}) {
    lock.unlock();
    run(refusal(std::move(done), code, std::move(message), later));
  };
  if (stopping_ || !may_start_) return refuse(ErrorCode::unavailable, "the server is starting or stopping");
  if (plugin->removed) return refuse(ErrorCode::not_found, "there is no such plugin");
  if (plugin->process) {
    auto& process = *plugin->process;
    auto& session = process.session();
    if (process.takes_calls() && plugin->queue.empty() && session.calls() < process.terms().in_flight &&
        &session.manifest() == manifest.get()) {
      session.call(*form, *inputs, now, patience, std::move(done));
      process.flush();
      if (process.has_output()) supervisor_.update(process, now);
      return;
    }
  } else {
    if (auto why = starter_.refusal(); !why.empty()) return refuse(ErrorCode::unavailable, std::move(why));
    if (plugin->rest_until - now > longest_rest_waited_for) {
      return refuse(ErrorCode::unavailable,
                    fmt::format("the plugin failed and is started again later: {}", plugin->trouble),
                    std::chrono::ceil<std::chrono::seconds>(plugin->rest_until - now));
    }
  }
  if (plugin->queue.size() >= options_->queue) {
    return refuse(ErrorCode::too_many, "too many calls wait for the plugin");
  }
  plugin->queue.push_back({form->id, std::move(*inputs), patience, std::move(done)});
  want_process(plugin, now);
  supervisor_.wake_by(patience.until);
}

void Host::want_process(const std::shared_ptr<Plugin>& plugin, Clock::time_point now) {
  if (stopping_ || !may_start_ || plugin->removed) return;
  if (plugin->phase == Plugin::Phase::starting || plugin->phase == Plugin::Phase::running) return;
  if (now < plugin->rest_until) {
    plugin->phase = Plugin::Phase::resting;
    return supervisor_.wake_by(plugin->rest_until);
  }
  plugin->phase = Plugin::Phase::starting;
  if (work_.try_post([this, plugin] { start(plugin); })) return;
  plugin->phase = Plugin::Phase::resting;
  plugin->rest_until = now + options_->restart_first;
  supervisor_.wake_by(plugin->rest_until);
}

void Host::start(const std::shared_ptr<Plugin>& plugin) {
  std::shared_ptr<const Manifest> manifest;
  PluginPlace place;
  {
    const std::lock_guard lock(plugin->mutex);
    if (stopping_ || plugin->removed) {
      plugin->phase = Plugin::Phase::idle;
      return;
    }
    manifest = plugin->manifest;
    place = plugin->place;
  }
  auto started = starter_.start(plugin, manifest, place);
  const auto now = Clock::now();
  Lock lock(plugin->mutex);
  if (!started) {
    auto& error = started.error();
    log::error("plugin {} could not be started: {}", manifest->name, error.message);
    plugin->count_failure(*options_, now, error.message);
    plugin->phase = Plugin::Phase::resting;
    if (error.code != ErrorCode::unavailable) {
      error = {ErrorCode::failed, "the plugin could not be started: " + error.message};
    }
    return settle(lock, plugin->give_up(error));
  }
  ++plugin->starts;
  plugin->process = std::move(*started);
  plugin->phase = Plugin::Phase::running;
  plugin->process->flush();
  supervisor_.watch(plugin->process);
  log::info("plugin {} {} was started, process {}", manifest->name, manifest->version, plugin->process->pid());
  if (plugin->manifest == manifest && is_up_to_date(*plugin) && !stopping_ && !plugin->removed) return;
  retire(*plugin, now);  // something changed meanwhile
  if (!plugin->queue.empty()) want_process(plugin, now);
}

void Host::retire(Plugin& plugin, Clock::time_point now) {
  plugin.forget_failures();
  if (plugin.phase == Plugin::Phase::resting) plugin.phase = Plugin::Phase::idle;
  if (!plugin.process) return;
  plugin.process->is_retired = true;
  if (plugin.subscription) plugin.subscription->end();
  plugin.subscription.reset();
  if (plugin.process->session().calls() == 0) plugin.process->ask_to_stop(options_->stop_time, now);
  plugin.retiring.push_back(std::move(plugin.process));
  plugin.process.reset();
  plugin.phase = Plugin::Phase::idle;
}

void Host::settle(Lock& lock, std::vector<Completion> completions) {
  lock.unlock();
  for (auto& completion : completions) run(std::move(completion));
}

void Host::look(bool at_once) {
  const auto changes = catalog_.look(at_once);
  const auto now = Clock::now();
  for (const auto& plugin : changes.added) {
    const std::lock_guard lock(plugin->mutex);
    log::info("plugin {} {} is there", plugin->manifest->name, plugin->manifest->version);
    if (plugin->manifest->start == StartWhen::with_server) want_process(plugin, now);
  }
  for (const auto& plugin : changes.changed) {
    const std::lock_guard lock(plugin->mutex);
    log::info("plugin {} has changed: {}", plugin->manifest->name, plugin->manifest->version);
    retire(*plugin, now);
    if (plugin->manifest->start == StartWhen::with_server || !plugin->queue.empty()) want_process(plugin, now);
  }
  for (const auto& plugin : changes.removed) {
    {
      const std::lock_guard lock(gone_mutex_);
      gone_.push_back(plugin);
    }
    Lock lock(plugin->mutex);
    log::info("plugin {} is gone", plugin->manifest->name);
    plugin->removed = true;
    retire(*plugin, now);
    settle(lock, plugin->give_up({ErrorCode::not_found, "there is no such plugin"}));
  }
  tell_of_machine();
  const auto next = now + (changes.unsettled ? look_again_soon : options_->recheck);
  next_look_ = next;
  looking_ = false;
  supervisor_.wake_by(next);
}

void Host::stop_all(Clock::time_point now) {
  std::vector<std::shared_ptr<Plugin>> plugins;
  for (const auto& [id, plugin] : catalog_.content()->plugins) plugins.push_back(plugin);
  {
    const std::lock_guard lock(gone_mutex_);
    plugins.insert(plugins.end(), gone_.begin(), gone_.end());
  }
  for (const auto& plugin : plugins) {
    Lock lock(plugin->mutex);
    retire(*plugin, now);
    for (const auto& process : plugin->retiring) process->ask_to_stop(options_->stop_time, now);
    settle(lock, plugin->give_up({ErrorCode::unavailable, "the server is stopping"}));
  }
}

void Host::stop() {
  if (stopped_.exchange(true)) return;
  stopping_ = true;
  // A start that is on its way is over after this, and no other begins. The thread itself lives on until every process
  // has ended: its end would be theirs (PR_SET_PDEATHSIG).
  std::promise<void> idle;
  if (work_.post([&idle] { idle.set_value(); })) idle.get_future().wait();
  stop_all(Clock::now());
  supervisor_.wait_until_empty();
  work_.stop();
  supervisor_.stop();
}

}  // namespace otklik::plugins
