#pragma once
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "base/error.hpp"
#include "store/event_log/disk.hpp"

namespace otklik::store {

/// A thread that waits for the disk, so that the log's own thread can go on writing meanwhile. One sync at a time;
/// everything written while one runs is covered by the next.
class Syncer {
 public:
  struct Finished {
    std::uint64_t upto = 0;  ///< every event up to this one is on the disk
    Result<> result;
  };

  /// `finished` runs on the syncer's thread after each sync and must be quick.
  Syncer(Disk& disk, std::function<void()> finished);
  ~Syncer();  ///< waits for the sync that runs
  Syncer(const Syncer&) = delete;
  Syncer& operator=(const Syncer&) = delete;

  [[nodiscard]] bool is_busy() const;  ///< until take() has handed out the result
  /// Not while it is busy. The descriptor stays open until the result is taken.
  void start(int fd, std::uint64_t upto);
  /// What has finished, once.
  std::optional<Finished> take();
  /// Likewise, waiting for it; nothing when none was started.
  std::optional<Finished> wait();

 private:
  void run();

  enum class State : std::uint8_t { idle, wanted, done };

  Disk& disk_;
  const std::function<void()> finished_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  State state_ = State::idle;
  bool stopping_ = false;
  int fd_ = -1;
  Finished last_;
  std::thread thread_;
};

}  // namespace otklik::store
