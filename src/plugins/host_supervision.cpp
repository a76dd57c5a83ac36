// What a Host does on the supervisor's thread, and with what plugins ask of it.
#include <fmt/format.h>

#include <algorithm>

#include "base/log.hpp"
#include "plugins/host.hpp"

namespace otklik::plugins {
namespace {

using Stream = Process::Stream;

constexpr std::chrono::milliseconds output_over_patience{1000};
constexpr std::chrono::milliseconds look_again_soon{250};
constexpr std::size_t answer_overhead = 512;  // of an answer to a plugin, besides its result
constexpr int most_last_reads = 1024;         // of what a dead process has left in its pipe
constexpr int most_last_errors = 16;

void append(std::vector<Completion>& to, std::vector<Completion> more) {
  std::ranges::move(more, std::back_inserter(to));
}

}  // namespace

ApiCaller Host::caller_of(const Process& process) const {
  const auto& manifest = process.session().manifest();
  return {manifest.name, manifest.id, grants_.of(manifest.id)};
}

void Host::ready(const std::shared_ptr<Process>& process, Stream stream) {
  const auto plugin = process->plugin().lock();
  if (!plugin) return;
  Lock lock(plugin->mutex);
  if (process->number == 0) return;
  const auto now = Clock::now();
  switch (stream) {
    case Stream::output:
      read_output(process, *plugin, lock);
      return;
    case Stream::errors: {
      std::vector<std::string> lines;
      const auto read = process->read_errors(now, lines);
      for (const auto& line : lines) log::info("plugin {} says: {}", plugin->manifest->name, line);
      if (read == Process::Read::over) supervisor_.forget(*process, Stream::errors);
      break;
    }
    case Stream::input:
      process->flush();
      break;
    case Stream::end:
      take_end(process, *plugin, lock);
      return;
  }
  supervisor_.update(*process, now);
}

void Host::read_output(const std::shared_ptr<Process>& process, Plugin& plugin, Lock& lock) {
  const auto now = Clock::now();
  const auto read = process->read_output(now);
  auto& session = process->session();
  auto completions = session.take_completions();
  auto requests = session.take_requests();
  std::erase_if(requests, [&](const PluginRequest& request) {
    if (request.method != "log" || process->log.take(options_->log_lines, now)) return false;
    session.answer(request.id, "{}");  // past its share of the log: passed over, and counted
    return true;
  });
  if (plugin.process == process) {
    append(completions, plugin.feed(now));
  } else if (process->is_retired && session.calls() == 0) {
    process->ask_to_stop(options_->stop_time, now);
  }
  process->flush();
  if (read == Process::Read::over) {
    supervisor_.forget(*process, Stream::output);
    process->expect_end(now + output_over_patience, "it closed its standard output");
  }
  supervisor_.update(*process, now);
  settle(lock, std::move(completions));
  if (!requests.empty()) serve(process, std::move(requests));
}

void Host::take_end(const std::shared_ptr<Process>& process, Plugin& plugin, Lock& lock) {
  const auto now = Clock::now();
  // What it said before it died still counts.
  for (int i = 0; i < most_last_reads && process->fd(Stream::output) >= 0; ++i) {
    if (process->read_output(now) != Process::Read::some) break;
  }
  std::vector<std::string> lines;
  for (int i = 0; i < most_last_errors && process->fd(Stream::errors) >= 0; ++i) {
    if (process->read_errors(now, lines) != Process::Read::some) break;
  }
  for (const auto& line : lines) log::info("plugin {} says: {}", plugin.manifest->name, line);
  if (const auto passed_over = process->log.rest(); passed_over != 0) {
    log::warn("plugin {}: {} lines were passed over", plugin.manifest->name, passed_over);
  }

  const auto status = process->reap();
  auto& session = process->session();
  const bool asked = process->is_asked_to_stop() || process->is_retired;
  const bool was_ready = session.is_ready();
  const auto error = Plugin::ended_error(*process, status);
  session.end(error);
  auto completions = session.take_completions();
  plugin.figures = plugin.figures + session.figures();
  supervisor_.remove(*process);
  std::erase(plugin.retiring, process);
  if (plugin.process == process) {
    plugin.process.reset();
    if (plugin.subscription) plugin.subscription->end();
    plugin.subscription.reset();
    plugin.phase = Plugin::Phase::idle;
    if (!asked) {
      if (now - process->began() >= options_->good_life) plugin.forget_failures();
      plugin.count_failure(*options_, now, error.message);
      plugin.phase = Plugin::Phase::resting;
      log::warn("plugin {}: {} (it {}); the next start is {} ms away at the earliest", plugin.manifest->name,
                error.message, status,
                std::chrono::duration_cast<std::chrono::milliseconds>(plugin.rest_until - now).count());
      if (!was_ready) {
        append(completions, plugin.give_up({ErrorCode::failed, "the plugin could not be started: " + error.message}));
      }
    }
  }
  if (asked) log::info("plugin {} has stopped: it {}", plugin.manifest->name, status);
  if (auto cgroup = process->take_cgroup()) {
    // Its folder can be removed a moment later only.
    const auto last = std::make_shared<Cgroup>(std::move(*cgroup));
    static_cast<void>(work_.try_post([last] {}));
  }
  supervisor_.wake_by(plugin.rest_until);
  settle(lock, std::move(completions));
}

void Host::serve(const std::shared_ptr<Process>& process, std::vector<PluginRequest> requests) {
  const auto caller = caller_of(*process);
  for (auto& request : requests) {
    if (request.method == "subscribe") {
      take_subscribe(process, std::move(request));
      continue;
    }
    if (request.method == "unsubscribe") {
      if (const auto plugin = process->plugin().lock()) {
        const std::lock_guard lock(plugin->mutex);
        if (plugin->process == process && plugin->subscription) {
          plugin->subscription->end();
          plugin->subscription.reset();
        }
      }
      reply(process, request.id, "{}");
      continue;
    }
    api_.handle(caller, request, [this, weak = std::weak_ptr(process), id = request.id](ApiAnswer answer) {
      reply(weak, id, std::move(answer));
    });
  }
}

/// One at a time of each process: it reads and writes files on the thread that starts everybody's programs.
void Host::take_subscribe(const std::shared_ptr<Process>& process, PluginRequest request) {
  const auto plugin = process->plugin().lock();
  if (!plugin) return;
  const auto change = [plugin, process](bool is_subscribing) {
    const std::lock_guard lock(plugin->mutex);
    return std::exchange(process->is_subscribing, is_subscribing);
  };
  const auto id = request.id;
  if (change(true)) {
    return reply(process, id, std::unexpected(ApiError{-32002, "an earlier subscribe is not answered", "too_many"}));
  }
  const bool posted = work_.try_post([this, process, change, request = std::move(request)] {
    auto answer = subscribe(process, request);
    change(false);  // before it is answered, since the next one may follow at once
    reply(process, request.id, std::move(answer));
  });
  if (posted) return;
  change(false);
  reply(process, id, std::unexpected(ApiError{-32002, "too much to do", "too_many"}));
}

void Host::reply(const std::weak_ptr<Process>& weak, const std::string& id, ApiAnswer answer) {
  if (id.empty()) return;
  const auto process = weak.lock();
  const auto plugin = process ? process->plugin().lock() : nullptr;
  if (!plugin) return;
  const std::lock_guard lock(plugin->mutex);
  if (process->number == 0) return;
  auto& session = process->session();
  if (answer && answer->size() + answer_overhead > process->terms().message_size) {
    answer = std::unexpected(ApiError{-32002, "the answer is too large", "too_large"});
  }
  if (answer) {
    session.answer(id, *answer);
  } else {
    session.answer(id, answer.error().code, answer.error().message, answer.error().name);
  }
  process->flush();
  supervisor_.update(*process, Clock::now());
}

ApiAnswer Host::subscribe(const std::shared_ptr<Process>& process, const PluginRequest& request) {
  const auto on_its_way_out = std::unexpected(ApiError{-32002, "the plugin is being stopped", "unavailable"});
  const auto plugin = process->plugin().lock();
  if (!plugin || stopping_) return on_its_way_out;
  const auto caller = caller_of(*process);
  auto wish = api_.event_wish(caller, request);
  if (!wish) return std::unexpected(std::move(wish.error()));
  // A plugin that does one thing after another comes to a batch only after the form before it.
  auto patience = options_->timeout;
  for (const auto& form : process->session().manifest().forms) patience = std::max(patience, timeout_of(form));
  const auto subscription = std::make_shared<Subscription>(
      Subscription::Parts{events_, work_, supervisor_, patience, process->terms().message_size}, process,
      std::move(*wish), KeptCursor(fmt::format("{}/{}.cursor", options_->state_folder(), caller.id.text())));
  const auto position = subscription->begin();
  if (!position) return std::unexpected(ApiError{-32002, position.error().message, "failed"});
  {
    const std::lock_guard lock(plugin->mutex);
    if (plugin->process != process) return on_its_way_out;
    if (plugin->subscription) plugin->subscription->end();
    plugin->subscription = subscription;
  }
  subscription->go_on();  // its turn on this thread comes after the answer
  return fmt::format(R"({{"log":"{}","position":{}}})", events_.log().text(), *position);
}

void Host::tick(Clock::time_point now, bool due) {
  if (now < next_tick_ && !due) return;
  next_tick_ = now + Supervisor::tick / 2;
  if (!stopping_ && now >= next_look_.load() && !looking_.exchange(true)) {
    if (!work_.try_post([this] { look(false); })) {
      looking_ = false;
      supervisor_.wake_by(now + look_again_soon);
    }
  }
  supervisor_.wake_by(
      std::max(next_look_.load(), now + Supervisor::tick));  // an earlier wish displaced the last look's
  const auto content = catalog_.content();
  for (const auto& [id, plugin] : content->plugins) tick(plugin, now);
  std::vector<std::shared_ptr<Plugin>> gone;
  {
    const std::lock_guard lock(gone_mutex_);
    gone = gone_;
  }
  for (const auto& plugin : gone) tick(plugin, now);
  if (!gone.empty()) {
    const std::lock_guard lock(gone_mutex_);
    std::erase_if(gone_, [](const auto& plugin) {
      const std::lock_guard of_plugin(plugin->mutex);
      return !plugin->process && plugin->retiring.empty() && plugin->phase != Plugin::Phase::starting;
    });
  }
}

void Host::tick(const std::shared_ptr<Plugin>& plugin, Clock::time_point now) {
  Lock lock(plugin->mutex);
  auto completions = plugin->expire_queue(now);
  auto processes = plugin->retiring;
  if (plugin->process) processes.push_back(plugin->process);
  for (const auto& process : processes) {
    auto& session = process->session();
    if (session.next_expiry() <= now && session.expire(now)) {
      process->kill(session.is_ready() ? "it hangs: it has said nothing while somebody was waiting"
                                       : "it did not answer initialize in time");
    }
    append(completions, session.take_completions());
    if (process->is_retired && session.calls() == 0) process->ask_to_stop(options_->stop_time, now);
    if (process->is_overdue(now)) process->kill(process->overdue_reason());
    if (const auto passed_over = process->log.take_passed_over(now); passed_over != 0) {
      log::warn("plugin {}: {} lines were passed over", plugin->manifest->name, passed_over);
    }
    process->flush();
    supervisor_.update(*process, now);
  }
  append(completions, plugin->feed(now));
  if (!plugin->queue.empty()) supervisor_.wake_by(now + Supervisor::tick);  // for their time-outs
  if (plugin->phase == Plugin::Phase::resting) {
    if (now >= plugin->rest_until) {
      plugin->phase = Plugin::Phase::idle;
    } else {
      supervisor_.wake_by(plugin->rest_until);
    }
  }
  if (plugin->phase == Plugin::Phase::idle &&
      (!plugin->queue.empty() || (plugin->manifest->start == StartWhen::with_server && starter_.refusal().empty()))) {
    want_process(plugin, now);
  }
  const auto subscription = plugin->subscription;
  settle(lock, std::move(completions));
  if (subscription) subscription->go_on();
}

}  // namespace otklik::plugins
