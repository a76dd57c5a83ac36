// Facts through the core and the event log: how many a second, and how much CPU each.
//
//     build/release/bench/bench_event_log [FOLDER [FACTS [TELLERS [PAUSE_US]]]]
//
// A script request makes two facts: it started (whoever told it waits until that is recorded) and it ended. CPU is that
// of the whole process: tellers, core, log, and the kernel's work in their name.
#include <fmt/format.h>
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "base/uuid.hpp"
#include "core/core.hpp"
#include "store/event_log/event_log.hpp"

namespace {

using namespace otklik;
using core::Durability;

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

struct Load {
  const char* name;
  bool waits;  // `done` is asked for with every start
  Durability durability;
  std::size_t facts;
  int tellers;
};

void measure(const std::string& folder, const Load& load) {
  std::filesystem::remove_all(folder);
  const WallClock clock;
  auto log = store::FileEventLog::open({.folder = folder}, clock);
  if (!log) {
    fmt::print(stderr, "{}\n", log.error().message);
    std::exit(1);
  }
  core::Core core(**log, clock);
  const auto requests = static_cast<std::ptrdiff_t>(load.facts / 2 / static_cast<std::size_t>(load.tellers));
  std::latch recorded(load.waits ? requests * load.tellers : 0);

  const double cpu_before = cpu_seconds();
  const auto before = std::chrono::steady_clock::now();
  std::vector<std::jthread> tellers;
  for (int t = 0; t < load.tellers; ++t) {
    tellers.emplace_back([&] {
      const Uuid user = Uuid::random();
      for (std::ptrdiff_t i = 0; i < requests; ++i) {
        const Uuid run = Uuid::random();
        core::ScriptStarted started{
            .run = run, .scenario = "Echo", .code = core::LaunchCode::http, .user = user, .login = "api", .parent = {}};
        if (load.waits) {
          core.tell(std::move(started), load.durability, [&recorded](Result<std::uint64_t> result) {
            if (!result) std::abort();
            recorded.count_down();
          });
        } else {
          core.tell(std::move(started));
        }
        core.tell(core::ScriptEnded{.run = run,
                                    .scenario = "Echo",
                                    .kind = core::ScriptEnd::Kind::finished,
                                    .error = {},
                                    .took = std::chrono::microseconds(35),
                                    .instructions = 12});
      }
    });
  }
  tellers.clear();
  recorded.wait();
  core.stop();
  (*log)->stop();
  const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count();
  const double cpu = cpu_seconds() - cpu_before;
  const auto core_figures = core.figures();
  const auto figures = (*log)->figures();
  const auto facts = static_cast<double>(figures.written);
  fmt::print(
      "{:<28} {:>9.0f} facts/s  {:>6.3f} CPU µs/fact  {:>7.1f} facts/batch  {:>8.1f} facts/write  {:>5} syncs  "
      "{:>4.0f} B/fact  lost {}\n",
      load.name, facts / wall, cpu * 1e6 / facts,
      static_cast<double>(core_figures.turns) / static_cast<double>(core_figures.batches),
      facts / static_cast<double>(figures.writes), figures.syncs, static_cast<double>(figures.bytes) / facts,
      figures.lost);
  std::filesystem::remove_all(folder);
}

}  // namespace

int main(int count, char** arguments) {
  const std::string folder = count > 1 ? arguments[1] : "/tmp/otklik-bench-events";
  const std::size_t facts = count > 2 ? std::strtoull(arguments[2], nullptr, 10) : 2'000'000;
  const int tellers = count > 3 ? std::atoi(arguments[3]) : 1;
  measure(folder, {"told", false, Durability::written, facts, tellers});
  measure(folder, {"told and written", true, Durability::written, facts, tellers});
  measure(folder, {"told and synced", true, Durability::synced, facts, tellers});
}
