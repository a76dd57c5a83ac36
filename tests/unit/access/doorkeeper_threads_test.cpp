#include <atomic>
#include <latch>
#include <thread>

#include "unit/access/doorkeeper_fixture.hpp"

namespace otklik::access {
namespace {

using namespace fakes;

// With real threads everywhere: for ThreadSanitizer, and for the promise that a change holds once it was told.
TEST(DoorkeeperThreads, recall_nobody_after_a_change_was_told) {
  HandClock clock;
  CoarseClock steady;
  FakeHash hash;
  DelayThread delays;
  ListeningJournal journal;
  Company company;
  DoorkeeperOptions options;
  options.cache.capacity = 256;
  Doorkeeper door(
      options, company.directory(),
      {.clock = clock, .steady = steady, .hash = hash, .delays = delays, .journal = journal, .token_used = {}});
  const std::string header = basic("admin", "Secret1");
  const std::string right = company.user("admin").verifier;
  std::atomic<bool> stop = false;
  std::atomic<int> let_in = 0;
  std::atomic<int> pending = 0;
  std::vector<std::jthread> callers;
  for (int t = 0; t < 4; ++t) {
    callers.emplace_back([&, t] {
      for (int i = 0; !stop; ++i) {
        if (door.recall(header)) ++let_in;
        if (pending < 100) {
          ++pending;
          const auto from = address("192.0." + std::to_string(t) + "." + std::to_string(i % 250));
          door.verify(i % 3 == 0 ? basic("admin", std::to_string(i)) : header, from,
                      [&](core::AuthResult) { --pending; });
        }
      }
    });
  }
  for (int round = 0; round < 200; ++round) {
    company.user("admin").blocked = true;
    door.directory_changed(company.directory());
    for (int i = 0; i < 20; ++i) EXPECT_FALSE(door.recall(header)) << "recalled after he was blocked";
    company.user("admin").blocked = false;
    door.directory_changed(company.directory());
    std::promise<void> answered;
    door.verify(header, address("203.0.113.1"), [&](core::AuthResult) { answered.set_value(); });
    answered.get_future().wait();
  }
  stop = true;
  callers.clear();
  door.stop();
  EXPECT_EQ(pending, 0) << "somebody was never answered";
  EXPECT_GT(let_in, 0);
}

}  // namespace
}  // namespace otklik::access
