#pragma once
#include <atomic>
#include <chrono>
#include <concepts>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/snapshot.hpp"
#include "base/strand.hpp"
#include "core/calls/options.hpp"
#include "core/machine.hpp"
#include "core/overview.hpp"
#include "core/ports/call_control.hpp"
#include "core/ports/journal.hpp"
#include "core/ports/telephony.hpp"

namespace otklik::core {

struct CoreOptions {
  /// Facts that may wait for the strand, in units of weight(); past it, tell() waits and ask() is refused.
  std::size_t queue = 1 << 16;
  /// How long tell() waits at most for a log that does not follow. Then, and until it follows again, facts go in
  /// without waiting, and what does not fit into the log's queue is counted there as lost: a disk that hangs must not
  /// hang everybody who has something to tell.
  std::chrono::milliseconds patience{1000};
  /// A turn that takes longer is counted, and logged at most once a second.
  std::chrono::milliseconds slow_turn{20};
};

/// For /metrics.
struct CoreFigures {
  std::uint64_t turns = 0;    ///< facts and questions
  std::uint64_t batches = 0;  ///< each published at most once
  std::uint64_t slow_turns = 0;
  std::chrono::milliseconds slowest_turn{0};  ///< to about 4 ms
  std::size_t queued = 0;
};

/// Where an answer comes home: anything that takes a piece of work and runs it later on the caller's own executor, for
/// example `[executor](auto work) { asio::post(executor, std::move(work)); }`.
template <class Home>
concept PostsWork = std::move_constructible<Home> &&
                    requires(Home& home, std::move_only_function<void()> work) { home(std::move(work)); };

/// The machine, one turn at a time and in the order of tell(). Facts come from any thread.
///
/// A turn takes about a microsecond and a wake-up several, so whoever tells a fact while nobody is at work takes the
/// turn himself, and those that others tell meanwhile, up to a bound: his thread may be one that many connections live
/// on. Past the bound, and for questions, the core's own thread (the strand) goes on. Whoever is at work has the
/// machine to himself; the others only put down what they tell.
class Core final : public Journal, public TelephonyEar, public CallControl {
 public:
  /// `log` and `clock` must outlive it.
  Core(EventLog& log, const Clock& clock, CoreOptions options = {}, CallOptions calls = {});
  ~Core() override;
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  /// Waits only when the core's queue or the log's is full, see CoreOptions::patience. After stop(), `done` runs at
  /// once with `unavailable`.
  ///
  /// The turn may be taken here, and what others told may be recorded and called back here: hold no lock that a `done`
  /// could want. A `done` may tell in turn; that is taken up after it, not within it.
  void tell(EventBody fact) override;
  void tell(EventBody fact, Durability durability, std::move_only_function<void(Result<std::uint64_t>)> done) override;
  [[nodiscard]] bool accepts() const noexcept override;

  /// Orders go to it from now on; null: to nobody, then whom a call would ring counts as not reachable. When it
  /// returns, the one before is not called any more. Not from within Telephony::carry_out(). Must outlive the core, or
  /// be taken away before it goes.
  void use(Telephony* telephony);
  void happened(telephony::Fact fact) override;
  void command(commands::Command command, std::move_only_function<void(commands::Outcome)> done) override;

  /// The newest snapshot. Once a fact's `done` has run, it is in there. Any thread, never waits for a turn.
  [[nodiscard]] std::shared_ptr<const Overview> overview() const { return overview_.take(); }

  /// Asks the machine itself: `question(const Machine&)` runs on the strand after everything this thread has told
  /// before, must be quick, and returns a value; `done(Result<that value>)` runs at home. Errors: `too_many` (the queue
  /// is full), `unavailable` (stopping). What can be answered from overview() should be.
  template <class Ask, PostsWork Home, class Done>
  void ask(Ask question, Home home, Done done) {
    using Answer = std::invoke_result_t<Ask&, const Machine&>;
    put_question([question = std::move(question), home = std::move(home), done = std::move(done)](
                     const Machine* machine, ErrorCode refusal) mutable -> Homecoming {
      auto answer = machine != nullptr ? Result<Answer>(question(*machine)) : Result<Answer>(std::unexpect, refusal);
      return [home = std::move(home), done = std::move(done), answer = std::move(answer)]() mutable {
        home([done = std::move(done), answer = std::move(answer)]() mutable { done(std::move(answer)); });
      };
    });
  }

  /// Refuses new facts and questions, applies what is queued, hands it to the log, waits for whoever is at work and
  /// joins the strand. Idempotent; not from within a `done`. The log is stopped after it.
  void stop();

  [[nodiscard]] CoreFigures figures() const;

 private:
  using Homecoming = std::move_only_function<void()>;
  /// With the machine, or with null and why it is not asked.
  using Question = std::move_only_function<Homecoming(const Machine*, ErrorCode)>;

  struct Commanded {
    commands::Command command;
    std::move_only_function<void(commands::Outcome)> done;
  };
  struct TimePassed {};
  /// What is no event by itself: it has its place between the facts and is not written to the log.
  using Work = std::variant<Question, telephony::Fact, Commanded, TimePassed>;

  struct Asked {
    std::size_t after;  ///< comes after so many facts of its batch
    Work work;
  };
  struct Batch {
    std::vector<LogEntry> facts;
    std::vector<Asked> asked;
    std::size_t questions = 0;  ///< among these
    std::size_t weight = 0;
  };

  void put_fact(LogEntry&& entry);
  void put_question(Question&& question);
  bool put_work(Work&& work);
  [[nodiscard]] bool fits_log(std::size_t weighs) const;
  void wait_for_room(std::size_t weighs, std::unique_lock<std::mutex>& lock);
  enum class Worker : std::uint8_t {
    teller,  ///< a thread with other things to do: bounded, and no questions
    strand,
  };
  void call_strand(const std::unique_lock<std::mutex>& held);
  void work(Worker worker);
  void run(Batch& batch);
  void take_turn(LogEntry& fact);
  void do_work(Work& work);
  Moment moment();
  void carry_out_orders();
  void set_alarm();
  void watch_time();
  void finish(std::span<LogEntry> facts);
  void measure(std::string_view what);

  EventLog& log_;
  const Clock& clock_;
  const CoreOptions options_;

  mutable std::mutex mutex_;
  std::condition_variable room_came_;
  Batch waiting_;
  std::condition_variable rested_;
  bool working_ = false;     // somebody has the machine, or the strand has been called to it
  std::thread::id worker_;   // who; nobody while the strand has been called and has not come
  std::size_t in_work_ = 0;  // the weight of the batch that he has taken and not yet handed on
  bool log_hangs_ = false;
  std::atomic<bool> stopping_ = false;

  // his who works
  Batch batch_;
  Machine machine_;
  std::vector<Event> follow_;
  std::vector<telephony::Order> orders_;
  std::vector<Homecoming> homeward_;
  Time local_minute_{};  // of local_
  WeekMoment local_;
  std::optional<Time> alarm_set_;
  std::chrono::milliseconds turn_began_{0};
  std::chrono::milliseconds next_warning_{0};
  bool changed_ = false;

  SnapshotHolder<Overview> overview_;
  std::atomic<std::uint64_t> turns_ = 0;
  std::atomic<std::uint64_t> batches_ = 0;
  std::atomic<std::uint64_t> slow_turns_ = 0;
  std::atomic<std::int64_t> slowest_turn_ms_ = 0;

  std::mutex telephony_mutex_;  // held while orders are carried out
  Telephony* telephony_ = nullptr;

  std::mutex alarm_mutex_;
  std::condition_variable alarm_changed_;
  std::optional<Time> alarm_;  // when the machine wants to be told that time has passed
  bool alarm_off_ = false;

  Strand strand_;      // last but one: its thread uses all of the above
  std::thread timer_;  // and so does this, waiting for alarm_
};

}  // namespace otklik::core
