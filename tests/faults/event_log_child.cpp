// Appends events as fast as it can and says on standard output which are safe, until it is killed.
//
//     event_log_child FOLDER SEED SEGMENT_BYTES
//
// What it says: the sequence number as 8 bytes, once the log has called back. It goes through the core, as the server
// does. A third of the events asks for the disk, the others for the operating system.
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "core/core.hpp"
#include "store/event_log/event_log.hpp"

int main(int count, char** arguments) {
  using namespace otklik;
  if (count != 4) return 2;
  log::start(log::Format::text, "off");  // standard output is for numbers only
  const WallClock clock;
  store::EventLogOptions options{.folder = arguments[1]};
  options.segment_bytes = std::strtoull(arguments[3], nullptr, 10);
  options.sync_every = std::chrono::milliseconds(2);
  auto log = store::FileEventLog::open(options, clock);
  if (!log) return 1;
  if (!(*log)->recovery().damages.empty()) return 3;
  core::Core core(**log, clock);
  std::mt19937_64 random(std::strtoull(arguments[2], nullptr, 10));
  core.tell(core::ServerStarted{.version = "child"});
  for (;;) {
    // Now and then one that is many pages long, since those are what a kill tears.
    const std::size_t size = random() % 50 == 0 ? random() % 600'000 : random() % 300;
    const auto durability = random() % 3 == 0 ? core::Durability::synced : core::Durability::written;
    core.tell(core::DirectoryChanged{.what = "test", .key = "key", .by = std::string(size, 'x')}, durability,
              [](Result<std::uint64_t> sequence) {
                if (!sequence) ::_exit(4);
                const std::uint64_t number = *sequence;
                if (::write(STDOUT_FILENO, &number, sizeof number) != sizeof number) ::_exit(5);
              });
  }
}
