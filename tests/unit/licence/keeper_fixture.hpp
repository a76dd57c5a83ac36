#pragma once
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <vector>

#include "licence/keeper.hpp"
#include "unit/licence/issued.hpp"
#include "unit/temp_folder.hpp"

namespace otklik::licence {

/// A clock whose hands a test holds.
class HeldClock final : public Clock {
 public:
  [[nodiscard]] Time now() const override { return Time(std::chrono::seconds(seconds_.load())); }
  void set(core::Date date) { seconds_ = std::chrono::sys_seconds(date).time_since_epoch().count(); }

 private:
  std::atomic<std::int64_t> seconds_{0};
};

/// Keeps what it is told.
class KeptJournal final : public core::Journal {
 public:
  void tell(core::EventBody fact) override {
    {
      const std::lock_guard lock(mutex_);
      facts_.push_back(std::move(fact));
    }
    told_.notify_all();
  }
  void tell(core::EventBody fact, core::Durability,
            std::move_only_function<void(Result<std::uint64_t>)> done) override {
    tell(std::move(fact));
    done(1);
  }
  [[nodiscard]] bool accepts() const noexcept override { return true; }

  std::vector<core::EventBody> facts() const {
    const std::lock_guard lock(mutex_);
    return facts_;
  }
  std::vector<std::string> names() const {
    std::vector<std::string> out;
    for (const auto& fact : facts()) out.emplace_back(core::name(fact));
    return out;
  }
  /// Until so many facts have come.
  void wait_for(std::size_t count) const {
    std::unique_lock lock(mutex_);
    told_.wait(lock, [&] { return facts_.size() >= count; });
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable told_;
  std::vector<core::EventBody> facts_;
};

class KeeperTest : public testing::Test {
 protected:
  KeeperTest() {
    clock_.set(day(2026, 11, 24));
    folder_.put("machine-id", "0123456789abcdef0123456789abcdef\n");
    folder_.put("licence-keys.pem", issuer_.pem());
    options_.data_folder = folder_.path();
    options_.machine_id = folder_.path("machine-id");
    options_.look_every = std::chrono::hours(1);  // look() looks
  }

  Keeper& keeper() {
    if (!keeper_) {
      auto opened =
          Keeper::open(options_, clock_, journal_, [this] { return std::chrono::milliseconds(steady_.load()); });
      if (!opened) throw std::runtime_error(opened.error().message);
      keeper_ = std::move(*opened);
    }
    return *keeper_;
  }
  core::Standing standing() { return *keeper().standing(); }
  void put(const std::string& certificate) { folder_.put("licence.xml", certificate); }
  void put(core::Terms terms) { put(issuer_.text(std::move(terms))); }
  static core::Terms with_users(core::Limit users) {
    auto terms = example_terms();
    terms.limits[core::Licensed::users] = users;
    return terms;
  }
  core::SeatUsage users() { return keeper().usage()[core::Licensed::users]; }

  TempFolder folder_;
  Issuer issuer_;
  HeldClock clock_;
  KeptJournal journal_;
  std::atomic<std::int64_t> steady_{1'000'000};
  Options options_;
  std::unique_ptr<Keeper> keeper_;
};

}  // namespace otklik::licence
