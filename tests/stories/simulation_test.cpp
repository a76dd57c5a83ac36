// Random lives of the machine beside a plain model of it. What it prints on failure replays it:
//     OTKLIK_SEED=… build/dev/tests/stories/stories --gtest_filter='Simulation.*'
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "core/machine.hpp"

namespace otklik::core {
namespace {

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): no other thread
  return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

/// What the machine should know, kept in the plainest way.
struct Model {
  struct Figures {
    std::uint64_t started = 0, finished = 0, failed = 0, stopped = 0;
    std::string last_error;
    bool operator==(const Figures&) const = default;
  };
  std::map<Uuid, std::string> running;
  std::map<std::string, Figures> scenarios;
  std::uint64_t succeeded = 0, refused = 0, impossible = 0, custom = 0, changes = 0;
  std::uint64_t files_stored = 0, files_deleted = 0;
  bool stopping = false;

  void reset() { *this = {}; }
};

Model model_of(const Overview& overview) {
  Model out;
  overview.scripts.running.for_each(
      [&](const Uuid& run, const ScriptRun& it) { out.running.emplace(run, it.scenario); });
  overview.scripts.scenarios.for_each([&](const std::string& name, const ScenarioFigures& f) {
    out.scenarios.emplace(name, Model::Figures{f.started, f.finished, f.failed, f.stopped, f.last_error});
  });
  out.succeeded = overview.logins.succeeded;
  out.refused = overview.logins.refused;
  out.impossible = overview.impossible;
  out.custom = overview.custom_events;
  out.files_stored = overview.files_stored;
  out.files_deleted = overview.files_deleted;
  out.changes = overview.directory_changes;
  out.stopping = overview.server.stopping;
  return out;
}

bool same(const Model& a, const Model& b) {
  return a.running == b.running && a.scenarios == b.scenarios && a.succeeded == b.succeeded && a.refused == b.refused &&
         a.impossible == b.impossible && a.custom == b.custom && a.changes == b.changes && a.stopping == b.stopping &&
         a.files_stored == b.files_stored && a.files_deleted == b.files_deleted;
}

/// One life from one seed.
class Life {
 public:
  explicit Life(std::uint64_t seed) : random_(seed) {
    crowd_ = 1 + below(60);
    if (below(20) == 0) crowd_ = 3000;
    names_ = 1 + below(40);
    mistakes_ = below(3) == 0 ? 20 : 0;  // of a hundred facts
  }

  /// Empty, or what went wrong.
  std::string live(std::uint64_t facts) {
    for (std::uint64_t i = 0; i < facts; ++i) {
      turn();
      // The small ones are looked at after every turn, the crowded ones now and then: it walks everything.
      if (crowd_ < 100 || i % 512 == 0) {
        if (const auto wrong = machine_.violations(); !wrong.empty())
          return fmt::format("fact {}: {}", i, wrong.front());
      }
      if (below(997) == 0) {
        snapshots_.emplace_back(machine_.snapshot(), model_);
        if (snapshots_.size() > 8) snapshots_.erase(snapshots_.begin());
        for (const auto& [snapshot, then] : snapshots_) {
          if (!same(model_of(snapshot), then)) return fmt::format("fact {}: a snapshot is not what was then", i);
        }
      }
    }
    if (!same(model_of(machine_.snapshot()), model_)) return "at the end: the machine is not what its model says";
    if (!follow_.empty()) return "something followed";
    return {};
  }

  Overview state() { return machine_.snapshot(); }

 private:
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

  void tell(EventBody body) {
    now_ += std::chrono::microseconds(below(1000));
    machine_.turn({now_, std::move(body)}, follow_);
  }
  Uuid new_id() {
    Uuid id;
    for (auto& byte : id.bytes) byte = static_cast<std::uint8_t>(random_());
    return id;
  }
  std::string a_name() { return fmt::format("Scenario number {}", below(names_)); }

  void turn() {
    const auto dice = below(1000);
    if (dice < 1) return restart();
    if (dice < 10) return login();
    if (dice < 15) return other();
    if (mistakes_ > 0 && below(100) < mistakes_) return mistake();
    const bool grow = ids_.empty() || (ids_.size() < crowd_ && below(2) == 0);
    if (grow) {
      start(new_id());
    } else {
      end();
    }
  }
  void restart() {
    if (below(4) != 0) {
      tell(ServerStopping{});
      model_.stopping = true;
      return;
    }
    tell(ServerStarted{.version = "v"});
    model_.reset();
    ids_.clear();
  }
  void login() {
    if (below(2) == 0) {
      tell(LoginSucceeded{.user = {}, .login = "api", .by = "password", .address = {}});
      ++model_.succeeded;
    } else {
      tell(LoginRefused{.login = "api", .reason = "wrong", .address = {}});
      ++model_.refused;
    }
  }
  void other() {
    switch (below(5)) {
      case 3:
        tell(FileStored{.file = {},
                        .area = "fax",
                        .path = "p",
                        .name = "n",
                        .size = 1,
                        .sha256 = {},
                        .user = {},
                        .login = {},
                        .chain = {}});
        ++model_.files_stored;
        break;
      case 4:
        tell(FileDeleted{.file = {}, .area = "fax", .path = "p", .name = "n", .size = 1, .reason = "age", .chain = {}});
        ++model_.files_deleted;
        break;
      case 0:
        tell(CustomEvent{.name = "n", .data = "1", .run = {}}), ++model_.custom;
        break;
      case 1:
        tell(DirectoryChanged{.what = "user.add", .key = "k", .by = {}}), ++model_.changes;
        break;
      default:
        tell(EventsLost{.count = 1, .since = now_});
    }
  }
  void start(const Uuid& run) {
    const auto scenario = a_name();
    tell(ScriptStarted{
        .run = run, .scenario = scenario, .code = LaunchCode::http, .user = {}, .login = "api", .parent = {}});
    if (!model_.running.emplace(run, scenario).second) {
      ++model_.impossible;
      return;
    }
    ids_.push_back(run);
    ++model_.scenarios[scenario].started;
  }
  void end() {
    const auto at = below(ids_.size());
    const Uuid run = ids_[at];
    ids_[at] = ids_.back();
    ids_.pop_back();
    const auto kind = static_cast<ScriptEnd::Kind>(below(6));
    const std::string error = below(2) == 0 ? std::string() : fmt::format("line {}: something went wrong", below(100));
    tell(ScriptEnded{.run = run, .scenario = {}, .kind = kind, .error = error, .took = {}, .instructions = 1});
    auto& figures = model_.scenarios[model_.running[run]];
    model_.running.erase(run);
    if (kind == ScriptEnd::Kind::finished) {
      ++figures.finished;
    } else if (kind == ScriptEnd::Kind::stopped) {
      ++figures.stopped;
    } else {
      ++figures.failed;
      figures.last_error = error.empty() ? std::string(name(kind)) : error;
    }
  }
  void mistake() {
    if (!ids_.empty() && below(2) == 0) return start(ids_[below(ids_.size())]);
    tell(ScriptEnded{.run = new_id(), .scenario = {}, .kind = {}, .error = {}, .took = {}, .instructions = 0});
    ++model_.impossible;
  }

  std::mt19937_64 random_;
  std::uint64_t crowd_ = 0, names_ = 0, mistakes_ = 0;
  Machine machine_;
  Model model_;
  std::vector<Event> follow_;
  std::vector<Uuid> ids_;
  std::vector<std::pair<Overview, Model>> snapshots_;
  Time now_{std::chrono::sys_days(std::chrono::year(2026) / 11 / 22)};
};

TEST(Simulation, holds_every_invariant_through_a_million_random_facts) {
  // New lives each time: what no fixed seed shows, some night will. A failure names its seed.
  const std::uint64_t given = setting("OTKLIK_SEED", 0);
  const std::uint64_t first = given != 0 ? given : std::random_device{}() | std::uint64_t{1} << 40;
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
  const std::uint64_t all = setting("OTKLIK_SIMULATION_FACTS", 100'000);
#else
  const std::uint64_t all = setting("OTKLIK_SIMULATION_FACTS", 1'200'000);
#endif
  constexpr std::uint64_t each = 20'000;
  for (std::uint64_t life = 0; life < std::max<std::uint64_t>(1, given != 0 ? 1 : all / each); ++life) {
    const std::string wrong = Life(first + life).live(each);
    ASSERT_EQ(wrong, "") << "replay it with OTKLIK_SEED=" << first + life;
  }
}

TEST(Simulation, makes_the_same_state_of_the_same_facts) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    Life one(seed);
    Life other(seed);
    EXPECT_EQ(one.live(5000), "") << seed;
    EXPECT_EQ(other.live(5000), "") << seed;
    EXPECT_TRUE(same(model_of(one.state()), model_of(other.state()))) << seed;
    EXPECT_EQ(one.state().at, other.state().at) << seed;
  }
}

}  // namespace
}  // namespace otklik::core
