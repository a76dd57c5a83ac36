#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "core/events.hpp"
#include "core/overview.hpp"
#include "core/ports/event_feed.hpp"
#include "db/database.hpp"

namespace otklik::store {

/// Keeps what users have chosen over restarts. The event log is the truth: the newest user_state_changed of a user says
/// all of it. The database holds a summary as of some event, so that a start reads only what came after it (adr/0028).
class ModeKeeper {
 public:
  /// All must outlive it; the schema is up to date.
  ModeKeeper(db::Database& database, core::EventFeed& feed) : database_(database), feed_(feed) {}
  ~ModeKeeper() { stop(); }
  ModeKeeper(const ModeKeeper&) = delete;
  ModeKeeper& operator=(const ModeKeeper&) = delete;

  /// What held before the server started: the summary, and the events after it. Users who chose nothing are left out.
  /// Events that are not there any more are passed over. Errors: of the database, `failed` of the log.
  Result<std::vector<core::UserStateRestored>> restored();

  /// From now on a summary is written whenever so many events have come. `overview` gives the newest snapshot.
  void follow(std::function<std::shared_ptr<const core::Overview>()> overview, std::uint64_t every = 50'000);
  /// A summary now.
  Result<> summarize(const core::StatesView& states, std::uint64_t as_of);
  /// No more summaries. The database may go after it. Idempotent.
  void stop();

 private:
  struct Following;

  db::Database& database_;
  core::EventFeed& feed_;
  std::shared_ptr<Following> following_;
};

}  // namespace otklik::store
