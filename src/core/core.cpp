#include "core/core.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <ctime>

#include "base/log.hpp"

namespace otklik::core {
namespace {

/// After so many turns at the latest their events go to the log, so that a long batch does not keep it waiting.
constexpr std::size_t turns_together = 512;

/// Likewise of telephony's facts and of commands, each of which makes some events and orders.
constexpr std::size_t works_together = 32;
/// What one of them weighs: about as many events follow from it.
constexpr std::size_t weight_of_work = 4;

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

Core::Core(EventLog& log, const Clock& clock, CoreOptions options, CallOptions calls)
    : log_(log),
      clock_(clock),
      options_(options),
      machine_(calls),
      strand_("core", 4),
      timer_([this] { watch_time(); }) {}

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
      waiting_.asked.push_back({waiting_.facts.size(), std::move(question)});
      ++waiting_.questions;
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
      if (worker == Worker::teller && (waiting_.questions > 0 || done + waiting_.weight > weight_here ||
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
    batch_.asked.clear();
    batch_.questions = 0;
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
  std::size_t works = 0;
  for (auto& asked : batch.asked) {
    take_turns_until(asked.after);
    do_work(asked.work);
    if (++works % works_together != 0) continue;
    finish(facts.subspan(finished, turned - finished));
    finished = turned;
  }
  take_turns_until(facts.size());
  finish(facts.subspan(finished));
}

void Core::take_turn(LogEntry& fact) {
  const Moment now = moment();
  fact.event.at = now.at;
  if (!machine_.turn(fact.event, now, follow_, orders_)) {
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
  carry_out_orders();
  set_alarm();
  for (auto& homecoming : homeward_) homecoming();
  homeward_.clear();
}

/// Outside of every lock but its own, which nobody takes who tells something.
void Core::carry_out_orders() {
  if (orders_.empty()) return;
  const std::lock_guard lock(telephony_mutex_);
  if (telephony_ != nullptr) {
    telephony_->carry_out(orders_);
  } else {
    for (const auto& order : orders_) {
      const auto* place = std::get_if<telephony::PlaceLeg>(&order);
      if (place != nullptr) happened(telephony::LegEnded{.leg = place->leg, .cause = Cause::not_reachable});
    }
  }
  orders_.clear();
}

void Core::use(Telephony* telephony) {
  const std::lock_guard lock(telephony_mutex_);
  telephony_ = telephony;
}

void Core::happened(telephony::Fact fact) { put_work(std::move(fact)); }

void Core::command(commands::Command command, std::move_only_function<void(commands::Outcome)> done) {
  bool full = false;
  {
    const std::lock_guard lock(mutex_);
    full = !stopping_ && waiting_.weight >= options_.queue;
  }
  // Whoever commands can come again; only whoever tells what has happened must wait.
  if (full) return done(std::unexpected(commands::Refusal::too_many));
  put_work(Commanded{std::move(command), std::move(done)});
}

/// False after stop(): then a command has been refused.
bool Core::put_work(Work&& work) {
  {
    std::unique_lock lock(mutex_);
    if (waiting_.weight >= options_.queue || log_hangs_ || !fits_log(weight_of_work)) {
      wait_for_room(weight_of_work, lock);
    }
    if (!stopping_) {
      waiting_.asked.push_back({waiting_.facts.size(), std::move(work)});
      waiting_.weight += weight_of_work;
      if (working_) return true;
      working_ = true;
      lock.unlock();
      this->work(Worker::teller);
      return true;
    }
  }
  if (auto* commanded = std::get_if<Commanded>(&work)) commanded->done(std::unexpected(commands::Refusal::stopping));
  return false;
}

void Core::do_work(Work& work) {
  if (auto* question = std::get_if<Question>(&work)) {
    homeward_.push_back((*question)(&machine_, ErrorCode{}));
    return measure("a question");
  }
  const Moment now = moment();
  changed_ = true;
  if (const auto* fact = std::get_if<telephony::Fact>(&work)) {
    machine_.happened(*fact, now, follow_, orders_);
    return measure(telephony::name(*fact));
  }
  if (auto* commanded = std::get_if<Commanded>(&work)) {
    const auto outcome = machine_.command(commanded->command, now, follow_, orders_);
    const auto what = commands::name(commanded->command);
    homeward_.push_back([done = std::move(commanded->done), outcome]() mutable { done(outcome); });
    return measure(what);
  }
  alarm_set_.reset();  // it has gone off
  machine_.time_passed(now, follow_, orders_);
  measure("a deadline");
}

Moment Core::moment() {
  const Time now = clock_.now();
  const auto minute = std::chrono::floor<std::chrono::minutes>(now);
  if (minute != local_minute_) {
    local_minute_ = minute;
    const std::time_t seconds =
        std::chrono::system_clock::to_time_t(std::chrono::time_point_cast<std::chrono::seconds>(now));
    std::tm local{};
    ::localtime_r(&seconds, &local);
    local_ = {.day = static_cast<std::uint8_t>(local.tm_wday),
              .minute = static_cast<std::uint16_t>(local.tm_hour * 60 + local.tm_min)};
  }
  return {.at = now, .ids = Uuid::random(), .local = local_, .recordable = log_.accepts()};
}

/// Tells the timer when the machine wants to be woken, where that has changed.
void Core::set_alarm() {
  const auto next = machine_.next_deadline();
  if (next == alarm_set_) return;
  alarm_set_ = next;
  {
    const std::lock_guard lock(alarm_mutex_);
    alarm_ = next;
  }
  alarm_changed_.notify_one();
}

/// The timer's thread. The clock may be set, or be a test's: so it is looked at again at least once a second.
void Core::watch_time() {
  std::unique_lock lock(alarm_mutex_);
  Time seen{};
  while (!alarm_off_) {
    if (!alarm_) {
      alarm_changed_.wait(lock);
      continue;
    }
    const Time now = clock_.now();
    const bool was_set_back = now + std::chrono::seconds(1) < seen;  // then the machine must hear of it, to count on
    seen = now;
    const auto left = *alarm_ - now;
    if (left > Duration::zero() && !was_set_back) {
      alarm_changed_.wait_for(lock, std::min<Duration>(left, std::chrono::seconds(1)));
      continue;
    }
    alarm_.reset();
    lock.unlock();
    put_work(TimePassed{});
    lock.lock();
  }
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
    const std::lock_guard lock(alarm_mutex_);
    alarm_off_ = true;
  }
  alarm_changed_.notify_all();
  {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    room_came_.notify_all();
    rested_.wait(lock, [this] { return !working_; });
  }
  strand_.stop();
  if (timer_.joinable()) timer_.join();
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
