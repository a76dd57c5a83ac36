#include "store/event_log/event_log.hpp"

#include <fmt/format.h>
#include <pthread.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "base/log.hpp"
#include "store/event_log/event_json.hpp"
#include "store/event_log/record.hpp"

namespace otklik::store {
namespace {

using core::Durability;
using core::LogEntry;
using core::Recorded;

/// So much is encoded before it is written: large enough that the system call costs nothing an event.
constexpr std::size_t write_together = 256 * 1024;
constexpr std::chrono::hours prune_every{1};

EventLogOptions tidy(EventLogOptions options) {
  options.segment_bytes = std::clamp(options.segment_bytes, std::uint64_t{64} << 10, std::uint64_t{1} << 30);
  return options;
}

}  // namespace

Result<std::unique_ptr<FileEventLog>> FileEventLog::open(EventLogOptions options, const Clock& clock, Disk& disk) {
  auto recovered = recover(options.folder);
  if (!recovered) return std::unexpected(recovered.error());
  std::unique_ptr<FileEventLog> log(new FileEventLog(tidy(std::move(options)), clock, std::move(*recovered), disk));
  return log;
}

FileEventLog::FileEventLog(EventLogOptions options, const Clock& clock, Recovered&& recovered, Disk& disk)
    : options_(std::move(options)),
      clock_(clock),
      recovery_(recovered.report),
      segments_(options_, std::move(recovered), disk),
      id_(segments_.log()),
      last_(recovery_.next_sequence - 1),
      next_(recovery_.next_sequence),
      synced_(0),  // what a crashed server had only written may still be on its way to the disk
      syncer_(disk, [this] { nudge(); }) {
  next_prune_ = Steady::now();
  next_sync_ = synced_ < next_ - 1 ? next_prune_ : next_prune_ + options_->sync_every;
  bytes_ = segments_.bytes();
  segment_count_ = segments_.count();
  thread_ = std::thread([this] { run(); });
  ::pthread_setname_np(thread_.native_handle(), "event-log");
}

FileEventLog::~FileEventLog() { stop(); }

// --- from outside -------------------------------------------------------------------------------------------------

void FileEventLog::append(std::span<LogEntry> batch) {
  if (append_here(batch)) return;
  bool wake = false;
  bool stopped = false;
  std::vector<Recorded> turned_away;
  {
    const std::lock_guard lock(mutex_);
    stopped = stopping_;
    std::size_t queued = queued_.load(std::memory_order_relaxed);
    std::size_t added = 0;
    for (auto& entry : batch) {
      const std::size_t weighs = core::weight(entry.event.body);
      if (!stopped && queued + added + weighs <= options_->queue) {
        added += weighs;
        queue_.push_back(std::move(entry));
      } else if (entry.done) {
        turned_away.push_back(std::move(entry.done));
      } else {
        ++lost_in_queue_;
      }
    }
    queued_.fetch_add(added, std::memory_order_relaxed);
    if (added > 0) wake = std::exchange(sleeping_, false);
  }
  if (wake) work_came_.notify_one();
  for (auto& done : turned_away) done(fail(stopped ? ErrorCode::unavailable : ErrorCode::too_many));
}

/// False: the log's thread has to do it, because it is at work, or something stands before, or there is no memory
/// ready.
bool FileEventLog::append_here(std::span<LogEntry> batch) {
  if (batch.empty()) return true;
  if (std::this_thread::get_id() == log_thread_.load(std::memory_order_relaxed)) return false;  // from a callback
  std::vector<Told> told;
  bool look = false;
  {
    const std::unique_lock writing(writing_, std::try_to_lock);
    if (!writing || !may_write_here_) return false;
    {
      const std::lock_guard lock(mutex_);
      if (stopping_ || !queue_.empty() || lost_in_queue_ > 0) return false;
    }
    const bool was_behind = is_behind();
    if (!write_here(batch)) return false;
    told.swap(told_);
    look = !was_behind || !unsynced_.empty() || segments_.tail_runs_low();
  }
  if (look || waiters_->any()) nudge();
  // Nobody else can write, and so call back, what was appended later: appends come one at a time.
  for (auto& each : told) each.done(std::move(each.result));
  return true;
}

void FileEventLog::nudge() {
  const std::lock_guard lock(mutex_);
  if (!std::exchange(nudged_, true)) work_came_.notify_one();
}

std::size_t FileEventLog::room() const noexcept {
  if (std::this_thread::get_id() == log_thread_.load(std::memory_order_relaxed))
    return std::numeric_limits<std::size_t>::max();
  const std::size_t queued = queued_.load(std::memory_order_relaxed);
  return queued < options_->queue ? options_->queue - queued : 0;
}

bool FileEventLog::accepts() const noexcept {
  return healthy_.load(std::memory_order_relaxed) && queued_.load(std::memory_order_relaxed) <= options_->queue / 2;
}

WaitTicket FileEventLog::when_past(std::uint64_t sequence, std::move_only_function<void()> more) {
  WaitTicket ticket(waiters_, waiters_->add(sequence, std::move(more)));
  if (last_sequence() > sequence) nudge();
  return ticket;
}

void FileEventLog::use(EventLogOptions options) {
  options_.publish(tidy(std::move(options)));
  const std::lock_guard lock(mutex_);
  changed_ = nudged_ = true;
  work_came_.notify_one();
}

std::optional<Error> FileEventLog::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

EventLogFigures FileEventLog::figures() const {
  return {.last_sequence = last_sequence(),
          .written = written_.load(std::memory_order_relaxed),
          .writes = writes_.load(std::memory_order_relaxed),
          .syncs = syncs_.load(std::memory_order_relaxed),
          .lost = lost_.load(std::memory_order_relaxed),
          .bytes = bytes_.load(std::memory_order_relaxed),
          .segments = segment_count_.load(std::memory_order_relaxed),
          .queued = queued_.load(std::memory_order_relaxed),
          .backlog = backlogged_.load(std::memory_order_relaxed)};
}

void FileEventLog::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  healthy_ = false;
  work_came_.notify_all();
  if (thread_.joinable()) thread_.join();
}

// --- who writes ---------------------------------------------------------------------------------------------------

/// Encodes from the front of `entries` into buffer_ and ends_; how many.
std::size_t FileEventLog::encode(std::span<LogEntry> entries) {
  buffer_.clear();
  ends_.clear();
  std::uint64_t sequence = next_;
  for (const auto& entry : entries) {
    const std::size_t begin = begin_record(buffer_, name(entry.event.body));
    append_json(buffer_, entry.event.body);
    if (buffer_.size() - begin > RecordView::max_size) {
      buffer_.resize(begin);
    } else {
      end_record(buffer_, begin, sequence++, entry.event.at);
    }
    ends_.push_back(buffer_.size());
    if (buffer_.size() >= write_together) break;
  }
  return ends_.size();
}

/// Copies all of it into the mapped tail, or nothing.
bool FileEventLog::write_here(std::span<LogEntry> batch) {
  if (encode(batch) < batch.size() || buffer_.size() > segments_.tail_room()) return false;
  if (std::adjacent_find(ends_.begin(), ends_.end()) != ends_.end() || ends_.front() == 0)
    return false;  // one too large
  segments_.copy(buffer_, ends_);
  writes_.fetch_add(1, std::memory_order_relaxed);
  account(batch);
  return true;
}

/// The entries of ends_ are written: numbers them and says so.
void FileEventLog::account(std::span<LogEntry> entries) {
  std::size_t begin = 0;
  std::uint64_t kept = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) kept += ends_[i] > std::exchange(begin, ends_[i]) ? 1 : 0;
  last_.store(next_ - 1 + kept, std::memory_order_release);  // before anybody is told, so that he finds it
  written_.fetch_add(kept, std::memory_order_relaxed);
  bytes_.fetch_add(begin, std::memory_order_relaxed);

  begin = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    auto& entry = entries[i];
    const bool too_large = ends_[i] == std::exchange(begin, ends_[i]);
    if (!too_large) {
      const std::uint64_t sequence = next_++;
      if (entry.done) deliver(entry.durability, std::move(entry.done), sequence);
    } else if (entry.done) {
      deliver(entry.durability, std::move(entry.done), fail(ErrorCode::too_large));
    } else {
      log::error("event log: a {} is larger than an event may be and is lost", name(entry.event.body));
      lose(1);
    }
  }
}

/// Callbacks of one durability come in order, so a refusal of what was to be synced stands in the same line.
void FileEventLog::deliver(Durability durability, Recorded done, Result<std::uint64_t> result) {
  if (durability == Durability::written || (!result && unsynced_.empty())) {
    told_.push_back({std::move(result), std::move(done)});
  } else {
    unsynced_.push_back({std::move(result), std::move(done)});
  }
}

void FileEventLog::call_back() {
  for (auto& each : told_) each.done(std::move(each.result));
  told_.clear();
}

// --- the log's thread ---------------------------------------------------------------------------------------------

void FileEventLog::run() {
  log_thread_.store(std::this_thread::get_id(), std::memory_order_relaxed);  // only this thread can find itself there
  std::vector<LogEntry> batch;
  auto due = Steady::now();
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      while (queue_.empty() && !stopping_ && !nudged_) {
        sleeping_ = true;
        if (work_came_.wait_until(lock, due) == std::cv_status::timeout) break;
      }
      sleeping_ = false;
      nudged_ = false;
    }
    const std::lock_guard writing(writing_);
    bool stopping = false;
    {
      const std::lock_guard lock(mutex_);
      if (std::exchange(changed_, false)) next_sync_ = next_probe_ = next_prune_ = Steady::now();
      batch.swap(queue_);
      stopping = stopping_ && batch.empty();
      if (lost_in_queue_ > 0) lose(std::exchange(lost_in_queue_, 0));
    }
    work(batch);
    if (stopping) {
      finish();
      return;
    }
    due = next_due();
  }
}

void FileEventLog::work(std::vector<LogEntry>& batch) {
  if (const auto finished = syncer_.take()) settle(*finished);
  std::size_t weighed = 0;
  for (const auto& entry : batch) weighed += core::weight(entry.event.body);
  take(batch);
  batch.clear();
  queued_.fetch_sub(weighed, std::memory_order_relaxed);
  waiters_->wake(last_sequence());
  do_what_is_due();
  may_write_here_ = !trouble_ && !dead_ && backlog_.empty() && to_report_lost_ == 0 && !syncer_.is_busy();
  if (may_write_here_) segments_.prepare_tail();
}

void FileEventLog::take(std::span<LogEntry> entries) {
  while (!entries.empty()) {
    if (trouble_ || !make_room_for_next()) return refuse(entries);
    const std::size_t count = encode(entries);
    write_encoded(entries.first(count));
    entries = entries.subspan(count);
  }
  if (to_report_lost_ > 0 && !trouble_) write_lost();
}

/// There is a segment to write to, or there is trouble.
bool FileEventLog::make_room_for_next() {
  if (!segments_.wants_next()) return true;
  if (!sync_now()) return false;
  if (auto begun = segments_.begin_next(next_, clock_.now()); !begun) {
    enter_trouble(begun.error(), false);
    return false;
  }
  segments_.prune(clock_.now());
  bytes_ = segments_.bytes();
  segment_count_ = segments_.count();
  return true;
}

void FileEventLog::write_encoded(std::span<LogEntry> entries) {
  const auto result = segments_.write(buffer_);
  writes_.fetch_add(1, std::memory_order_relaxed);
  const auto whole = static_cast<std::size_t>(std::upper_bound(ends_.begin(), ends_.end(), result.bytes) -
                                              ends_.begin());  // so many entries are whole
  segments_.keep(whole == 0 ? 0 : ends_[whole - 1], result);

  account(entries.first(whole));
  call_back();
  if (result.error) {
    enter_trouble(*result.error, false);
    refuse(entries.subspan(whole));
  }
}

void FileEventLog::refuse(std::span<LogEntry> entries) {
  for (auto& entry : entries) {
    if (entry.done) {
      deliver(entry.durability, std::move(entry.done), std::unexpected(*trouble_));
      continue;
    }
    const std::size_t weighs = core::weight(entry.event.body);
    if (dead_ || backlog_weight_ + weighs > options_->backlog) {
      lose(1);
      continue;
    }
    backlog_weight_ += weighs;
    backlog_.push_back(std::move(entry));
    backlogged_.store(backlog_.size(), std::memory_order_relaxed);
  }
  call_back();
}

void FileEventLog::lose(std::uint64_t count) {
  if (to_report_lost_ == 0) lost_since_ = clock_.now();
  to_report_lost_ += count;
  lost_.fetch_add(count, std::memory_order_relaxed);
}

/// Puts into the log itself that events are missing from it.
void FileEventLog::write_lost() {
  const std::uint64_t count = std::exchange(to_report_lost_, 0);
  LogEntry entry{.event = {.at = clock_.now(), .body = core::EventsLost{.count = count, .since = lost_since_}},
                 .done = {}};
  if (make_room_for_next()) {
    encode({&entry, 1});
    const auto result = segments_.write(buffer_);
    writes_.fetch_add(1, std::memory_order_relaxed);
    segments_.keep(result.error ? 0 : result.bytes, result);
    if (!result.error) {
      log::error("event log: {} events were lost; the event {} says so", count, next_);
      written_.fetch_add(1, std::memory_order_relaxed);
      bytes_.fetch_add(result.bytes, std::memory_order_relaxed);
      last_.store(next_++, std::memory_order_release);
      return;
    }
    enter_trouble(*result.error, false);
  }
  to_report_lost_ = count;
}

void FileEventLog::enter_trouble(Error error, bool for_good) {
  if (for_good) {
    log::error(
        "event log: {}. What was to be on the disk may not be; nothing more is recorded until the server is "
        "started again",
        error.message);
  } else {
    log::error("event log: {}. New work is refused until it can be recorded", error.message);
  }
  dead_ = for_good;
  healthy_ = false;
  next_probe_ = Steady::now() + options_->probe_every;
  const std::lock_guard lock(mutex_);
  trouble_ = Error(error.code, error.code == ErrorCode::storage_full ? "The storage is full; nothing can be recorded"
                                                                     : "Events cannot be recorded");
}

void FileEventLog::probe() {
  next_probe_ = Steady::now() + options_->probe_every;
  if (!segments_.probe()) return;
  {
    const std::lock_guard lock(mutex_);
    trouble_.reset();
  }
  std::vector<LogEntry> waiting(std::make_move_iterator(backlog_.begin()), std::make_move_iterator(backlog_.end()));
  backlog_.clear();
  backlog_weight_ = 0;
  if (!waiting.empty() || to_report_lost_ > 0) {
    take(waiting);  // may end in trouble again, and then what is left waits again
  } else if (!make_room_for_next()) {
    return;
  }
  backlogged_.store(backlog_.size(), std::memory_order_relaxed);
  if (trouble_) return;
  log::info("event log: there is room again");
  const std::lock_guard lock(mutex_);
  healthy_ = !stopping_;
}

void FileEventLog::start_sync() {
  next_sync_ = Steady::now() + options_->sync_every;
  segments_.sync_begins();
  syncer_.start(segments_.fd(), next_ - 1);
}

void FileEventLog::settle(const Syncer::Finished& finished) {
  syncs_.fetch_add(1, std::memory_order_relaxed);
  if (!finished.result) {
    if (!dead_) enter_trouble(Error(ErrorCode::failed, finished.result.error().message), true);
    // Never pretend: the pages may be gone, and a second fdatasync would not say so.
    for (auto& waiting : unsynced_) {
      waiting.done(waiting.result ? Result<std::uint64_t>(std::unexpected(*trouble_)) : std::move(waiting.result));
    }
    unsynced_.clear();
    lose(backlog_.size());
    backlog_.clear();
    backlog_weight_ = 0;
    backlogged_ = 0;
    return;
  }
  synced_ = finished.upto;
  while (!unsynced_.empty() && (!unsynced_.front().result || *unsynced_.front().result <= synced_)) {
    auto waiting = std::move(unsynced_.front());
    unsynced_.pop_front();
    waiting.done(std::move(waiting.result));
  }
}

/// Everything written is on the disk when it returns true.
bool FileEventLog::sync_now() {
  if (const auto finished = syncer_.wait()) settle(*finished);
  if (dead_) return false;
  if (synced_ == next_ - 1 || segments_.fd() < 0) return true;
  settle({.upto = next_ - 1, .result = segments_.sync()});
  return !dead_;
}

void FileEventLog::do_what_is_due() {
  const auto now = Steady::now();
  if (trouble_ && !dead_ && now >= next_probe_) probe();
  if (now >= next_prune_) {
    next_prune_ = now + prune_every;
    segments_.prune(clock_.now());
    bytes_ = segments_.bytes();
    segment_count_ = segments_.count();
  }
  if (dead_ || segments_.fd() < 0 || syncer_.is_busy()) return;
  if (!unsynced_.empty() || (is_behind() && now >= next_sync_)) start_sync();
}

FileEventLog::Steady::time_point FileEventLog::next_due() const {
  auto due = next_prune_;
  if (trouble_ && !dead_) due = std::min(due, next_probe_);
  // While a sync runs its end wakes us.
  if (!dead_ && segments_.fd() >= 0 && is_behind() && !syncer_.is_busy()) due = std::min(due, next_sync_);
  return due;
}

void FileEventLog::finish() {
  if (trouble_ && !dead_ && (!backlog_.empty() || to_report_lost_ > 0)) probe();
  may_write_here_ = false;
  segments_.close();
  sync_now();
  for (auto& waiting : unsynced_) {
    waiting.done(waiting.result ? Result<std::uint64_t>(fail(ErrorCode::failed)) : std::move(waiting.result));
  }
  unsynced_.clear();
  const std::uint64_t missing = to_report_lost_ + backlog_.size();
  if (missing > 0) log::error("event log: {} events could not be recorded and are lost", missing);
}

}  // namespace otklik::store
