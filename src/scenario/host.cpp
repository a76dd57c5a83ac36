#include "scenario/host.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include "base/log.hpp"

namespace otklik::scenario {
namespace {

using Refusal = core::StartRefusal;
using Kind = core::ScriptEnd::Kind;

/// Start parameters that are copied into a state at once.
constexpr std::size_t most_bytes_here = 64 * 1024;

Options tidy(Options options) {
  if (options.threads == 0) options.threads = std::max(1U, std::thread::hardware_concurrency());
  options.look_every = std::max(1, options.look_every);
  options.call_depth = std::clamp(options.call_depth, 1, 100);
  return options;
}

}  // namespace

Result<std::unique_ptr<Host>> Host::open(Options options, core::Journal& journal, core::ScriptFiles& files,
                                         core::PluginHost& plugins, std::map<std::string, SqlSource> sources) {
  auto repository = Repository::open({options.folder, options.scenario_bytes, options.recheck});
  if (!repository) return std::unexpected(repository.error());
  return std::unique_ptr<Host>(
      new Host(tidy(std::move(options)), std::move(*repository), journal, files, plugins, std::move(sources)));
}

Host::Host(Options options, std::unique_ptr<Repository> repository, core::Journal& journal, core::ScriptFiles& files,
           core::PluginHost& plugins, std::map<std::string, SqlSource> sources)
    : options_(std::move(options)),
      journal_(journal),
      repository_(std::move(repository)),
      variables_(options_->global_variables, options_->global_bytes, options_->once_keys),
      http_(options_->http),
      sql_(std::move(sources), options_->sql_queue),
      file_work_("script-file", options_->file_threads, options_->file_queue),
      scheduler_(options_->threads, [this](std::shared_ptr<Run> run) { turn(std::move(run), false); }),
      services_{options_, journal_, files,      plugins, *repository_, variables_,
                http_,    sql_,     file_work_, timers_, scheduler_} {}

void Host::use(Options options) {
  options = tidy(std::move(options));
  repository_->use({options.folder, options.scenario_bytes, options.recheck});
  variables_.limit(options.global_variables, options.global_bytes, options.once_keys);
  http_.use(options.http);
  options_.publish(std::move(options));
}

Host::~Host() { stop(std::chrono::milliseconds{0}); }

std::unexpected<Refusal> Host::refuse(Refusal refusal) {
  refused_[static_cast<std::size_t>(refusal)].fetch_add(1, std::memory_order_relaxed);
  return std::unexpected(refusal);
}

std::expected<Uuid, Refusal> Host::start(core::ScriptStart start,
                                         std::move_only_function<void(core::ScriptEnd)> ended) {
  if (!journal_.accepts()) {
    const std::lock_guard lock(mutex_);
    return refuse(stopping_ ? Refusal::stopping : Refusal::storage_full);
  }
  const auto is_too_long = [this](const std::string& text) { return text.size() > options_->parameter_bytes; };
  if (std::ranges::any_of(start.parameters, is_too_long)) return refuse(Refusal::bad_parameter);
  auto scenario = repository_->find(start.scenario);
  if (!scenario) return refuse(scenario.error());
  const auto run = std::make_shared<Run>(services_, std::move(start), std::move(*scenario), std::move(ended));
  if (const auto admitted = admit(run); !admitted) return refuse(admitted.error());
  started_.fetch_add(1, std::memory_order_relaxed);
  const Uuid id = run->id();
  journal_.tell(run->started_fact());  // before it can end
  if (begins_here(*run)) {
    turn(run, true);
  } else {
    scheduler_.add(run, Scheduler::Lane::awake);
  }
  return id;
}

std::expected<void, Refusal> Host::admit(const std::shared_ptr<Run>& run) {
  const auto& start = run->started_with();
  const std::lock_guard lock(mutex_);
  if (stopping_) return std::unexpected(Refusal::stopping);
  if (runs_.size() >= options_->most_runs || scheduler_.ready() >= options_->most_queued) {
    return std::unexpected(Refusal::too_many);
  }
  if (start.anonymous) {
    if (anonymous_ >= options_->most_anonymous) return std::unexpected(Refusal::too_many);
    auto& of_caller = of_caller_[start.caller_key];
    if (of_caller >= options_->most_for_caller) return std::unexpected(Refusal::too_many);
    ++of_caller;
    ++anonymous_;
  }
  runs_.emplace(run->id(), run);
  return {};
}

void Host::forget(const Run& run) {
  const auto& start = run.started_with();
  std::shared_ptr<Run> kept;  // goes after the lock
  const std::lock_guard lock(mutex_);
  if (start.anonymous) {
    --anonymous_;
    const auto of_caller = of_caller_.find(start.caller_key);
    if (--of_caller->second == 0) of_caller_.erase(of_caller);
  }
  if (const auto found = runs_.find(run.id()); found != runs_.end()) {
    kept = std::move(found->second);
    runs_.erase(found);
  }
  if (stopping_ && runs_.empty()) all_ended_.notify_all();
}

/// Most runs take less than waking a worker does, so one that looks quick begins where it is started.
bool Host::begins_here(const Run& run) {
  std::size_t bytes = 0;
  for (const auto& parameter : run.parameters()) bytes += parameter.size();
  return run.scenario().looks_quick && bytes <= most_bytes_here;
}

void Host::turn(std::shared_ptr<Run> run, bool as_guest) {
  const auto turn = as_guest ? run->turn_as_guest() : run->turn();
  count_memory(*run);
  switch (turn) {
    case Run::Turn::over:
      end(*run);
      break;
    case Run::Turn::preempted:
      scheduler_.add(std::move(run), as_guest ? Scheduler::Lane::awake : Scheduler::Lane::preempted);
      break;
    case Run::Turn::waiting:
      Run::begin_wait(run);
      break;
  }
}

void Host::count_memory(Run& run) {
  memory_.fetch_add(run.memory_used - run.memory_seen, std::memory_order_relaxed);  // modulo: may be less
  run.memory_seen = run.memory_used;
}

void Host::end(Run& run) {
  auto& conclusion = run.conclusion();
  if (conclusion.kind == Kind::stopped) {
    log::debug("scenario {} {}: stopped", run.scenario_name(), run.id().text());
  } else if (conclusion.kind != Kind::finished) {
    log::warn("scenario {} {}: {}: {}", run.scenario_name(), run.id().text(), core::name(conclusion.kind),
              conclusion.error);
  }
  ended_[static_cast<std::size_t>(conclusion.kind)].fetch_add(1, std::memory_order_relaxed);
  instructions_.fetch_add(run.instructions_used, std::memory_order_relaxed);
  auto fact = run.ended_fact();
  // Nobody hears of the end before the journal has it: its start was told before, so both are kept then, and a run that
  // was answered is never missing from the log.
  journal_.tell(std::move(fact), core::Durability::written,
                [ended = run.take_ended(), conclusion = std::move(conclusion)](Result<std::uint64_t> kept) mutable {
                  if (!kept && conclusion.kind == Kind::finished) {
                    conclusion = {Kind::failed, {}, "the event log did not take the end of the run"};
                  }
                  if (ended) ended(std::move(conclusion));
                });
  forget(run);
}

bool Host::stop_run(const Uuid& id) {
  std::shared_ptr<Run> run;
  {
    const std::lock_guard lock(mutex_);
    const auto found = runs_.find(id);
    if (found == runs_.end()) return false;
    run = found->second;
  }
  run->ask_to_stop();
  return true;
}

void Host::begin_stop() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
}

void Host::stop(std::chrono::milliseconds grace) {
  begin_stop();
  std::vector<std::shared_ptr<Run>> left;
  {
    std::unique_lock lock(mutex_);
    all_ended_.wait_for(lock, grace, [this] { return runs_.empty(); });
    left.reserve(runs_.size());
    for (const auto& [id, run] : runs_) left.push_back(run);
  }
  if (!left.empty()) log::warn("{} runs of scenarios are stopped before their end", left.size());
  for (const auto& run : left) run->ask_to_stop();
  left.clear();
  {
    std::unique_lock lock(mutex_);
    all_ended_.wait(lock, [this] { return runs_.empty(); });
  }
  http_.stop();
  sql_.stop();
  file_work_.stop();
  timers_.stop();
  scheduler_.stop();
}

Figures Host::figures() const {
  Figures figures;
  {
    const std::lock_guard lock(mutex_);
    figures.running = runs_.size();
    figures.anonymous = anonymous_;
  }
  figures.ready = scheduler_.ready();
  figures.memory = memory_.load(std::memory_order_relaxed);
  figures.http_requests = http_.in_flight();
  figures.sql_queued = sql_.queued();
  figures.files_queued = file_work_.queued();
  figures.global_variables = variables_.count();
  figures.started = started_.load(std::memory_order_relaxed);
  for (std::size_t i = 0; i < ended_.size(); ++i) figures.ended[i] = ended_[i].load(std::memory_order_relaxed);
  for (std::size_t i = 0; i < refused_.size(); ++i) figures.refused[i] = refused_[i].load(std::memory_order_relaxed);
  figures.instructions = instructions_.load(std::memory_order_relaxed);
  return figures;
}

}  // namespace otklik::scenario
