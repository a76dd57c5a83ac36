// What a run of a service scenario costs: CPU of an Echo, memory of runs that sleep.
//
//     build/release/bench/bench_scenario [runs] [sleepers] [one scenario only]
//
// The journal answers at once on a thread of its own, as the event log does; what is measured is the host, its
// threads, and the hand-over between them.
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "../tests/no_plugins.hpp"
#include "base/log.hpp"
#include "base/random.hpp"
#include "base/strand.hpp"
#include "scenario/host.hpp"

namespace {

using namespace otklik;

class BenchJournal final : public core::Journal {
 public:
  void tell(core::EventBody) override {}
  void tell(core::EventBody, core::Durability, std::move_only_function<void(Result<std::uint64_t>)> done) override {
    strand_.post([done = std::move(done)]() mutable { done(std::uint64_t{1}); });
  }
  [[nodiscard]] bool accepts() const noexcept override { return true; }

 private:
  Strand strand_{"bench-journal"};
};

class NoFiles final : public core::ScriptFiles {
 public:
  Result<core::OpenedFile> open(std::string_view) override { return fail(ErrorCode::not_found); }
  Result<std::vector<core::FolderEntry>> list(std::string_view) override { return fail(ErrorCode::not_found); }
  Result<> write(std::string_view, std::string_view) override { return fail(ErrorCode::forbidden); }
  Result<> append(std::string_view, std::string_view) override { return fail(ErrorCode::forbidden); }
  Result<> move(std::string_view, std::string_view) override { return fail(ErrorCode::forbidden); }
  Result<> remove(std::string_view) override { return fail(ErrorCode::forbidden); }
};

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::size_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t size = 0, resident = 0;
  file >> size >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

/// CPU µs of the whole process for one run, `at_once` of them under way.
double measure(scenario::Host& host, const std::string& name, std::size_t runs, std::size_t at_once) {
  std::atomic<std::size_t> ended{0};
  const double before = cpu_seconds();
  for (std::size_t i = 0; i < runs; ++i) {
    while (i - ended.load(std::memory_order_relaxed) >= at_once)
      std::this_thread::sleep_for(std::chrono::microseconds{50});
    core::ScriptStart start;
    start.scenario = name;
    start.parameters = {"a parameter of some length, as usual", "2", "", "", ""};
    if (!host.start(std::move(start), [&ended](core::ScriptEnd) { ended.fetch_add(1, std::memory_order_relaxed); })) {
      fmt::print("refused\n");
      return 0;
    }
  }
  while (ended.load() < runs) std::this_thread::sleep_for(std::chrono::milliseconds{1});
  return (cpu_seconds() - before) * 1e6 / static_cast<double>(runs);
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t runs = argc > 1 ? std::stoul(argv[1]) : 200'000;
  const std::size_t sleepers = argc > 2 ? std::stoul(argv[2]) : 10'000;
  const std::string only = argc > 3 ? argv[3] : "";
  const auto wanted = [&](const char* name) { return only.empty() || only == name; };
  log::start(log::Format::text, "error");
  const auto folder = std::filesystem::temp_directory_path() / ("otklik-bench-" + random_text(64));
  std::filesystem::create_directories(folder);
  const auto write = [&](const char* name, const char* text) {
    std::ofstream(folder / (std::string(name) + ".lua")) << text;
  };
  write("Echo", "return param[1]\n");
  write("Concat", "local t = {} for i = 1, 100 do t[#t + 1] = param[1] .. i end return table.concat(t, ','):upper()\n");
  write("Loop", "local n = 0 for i = 1, 1e6 do n = n + i % 7 end return n\n");
  write("Sleep", "sleep(3600)\n");
  write("BusySleep", "local rows = {} for i = 1, 50 do rows[i] = {name = 'row ' .. i} end log = log sleep(3600)\n");

  BenchJournal journal;
  NoFiles files;
  test::NoPlugins plugins;
  scenario::Options options;
  options.folder = folder.string();
  options.most_runs = 1'000'000;
  options.limits.time = std::chrono::hours{2};
  auto opened = scenario::Host::open(options, journal, files, plugins, {});
  if (!opened) return 1;
  auto& host = **opened;

  for (const char* name : {"Echo", "Concat"}) {
    if (!wanted(name)) continue;
    std::vector<double> figures;
    for (int i = 0; i < 5; ++i) figures.push_back(measure(host, name, runs / 5, 1000));
    std::ranges::sort(figures);
    fmt::print("{:10} {:8.2f} us CPU a run (median of 5; {:.2f} to {:.2f})\n", name, figures[2], figures[0],
               figures[4]);
  }
  if (wanted("Loop"))
    fmt::print("{:10} {:8.2f} ms CPU a run of a million turns\n", "Loop", measure(host, "Loop", 20, 4) / 1000);

  for (const char* name : {"Sleep", "BusySleep"}) {
    if (!wanted(name)) continue;
    const std::size_t before = resident_bytes(), memory = host.figures().memory;
    for (std::size_t i = 0; i < sleepers; ++i) {
      core::ScriptStart start;
      start.scenario = name;
      start.parameters[0] = "x";
      if (!host.start(std::move(start), {})) return 1;
      while (host.figures().ready > 1000) std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    while (host.figures().ready > 0) std::this_thread::sleep_for(std::chrono::milliseconds{1});
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
    fmt::print("{:10} {:8.2f} kB resident a sleeping run ({:.2f} kB of it the Lua state); {} MB in all\n", name,
               static_cast<double>(resident_bytes() - before) / 1024 / static_cast<double>(sleepers),
               static_cast<double>(host.figures().memory - memory) / 1024 / static_cast<double>(sleepers),
               resident_bytes() / 1024 / 1024);
  }
  host.stop(std::chrono::milliseconds{0});
  std::filesystem::remove_all(folder);
}
