#include "core/core.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace otklik::core {
namespace {

/// Keeps what it gets; tells it is safe at once.
class LogInMemory final : public EventLog {
 public:
  void append(std::span<LogEntry> batch) override {
    const std::lock_guard lock(mutex_);
    for (auto& entry : batch) {
      events_.push_back(std::move(entry.event));
      if (entry.done) entry.done(events_.size());
    }
    ++batches_;
  }
  [[nodiscard]] bool accepts() const noexcept override { return accepts_; }
  [[nodiscard]] std::size_t room() const noexcept override { return room_; }

  std::vector<Event> events() {
    const std::lock_guard lock(mutex_);
    return events_;
  }

  std::atomic<bool> accepts_ = true;
  std::atomic<std::size_t> room_ = 1 << 20;
  std::atomic<int> batches_ = 0;

 private:
  std::mutex mutex_;
  std::vector<Event> events_;
};

class HandClock final : public Clock {
 public:
  [[nodiscard]] Time now() const override { return Time(std::chrono::microseconds(at_.load())); }
  std::atomic<std::int64_t> at_ = 1'000'000;
};

const auto here = [](std::move_only_function<void()> work) { work(); };

ScriptStarted started(const Uuid& run) {
  return {.run = run, .scenario = "Echo", .code = LaunchCode::http, .user = {}, .login = "api", .parent = {}};
}
ScriptEnded ended(const Uuid& run) {
  return {
      .run = run, .scenario = "Echo", .kind = ScriptEnd::Kind::finished, .error = {}, .took = {}, .instructions = 1};
}

class CoreTest : public testing::Test {
 protected:
  /// Everything told by this thread so far has been applied, recorded and published.
  void settle() {
    for (bool answered = false; !answered;) {  // a full queue refuses the question: ask again
      const auto answer = std::make_shared<std::promise<bool>>();
      core_.ask([](const Machine& machine) { return machine.turns(); }, here,
                [answer](Result<std::uint64_t> turns) { answer->set_value(turns.has_value()); });
      answered = answer->get_future().get();
    }
  }
  /// Keeps the strand busy until it is let go.
  std::shared_ptr<std::latch> hold() {
    auto gate = std::make_shared<std::latch>(1);
    auto reached = std::make_shared<std::latch>(1);
    core_.ask(
        [gate, reached](const Machine&) {
          reached->count_down();
          gate->wait();
          return 0;
        },
        here, [](auto) {});
    reached->wait();
    return gate;
  }

  LogInMemory log_;
  HandClock clock_;
  Core core_{log_, clock_, {.queue = 100, .patience = std::chrono::milliseconds(20)}};
};

TEST_F(CoreTest, records_what_it_is_told_in_order_with_the_time_of_its_clock) {
  const Uuid run = Uuid::random();
  core_.tell(started(run));
  core_.tell(ended(run));
  settle();
  const auto events = log_.events();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(name(events[0].body), "script_started");
  EXPECT_EQ(name(events[1].body), "script_ended");
  EXPECT_EQ(events[0].at, clock_.now());
}

TEST_F(CoreTest, has_a_fact_in_its_snapshot_before_anybody_hears_that_it_is_recorded) {
  const Uuid run = Uuid::random();
  const auto seen = std::make_shared<std::promise<bool>>();
  core_.tell(started(run), Durability::written, [this, seen, run](Result<std::uint64_t> sequence) {
    EXPECT_EQ(sequence, 1U);
    seen->set_value(core_.overview()->scripts.running.find(run) != nullptr);
  });
  EXPECT_TRUE(seen->get_future().get());
}

TEST_F(CoreTest, answers_a_question_after_everything_told_before_it) {
  const auto answer = std::make_shared<std::promise<std::uint64_t>>();
  core_.tell(started(Uuid::random()));
  core_.tell(started(Uuid::random()));
  core_.ask([](const Machine& machine) { return machine.scripts().total().started; }, here,
            [answer](Result<std::uint64_t> count) { answer->set_value(count.value()); });
  EXPECT_EQ(answer->get_future().get(), 2U);
}

TEST_F(CoreTest, brings_the_answer_home_to_the_callers_executor) {
  const auto at_home = std::make_shared<std::promise<bool>>();
  Strand home("home");
  core_.ask(
      [](const Machine&) { return std::make_unique<int>(7); }, [&](auto work) { (void)home.try_post(std::move(work)); },
      [&home, at_home](Result<std::unique_ptr<int>> answer) { at_home->set_value(home.runs_here() && **answer == 7); });
  EXPECT_TRUE(at_home->get_future().get());
  settle();  // the core is done with `home`
}

TEST_F(CoreTest, publishes_once_and_calls_the_log_once_for_a_batch) {
  const auto gate = hold();
  const int batches_before = log_.batches_;
  for (int i = 0; i < 50; ++i) core_.tell(started(Uuid::random()));
  gate->count_down();
  settle();
  EXPECT_EQ(log_.batches_ - batches_before, 1);
  EXPECT_EQ(core_.overview()->turns, 50U);
}

TEST_F(CoreTest, makes_a_teller_wait_when_its_queue_is_full_and_loses_nothing) {
  const auto gate = hold();
  std::thread teller([&] {
    for (int i = 0; i < 500; ++i) core_.tell(started(Uuid::random()));
  });
  while (core_.figures().queued < 100) std::this_thread::yield();
  gate->count_down();
  teller.join();
  settle();
  EXPECT_EQ(log_.events().size(), 500U);
}

TEST_F(CoreTest, refuses_a_question_when_its_queue_is_full) {
  const auto gate = hold();
  for (int i = 0; i < 100; ++i) core_.tell(started(Uuid::random()));
  Result<int> answer;
  core_.ask([](const Machine&) { return 1; }, here, [&](Result<int> given) { answer = given; });
  EXPECT_EQ(answer.error().code, ErrorCode::too_many);
  gate->count_down();
}

TEST_F(CoreTest, makes_tellers_wait_for_a_slow_log_but_not_for_one_that_hangs) {
  log_.room_ = 10;
  for (int i = 0; i < 200; ++i) core_.tell(started(Uuid::random()));  // ten fit, one is waited for, the rest go in
  settle();
  EXPECT_EQ(log_.events().size(), 200U);
  log_.room_ = 1 << 20;
  core_.tell(started(Uuid::random()));
  settle();
  EXPECT_EQ(log_.events().size(), 201U);
}

TEST_F(CoreTest, accepts_only_what_the_log_accepts) {
  EXPECT_TRUE(core_.accepts());
  log_.accepts_ = false;
  EXPECT_FALSE(core_.accepts());
}

TEST_F(CoreTest, applies_what_is_queued_when_it_stops_and_refuses_what_comes_later) {
  const auto gate = hold();
  for (int i = 0; i < 20; ++i) core_.tell(started(Uuid::random()));
  std::thread stopper([&] { core_.stop(); });
  while (core_.accepts()) std::this_thread::yield();
  ErrorCode told{};
  core_.tell(started(Uuid::random()), Durability::written,
             [&](Result<std::uint64_t> result) { told = result.error().code; });
  EXPECT_EQ(told, ErrorCode::unavailable);
  Result<int> answer;
  core_.ask([](const Machine&) { return 1; }, here, [&](Result<int> given) { answer = given; });
  EXPECT_EQ(answer.error().code, ErrorCode::unavailable);
  gate->count_down();
  stopper.join();
  EXPECT_EQ(log_.events().size(), 20U);
}

TEST_F(CoreTest, records_what_cannot_have_happened_and_counts_it) {
  core_.tell(ended(Uuid::random()));
  settle();
  EXPECT_EQ(log_.events().size(), 1U);
  EXPECT_EQ(core_.overview()->impossible, 1U);
}

TEST_F(CoreTest, can_be_told_from_its_own_strand_though_its_queue_is_full) {
  const auto gate = hold();
  core_.ask([](const Machine&) { return 0; },
            [this](auto) {
              for (int i = 0; i < 300; ++i) core_.tell(started(Uuid::random()));
            },
            [](auto) {});
  gate->count_down();
  settle();
  settle();
  EXPECT_EQ(log_.events().size(), 300U);
}

TEST_F(CoreTest, takes_the_turn_where_a_fact_is_told_while_nobody_is_at_work) {
  std::thread::id there;
  core_.tell(started(Uuid::random()), Durability::written,
             [&there](Result<std::uint64_t>) { there = std::this_thread::get_id(); });
  EXPECT_EQ(there, std::this_thread::get_id());  // it has run: tell() is back
}

TEST_F(CoreTest, leaves_the_turn_to_whoever_is_at_work) {
  const auto gate = hold();
  const auto there = std::make_shared<std::promise<std::thread::id>>();
  core_.tell(started(Uuid::random()), Durability::written,
             [there](Result<std::uint64_t>) { there->set_value(std::this_thread::get_id()); });
  gate->count_down();
  EXPECT_NE(there->get_future().get(), std::this_thread::get_id());
}

TEST_F(CoreTest, takes_up_what_a_callback_tells_after_it_and_not_within_it) {
  std::vector<int> order;
  core_.tell(started(Uuid::random()), Durability::written, [&](Result<std::uint64_t>) {
    core_.tell(started(Uuid::random()), Durability::written, [&](Result<std::uint64_t>) { order.push_back(2); });
    order.push_back(1);
  });
  settle();
  EXPECT_EQ(order, (std::vector{1, 2}));
}

TEST_F(CoreTest, lets_a_teller_go_after_his_share_though_there_is_always_more) {
  constexpr int most = 1000;
  std::atomic<int> told = 0;
  std::atomic<int> by_me = 0;
  const auto me = std::this_thread::get_id();
  std::promise<void> all;
  std::function<void()> tell = [&] {
    core_.tell(started(Uuid::random()), Durability::written, [&](Result<std::uint64_t>) {
      if (std::this_thread::get_id() == me) ++by_me;
      ++told == most ? all.set_value() : tell();  // never nothing to do
    });
  };
  tell();
  all.get_future().wait();
  EXPECT_GT(by_me, 0);
  EXPECT_LT(by_me, 100);
  settle();
}

TEST_F(CoreTest, waits_for_a_teller_who_is_at_work_when_it_stops) {
  std::latch at_work(1);
  std::latch let_go(1);
  std::atomic<bool> done = false;
  std::thread teller([&] {
    core_.tell(started(Uuid::random()), Durability::written, [&](Result<std::uint64_t>) {
      at_work.count_down();
      let_go.wait();
      done = true;
    });
  });
  at_work.wait();
  core_.tell(ended(Uuid::random()));  // for whoever is at work
  std::thread stopper([&] {
    core_.stop();
    EXPECT_TRUE(done);
  });
  while (core_.accepts()) std::this_thread::yield();
  let_go.count_down();
  stopper.join();
  teller.join();
  EXPECT_EQ(log_.events().size(), 2U);
}

TEST(Core, keeps_the_order_of_each_of_many_tellers_and_calls_back_in_the_order_of_the_log) {
  LogInMemory log;
  HandClock clock;
  Core core(log, clock);
  constexpr int tellers_count = 4, facts = 3000;
  std::atomic<std::uint64_t> last = 0;
  std::vector<std::thread> tellers;
  tellers.reserve(tellers_count);
  for (int t = 0; t < tellers_count; ++t) {
    tellers.emplace_back([&, t] {
      for (int i = 0; i < facts; ++i) {
        core.tell(DirectoryChanged{.what = std::to_string(t), .key = std::to_string(i), .by = {}}, Durability::written,
                  [&last](Result<std::uint64_t> sequence) { EXPECT_LT(last.exchange(*sequence), *sequence); });
      }
    });
  }
  for (auto& teller : tellers) teller.join();
  core.stop();
  const auto events = log.events();
  ASSERT_EQ(events.size(), static_cast<std::size_t>(tellers_count * facts));
  std::vector<int> next(tellers_count);
  for (const auto& event : events) {
    const auto& fact = std::get<DirectoryChanged>(event.body);
    EXPECT_EQ(fact.key, std::to_string(next[std::stoul(fact.what)]++));
  }
}

TEST(Core, counts_slow_turns) {
  LogInMemory log;
  HandClock clock;
  Core core(log, clock, {.slow_turn = std::chrono::milliseconds(-1)});
  core.tell(ServerStarted{.version = "1"});
  core.stop();
  EXPECT_EQ(core.figures().slow_turns, 1U);
}

TEST(Core, loses_no_fact_and_no_answer_of_many_tellers) {
  LogInMemory log;
  HandClock clock;
  Core core(log, clock, {.queue = 64});
  std::atomic<int> recorded = 0;
  std::atomic<int> answered = 0;
  std::vector<std::thread> tellers;
  for (int t = 0; t < 4; ++t) {
    tellers.emplace_back([&] {
      for (int i = 0; i < 2000; ++i) {
        const Uuid run = Uuid::random();
        core.tell(started(run), Durability::written, [&](Result<std::uint64_t>) { ++recorded; });
        core.ask([run](const Machine& machine) { return machine.scripts().running().find(run) != nullptr; }, here,
                 [&](Result<bool> found) {
                   if (found) EXPECT_TRUE(*found);
                   ++answered;
                 });
        core.tell(ended(run));
        (void)core.overview()->scripts.running.find(run);
      }
    });
  }
  for (auto& teller : tellers) teller.join();
  core.stop();
  EXPECT_EQ(recorded, 8000);
  EXPECT_EQ(answered, 8000);
  EXPECT_EQ(log.events().size(), 16000U);
  EXPECT_TRUE(core.overview()->scripts.running.empty());
  EXPECT_EQ(core.overview()->impossible, 0U);
}

}  // namespace
}  // namespace otklik::core
