// 10,000 runs that sleep, in a program of its own because its memory is measured.
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "unit/scenario/host_fixture.hpp"

namespace otklik::scenario {
namespace {

std::size_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t size = 0, resident = 0;
  file >> size >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

TEST_F(HostTest, ten_thousand_scenarios_sleep_at_once_in_less_than_400_megabytes) {
  constexpr std::size_t sleepers = 10'000;
  write("Sleep",
        "local greeting = 'hello ' .. param[1] local t = {1, 2, 3, name = greeting} sleep(3600) return t.name");
  journal.keeping = false;
  std::atomic<std::size_t> ended{0};
  for (std::size_t i = 0; i < sleepers; ++i) {
    core::ScriptStart start;
    start.scenario = "Sleep";
    start.parameters[0] = std::to_string(i);
    while (!host().start(start, [&ended](core::ScriptEnd) { ++ended; })) std::this_thread::yield();
  }
  ASSERT_TRUE(eventually([&] { return host().figures().ready == 0; }));
  EXPECT_EQ(host().figures().running, sleepers);
  const std::size_t megabytes = resident_bytes() / 1024 / 1024;
  RecordProperty("resident_megabytes", static_cast<int>(megabytes));
  std::printf("resident: %zu MB; Lua states: %zu kB each\n", megabytes, host().figures().memory / sleepers / 1024);
#if !defined(__has_feature) || !(__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
  EXPECT_LT(megabytes, 400U);
#endif
  write("Echo", "return param[1]");
  EXPECT_EQ(run("Echo", {"awake", "", "", "", ""}).returns[0], "awake");
  host().stop(std::chrono::milliseconds{0});
  EXPECT_TRUE(eventually([&] { return ended == sleepers; }));
}

}  // namespace
}  // namespace otklik::scenario
