// Calls through Core: orders get out after the events, commands are answered, deadlines wake it.
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <mutex>
#include <vector>

#include "core/core.hpp"

namespace otklik::core {
namespace {

class LogInMemory final : public EventLog {
 public:
  void append(std::span<LogEntry> batch) override {
    const std::lock_guard lock(mutex_);
    for (auto& entry : batch) {
      events_.push_back(std::move(entry.event));
      if (entry.done) entry.done(events_.size());
    }
  }
  [[nodiscard]] bool accepts() const noexcept override { return true; }
  [[nodiscard]] std::size_t room() const noexcept override { return 1 << 20; }

  template <class Kind>
  std::size_t count() {
    const std::lock_guard lock(mutex_);
    std::size_t found = 0;
    for (const auto& event : events_) found += std::holds_alternative<Kind>(event.body) ? 1 : 0;
    return found;
  }

 private:
  std::mutex mutex_;
  std::vector<Event> events_;
};

class HandClock final : public Clock {
 public:
  [[nodiscard]] Time now() const override { return Time(std::chrono::microseconds(at_.load())); }
  std::atomic<std::int64_t> at_ = 1'000'000'000'000;
};

Uuid id(std::uint8_t number) {
  Uuid out;
  out.bytes[15] = number;
  return out;
}

/// A telephony that writes down what it is ordered, and answers what is placed where it is told to.
class Wires final : public Telephony {
 public:
  void carry_out(std::span<const telephony::Order> orders) override {
    for (const auto& order : orders) {
      if (const auto* place = std::get_if<telephony::PlaceLeg>(&order)) {
        placed_ = place->leg;
        events_when_placed_ = log_->count<ChainBegan>();
        if (answers_) ear_->happened(telephony::LegAnswered{place->leg});
      }
      if (std::holds_alternative<telephony::Join>(order)) ++joins_;
      if (std::holds_alternative<telephony::EndLeg>(order)) ++ends_;
    }
  }
  LogInMemory* log_ = nullptr;
  TelephonyEar* ear_ = nullptr;
  bool answers_ = false;
  Uuid placed_;
  std::size_t events_when_placed_ = 0;
  std::atomic<int> joins_ = 0;
  std::atomic<int> ends_ = 0;
};

class CoreTelephony : public testing::Test {
 protected:
  CoreTelephony() {
    wires_.log_ = &log_;
    wires_.ear_ = &core_;
    core_.use(&wires_);
    core_.tell(ServerStarted{.version = "test"});
    core_.tell(PlanChanged{.what = "load", .key = {}, .by = {}, .plan = plan()});
    for (const std::uint8_t line : {1, 2}) {
      core_.tell(LineConnected{.line = id(line), .number = {}, .address = {}, .user_agent = {}});
    }
    settle();
  }
  ~CoreTelephony() override { core_.stop(); }

  static std::shared_ptr<const Plan> plan() {
    Plan::Content content;
    for (const std::uint8_t number : {1, 2}) {
      Line line;
      line.id = id(number);
      line.number = "1600" + std::to_string(number);
      line.sip_user = line.number;
      content.lines.push_back(line);
      InternalNumber inside;
      inside.id = id(static_cast<std::uint8_t>(10 + number));
      inside.digits = "10" + std::to_string(number);
      inside.rule.id = id(static_cast<std::uint8_t>(20 + number));
      inside.rule.targets = {{.kind = TargetKind::line, .id = line.id}};
      content.numbers.push_back(inside);
    }
    return std::make_shared<const Plan>(std::move(content));
  }
  void settle() {
    const auto answer = std::make_shared<std::promise<void>>();
    core_.ask([](const Machine&) { return 0; }, [](std::move_only_function<void()> work) { work(); },
              [answer](Result<int>) { answer->set_value(); });
    answer->get_future().get();
  }
  void dials() {
    core_.happened(telephony::LegOffered{.leg = id(100), .from = telephony::FromLine{id(1)}, .dialled = "102"});
    settle();
  }
  commands::Outcome ask(commands::Command command) {
    const auto answer = std::make_shared<std::promise<commands::Outcome>>();
    core_.command(std::move(command), [answer](commands::Outcome outcome) { answer->set_value(outcome); });
    return answer->get_future().get();
  }

  LogInMemory log_;
  HandClock clock_;
  Wires wires_;
  Core core_{log_, clock_};
};

TEST_F(CoreTelephony, gets_orders_after_the_events_of_the_turn_went_to_the_log) {
  dials();
  EXPECT_FALSE(wires_.placed_.is_nil());
  EXPECT_EQ(wires_.events_when_placed_, 1U);
  EXPECT_EQ(core_.overview()->calls.chains.size(), 1U);
}

TEST_F(CoreTelephony, may_tell_facts_while_it_carries_out_orders) {
  wires_.answers_ = true;
  dials();
  EXPECT_EQ(wires_.joins_, 1);
  EXPECT_EQ(log_.count<CommutationBegan>(), 1U);
  EXPECT_EQ(core_.overview()->calls.lines.find(id(1))->state, LineState::commutated);
}

TEST_F(CoreTelephony, commands_are_answered_when_their_outcome_shows) {
  wires_.answers_ = true;
  EXPECT_EQ(ask(commands::AbortCall{id(1)}).error(), commands::Refusal::no_call);
  dials();
  const auto outcome = ask(commands::AbortCall{id(1)});
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(core_.overview()->calls.chains.empty());
  EXPECT_EQ(log_.count<ChainEnded>(), 1U);
  EXPECT_EQ(wires_.ends_, 2);
}

TEST_F(CoreTelephony, a_deadline_wakes_the_core) {
  dials();
  clock_.at_ += 3'600'000'000;
  while (log_.count<ChainEnded>() == 0) settle();  // the timer looks at the clock once a second
  EXPECT_TRUE(core_.overview()->calls.chains.empty());
}

TEST_F(CoreTelephony, without_a_telephony_nobody_is_reachable) {
  core_.use(nullptr);
  dials();
  settle();
  EXPECT_EQ(log_.count<ChainEnded>(), 1U);
  EXPECT_TRUE(core_.overview()->calls.chains.empty());
}

TEST_F(CoreTelephony, a_stopping_server_ends_calls_and_a_stopped_core_refuses_commands) {
  wires_.answers_ = true;
  dials();
  core_.tell(ServerStopping{});
  settle();
  EXPECT_EQ(log_.count<ChainEnded>(), 1U);
  EXPECT_EQ(ask(commands::Autocall{.line = id(1), .number = "102"}).error(), commands::Refusal::stopping);
  core_.stop();
  EXPECT_EQ(ask(commands::AbortCall{id(1)}).error(), commands::Refusal::stopping);
}

TEST_F(CoreTelephony, the_plan_says_whom_a_number_calls) {
  core_.happened(telephony::LegOffered{.leg = id(101), .from = telephony::FromLine{id(1)}, .dialled = "999"});
  settle();
  EXPECT_EQ(wires_.ends_, 1);
  EXPECT_EQ(core_.overview()->calls.lines.find(id(1))->number, "16001");
}

}  // namespace
}  // namespace otklik::core
