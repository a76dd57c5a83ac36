#include "core/core.hpp"

#include <fmt/format.h>

#include <cassert>
#include <ctime>

#include "base/log.hpp"

namespace otklik::core {
namespace {

/// After so many turns at the latest their events go to the log, so that a long batch does not keep it waiting.
constexpr std::size_t turns_together = 512;

/// What a teller does at most for others before the strand goes on: some tens of microseconds, about what the wake-up
/// would have cost him. In units of weight(), and of time where turns or callbacks are slow.
constexpr std::size_t weight_here = 32;
constexpr std::chrono::microseconds time_here{200};

/// The clock of the last tick: about 4 ms coarse and five times cheaper than an exact one, which is all that looking
/// for turns of 20 ms needs.
std::chrono::milliseconds coarse_now() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return std::chrono::milliseconds(now.tv_sec * 1000 + now.tv_nsec / 1'000'000);
}

}  // namespace

Core::Core(EventLog& log, const Clock& clock, CoreOptions options)
    : log_(log), clock_(clock), options_(options), strand_("core", 4) {}

Core::~Core() { stop(); }

void Core::tell(EventBody fact) { put_fact({.event = {.at = {}, .body = std::move(fact)}}); }

void Core::tell(EventBody fact, Durability durability, std::move_only_function<void(Result<std::uint64_t>)> done) {
  put_fact({.event = {.at = {}, .body = std::move(fact)}, .durability = durability, .done = std::move(done)});
}

bool Core::accepts() const noexcept { return !stopping_.load(std::memory_order_relaxed) && log_.accepts(); }

void Core::put_fact(LogEntry&& entry) {
  const std::size_t weighs = weight(entry.event.body);
  {
    std::unique_lock lock(mutex_);
    if (waiting_.weight >= options_.queue || log_hangs_ || !fits_log(weighs)) wait_for_room(weighs, lock);
    if (!stopping_) {
      waiting_.facts.push_back(std::move(entry));
      waiting_.weight += weighs;
      if (working_) return;
      working_ = true;
      lock.unlock();
      return work(Worker::teller);
    }
  }
  if (entry.done) entry.done(fail(ErrorCode::unavailable));
}

/// What is on its way to the log counts too, so that all of it finds room there.
bool Core::fits_log(std::size_t weighs) const { return waiting_.weight + in_work_ + weighs <= log_.room(); }

void Core::wait_for_room(std::size_t weighs, std::unique_lock<std::mutex>& lock) {
  // Whoever is at work himself would wait for himself: what a callback of the core tells goes past the bound.
  if (stopping_ || worker_ == std::this_thread::get_id()) return;
  const auto deadline = std::chrono::steady_clock::now() + options_.patience;
  while (!stopping_) {
    const bool log_has_room = fits_log(weighs);
    if (log_has_room) log_hangs_ = false;
    if (waiting_.weight < options_.queue) {
      if (log_has_room || log_hangs_) return;
      if (std::chrono::steady_clock::now() >= deadline) {
        log_hangs_ = true;
        log::error("the event log does not follow: events may be lost");
        return;
      }
    }
    // Whoever works says when he has taken a batch; the log says nothing, so it is looked at again soon.
    room_came_.wait_for(lock, std::chrono::milliseconds(1));
  }
}

void Core::put_question(Question&& question) {
  ErrorCode refusal = ErrorCode::unavailable;
  {
    std::unique_lock lock(mutex_);
    if (!stopping_ && waiting_.weight < options_.queue) {
      waiting_.questions.push_back({waiting_.facts.size(), std::move(question)});
      ++waiting_.weight;
      if (!working_) call_strand(lock);
      return;
    }
    if (!stopping_) refusal = ErrorCode::too_many;
  }
  question(nullptr, refusal)();
}

/// Under the lock, so that stop() cannot come between: it waits until nobody works, and only then ends the strand.
void Core::call_strand(const std::unique_lock<std::mutex>& /*held*/) {
  working_ = true;
  worker_ = {};
  [[maybe_unused]] const bool called = strand_.try_post([this] { work(Worker::strand); });
  assert(called);  // there is one call at a time
}

/// Takes turns until nothing waits, or, as a teller, until he has done his share. `working_` was set for him.
void Core::work(Worker worker) {
  const auto me = std::this_thread::get_id();
  const auto until = worker == Worker::teller ? std::chrono::steady_clock::now() + time_here
                                              : std::chrono::steady_clock::time_point::max();
  std::size_t done = 0;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      worker_ = me;
      in_work_ = 0;
      if (waiting_.weight == 0) {
        working_ = false;
        worker_ = {};
        if (stopping_) rested_.notify_all();
        return;
      }
      if (worker == Worker::teller && (!waiting_.questions.empty() || done + waiting_.weight > weight_here ||
                                       (done > 0 && std::chrono::steady_clock::now() >= until))) {
        return call_strand(lock);
      }
      in_work_ = waiting_.weight;
      std::swap(batch_, waiting_);
    }
    room_came_.notify_all();
    done += batch_.weight;
    run(batch_);
    batch_.facts.clear();
    batch_.questions.clear();
    batch_.weight = 0;
  }
}

void Core::run(Batch& batch) {
  turn_began_ = coarse_now();
  batches_.fetch_add(1, std::memory_order_relaxed);
  const std::span facts(batch.facts);
  std::size_t finished = 0;
  std::size_t turned = 0;
  const auto take_turns_until = [&](std::size_t end) {
    for (; turned < end; ++turned) {
      if (turned - finished == turns_together || !follow_.empty()) {
        finish(facts.subspan(finished, turned - finished));
        finished = turned;
      }
      take_turn(facts[turned]);
    }
  };
  for (auto& asked : batch.questions) {
    take_turns_until(asked.after);
    homeward_.push_back(asked.question(&machine_, ErrorCode{}));
    measure("a question");
  }
  take_turns_until(facts.size());
  finish(facts.subspan(finished));
}

void Core::take_turn(LogEntry& fact) {
  fact.event.at = clock_.now();
  if (!machine_.turn(fact.event, follow_)) {
    log::warn("the core was told what cannot have happened: {}", name(fact.event.body));
  }
  changed_ = true;
  measure(name(fact.event.body));
}

void Core::finish(std::span<LogEntry> facts) {
  // Published first: whoever hears that his fact is recorded, or gets an answer, finds it in the snapshot.
  if (changed_) overview_.publish(std::make_shared<const Overview>(machine_.snapshot()));
  changed_ = false;
  if (!facts.empty()) log_.append(facts);
  if (!follow_.empty()) {
    std::vector<LogEntry> entries;
    entries.reserve(follow_.size());
    for (auto& event : follow_) entries.push_back({.event = std::move(event)});
    follow_.clear();
    log_.append(entries);
  }
  for (auto& homecoming : homeward_) homecoming();
  homeward_.clear();
}

void Core::measure(std::string_view what) {
  turns_.fetch_add(1, std::memory_order_relaxed);
  const auto now = coarse_now();
  const auto took = now - turn_began_;
  turn_began_ = now;
  if (took.count() > slowest_turn_ms_.load(std::memory_order_relaxed)) slowest_turn_ms_ = took.count();
  if (took <= options_.slow_turn) return;
  slow_turns_.fetch_add(1, std::memory_order_relaxed);
  if (now < next_warning_) return;
  next_warning_ = now + std::chrono::seconds(1);  // a machine that has no time has least of all time for these lines
  log::warn("a turn of the core took {} ms: {}", took.count(), what);
}

void Core::stop() {
  {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    room_came_.notify_all();
    rested_.wait(lock, [this] { return !working_; });
  }
  strand_.stop();
}

CoreFigures Core::figures() const {
  CoreFigures out{.turns = turns_.load(std::memory_order_relaxed),
                  .batches = batches_.load(std::memory_order_relaxed),
                  .slow_turns = slow_turns_.load(std::memory_order_relaxed),
                  .slowest_turn = std::chrono::milliseconds(slowest_turn_ms_.load(std::memory_order_relaxed))};
  const std::lock_guard lock(mutex_);
  out.queued = waiting_.weight;
  return out;
}

}  // namespace otklik::core
