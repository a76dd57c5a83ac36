#pragma once
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "media/engine.hpp"
#include "media/facts.hpp"
#include "media/record/tap.hpp"

namespace otklik::media {

/// Writes recordings on a thread of its own.
class Recorder {
 public:
  using Told = std::function<void(RecordingEnded&&)>;

  /// `told`: on the recording thread, once for each begin(). Throws std::system_error when there is no thread.
  explicit Recorder(Told told);
  /// Finishes all recordings, and tells of each.
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  /// `taps`: one for each track. Files are made by the thread.
  void begin(RecordingId id, Recording what, std::vector<std::shared_ptr<Tap>> taps, std::int64_t begin_us);
  /// It ends where it is at `end_us`. Nothing if there is none.
  void end(RecordingId id, std::int64_t end_us);

 private:
  class Session;
  void run();

  const Told told_;
  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<std::unique_ptr<Session>> fresh_;
  std::vector<std::pair<RecordingId, std::int64_t>> ended_;
  bool stopping_ = false;
  std::vector<std::unique_ptr<Session>> sessions_;  // the thread's
  std::thread thread_;
};

}  // namespace otklik::media
