#include "plugins/plugin.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "plugins/manifest/values.hpp"

namespace otklik::plugins {
namespace {

Completion completion(Session::CallDone done, Error error) {
  return {std::move(done), std::unexpected(core::PluginFailure{.error = std::move(error)})};
}

}  // namespace

Session::Figures operator+(Session::Figures a, const Session::Figures& b) noexcept {
  a.calls += b.calls;
  a.answered += b.answered;
  a.failed += b.failed;
  a.timeouts += b.timeouts;
  a.late += b.late;
  return a;
}

Error Plugin::ended_error(const Process& process, std::string_view status) {
  const auto& reason = process.kill_reason();
  return {ErrorCode::failed, reason.empty() ? fmt::format("the plugin ended before it answered: it {}", status)
                                            : fmt::format("the plugin was ended: {}", reason)};
}

void Plugin::count_failure(const Options& options, Clock::time_point now, std::string why) {
  trouble = std::move(why);
  ++ends;
  auto rest = options.restart_first;
  for (unsigned i = 0; i < failures && rest < options.restart_most; ++i) rest *= 2;
  ++failures;
  rest_until = now + std::min(rest, options.restart_most);
}

std::vector<Completion> Plugin::feed(Clock::time_point now) {
  std::vector<Completion> out;
  if (!process || !process->takes_calls()) return out;
  auto& session = process->session();
  while (!queue.empty() && session.calls() < process->terms().in_flight) {
    QueuedCall call = std::move(queue.front());
    queue.pop_front();
    const auto& forms = session.manifest().forms;
    const auto form = std::ranges::find(forms, call.form, &Form::id);
    if (form == forms.end()) {
      out.push_back(completion(std::move(call.done), {ErrorCode::not_found, "the plugin has no such form"}));
      continue;
    }
    // It was checked when it came; the manifest may have changed since.
    auto inputs = checked_inputs(*form, call.inputs);
    if (!inputs) {
      out.push_back(completion(std::move(call.done), std::move(inputs.error())));
      continue;
    }
    session.call(*form, *inputs, now, call.patience, std::move(call.done));
  }
  process->flush();
  return out;
}

std::vector<Completion> Plugin::give_up(const Error& error) {
  std::vector<Completion> out;
  for (auto& call : queue) out.push_back(completion(std::move(call.done), error));
  queue.clear();
  return out;
}

std::vector<Completion> Plugin::expire_queue(Clock::time_point now) {
  std::vector<Completion> out;
  std::erase_if(queue, [&](QueuedCall& call) {
    if (call.patience.until > now) return false;
    out.push_back(completion(std::move(call.done), {ErrorCode::timeout, "the plugin did not answer in time"}));
    return true;
  });
  return out;
}

}  // namespace otklik::plugins
