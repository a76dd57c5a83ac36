#pragma once
#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "access/credentials.hpp"
#include "access/delays.hpp"
#include "access/steady.hpp"
#include "base/clock.hpp"
#include "core/ports/journal.hpp"

/// Hands of clocks, a hash that costs nothing, a journal that listens.
namespace otklik::access::fakes {

class HandClock final : public Clock {
 public:
  [[nodiscard]] Time now() const override { return Time(Duration(micros_.load())); }
  void pass(std::chrono::microseconds d) { micros_ += d.count(); }

 private:
  std::atomic<std::int64_t> micros_{1'700'000'000'000'000};
};

class HandSteady final : public SteadyClock {
 public:
  [[nodiscard]] std::chrono::nanoseconds now() const noexcept override {
    return std::chrono::nanoseconds(nanos_.load());
  }
  void pass(std::chrono::nanoseconds d) { nanos_ += d.count(); }

 private:
  std::atomic<std::int64_t> nanos_{1'000'000'000'000};
};

/// Work waits until the test lets it go; what it was to wait is written down.
class HandDelays final : public Delays {
 public:
  [[nodiscard]] bool after(std::chrono::nanoseconds delay, Work&& work) override {
    const std::lock_guard lock(mutex_);
    if (stopped_ || work_.size() >= most) return false;
    work_.emplace(delay, std::move(work));
    return true;
  }
  void stop() override {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    run(std::chrono::nanoseconds::max());
  }
  /// Runs all that was to wait at most so long.
  void run(std::chrono::nanoseconds most_delay) {
    std::vector<Work> due;
    {
      const std::lock_guard lock(mutex_);
      const auto end = work_.upper_bound(most_delay);
      for (auto it = work_.begin(); it != end; ++it) due.push_back(std::move(it->second));
      work_.erase(work_.begin(), end);
    }
    for (auto& work : due) work();
  }
  std::vector<std::chrono::nanoseconds> waiting() {
    const std::lock_guard lock(mutex_);
    std::vector<std::chrono::nanoseconds> delays;
    for (const auto& [delay, work] : work_) delays.push_back(delay);
    return delays;
  }
  std::size_t most = 1000;

 private:
  std::mutex mutex_;
  std::multimap<std::chrono::nanoseconds, Work> work_;
  bool stopped_ = false;
};

/// `for:` and the secret. Counts, and can hold every check until it is let go.
class FakeHash final : public PasswordHash {
 public:
  Result<std::string> make(std::string_view secret) const override { return "for:" + std::string(secret) + dearer; }
  bool matches(const std::string& verifier, std::string_view secret) const override {
    ++checks;
    if (verifier == "nobody") ++dummies;
    std::unique_lock lock(mutex_);
    ++inside_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !held_; });
    --inside_;
    const std::string cheapest = "for:" + std::string(secret);
    return verifier == cheapest || verifier == cheapest + dearer;
  }
  bool is_current(const std::string& verifier) const override { return verifier.ends_with(dearer); }
  std::string nobody() const override { return "nobody"; }

  void hold() {
    const std::lock_guard lock(mutex_);
    held_ = true;
  }
  void release() {
    {
      const std::lock_guard lock(mutex_);
      held_ = false;
    }
    changed_.notify_all();
  }
  /// Until so many checks are being held.
  void wait_inside(int n) const {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return inside_ >= n; });
  }

  std::string dearer{};  ///< what marks a verifier made at today's cost; set before the first check
  mutable std::atomic<int> checks = 0;
  mutable std::atomic<int> dummies = 0;

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  mutable int inside_ = 0;
  bool held_ = false;
};

class ListeningJournal final : public core::Journal {
 public:
  void tell(core::EventBody fact) override {
    const std::lock_guard lock(mutex_);
    if (const auto* in = std::get_if<core::LoginSucceeded>(&fact))
      facts_.push_back("in " + in->login + " " + in->by + " " + in->address);
    if (const auto* out = std::get_if<core::LoginRefused>(&fact)) {
      facts_.push_back("out " + out->login + " " + out->reason + " " + out->address);
    }
  }
  void tell(core::EventBody fact, core::Durability,
            std::move_only_function<void(Result<std::uint64_t>)> done) override {
    tell(std::move(fact));
    done(1);
  }
  [[nodiscard]] bool accepts() const noexcept override { return true; }
  std::vector<std::string> facts() const {
    const std::lock_guard lock(mutex_);
    return facts_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> facts_;
};

}  // namespace otklik::access::fakes
