#pragma once
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/live.hpp"
#include "core/ports/file_index.hpp"
#include "files/areas.hpp"
#include "files/keeping/retention.hpp"

namespace otklik::files {

struct KeeperOptions {
  RetentionRules rules;
  std::chrono::seconds every{600};  ///< from the end of one pass of the rules to the next
  std::uint64_t most_at_once =
      1000;  ///< files deleted in one go; more wait for a moment, so that the disk has others too
  std::chrono::milliseconds between{1000};

  bool operator==(const KeeperOptions&) const = default;
};

/// Looks after stored files in the background: deletes what a start put aside, then what the rules say, again and
/// again.
class Keeper {
 public:
  /// `index` and `clock` outlive it.
  Keeper(Areas areas, core::FileIndex& index, const Clock& clock, KeeperOptions options)
      : areas_(std::move(areas)), index_(index), clock_(clock), options_(std::move(options)) {}
  ~Keeper() { stop(); }
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;

  /// Before anything is served: settles what the last life of the server left between two states, empties the temporary
  /// areas, and starts the thread. Errors: those of the index, and of a folder that cannot be put aside.
  Result<> start();
  /// At once: a pass by these begins. Any thread.
  void use(KeeperOptions options);
  /// Ends what is being done at the next file, joins the thread. Idempotent.
  void stop();

 private:
  void run();
  void apply_rules();
  /// Shorter when other options come. False: stopped meanwhile.
  bool pause(std::chrono::milliseconds time);

  const Areas areas_;
  core::FileIndex& index_;
  const Clock& clock_;
  Live<KeeperOptions> options_;
  std::vector<std::string> put_aside_;
  std::mutex mutex_;
  std::condition_variable news_came_;
  bool stopping_ = false;
  bool renewed_ = false;  // the options, since the last pause
  std::move_only_function<bool() const> stopped_;
  std::thread thread_;
};

}  // namespace otklik::files
