#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "core/events.hpp"
#include "core/overview.hpp"
#include "core/ports/avatars.hpp"
#include "core/ports/company.hpp"
#include "core/ports/file_index.hpp"
#include "core/ports/stored_files.hpp"
#include "core/ports/temporary_passwords.hpp"
#include "files/areas.hpp"
#include "operation.hpp"

namespace otklik::licence {
class Keeper;
}
namespace otklik::core {
class CallControl;
}
namespace otklik::plugins {
class Host;
}
namespace otklik::scenario {
class Host;
}
namespace otklik::store {
class DirectoryStore;
class PlanStore;
}  // namespace otklik::store

namespace otklik::app {

class LiveSettings;
/// Stored files, and what is handed out for them.
struct FileParts {
  const files::Areas& areas;
  core::FileIndex& index;
  core::FileLinks& links;
  core::TemporaryPasswords* passwords = nullptr;  ///< null: no server runs that would know them
};

/// Lines, numbers and trunks.
struct PlanParts {
  store::PlanStore& store;
  std::function<std::shared_ptr<const core::Overview>()> overview;
  std::function<std::string()> sip_server;  ///< `host:port` that phones register at; empty: not known
  core::UserStateDesk& states;
};

struct EventsChecked {
  std::uint64_t read = 0;
  std::uint64_t damaged = 0;  ///< whose place in the files cannot be read
};

/// What the administrator's operations work on.
struct AdministrationParts {
  store::DirectoryStore& directory;
  scenario::Host& scenarios;
  licence::Keeper& licence;
  core::Avatars& avatars;
  plugins::Host& plugins;
  const LiveSettings& settings;
  std::function<Result<std::string>()> reload;
  FileParts files;
  PlanParts plan;
  core::CallControl& calls;
  /// Every fault of the database, one text each.
  std::function<Result<std::vector<std::string>>()> check_database;
  std::function<Result<EventsChecked>()> check_events;
  /// Waits until a change that no database knows is recorded.
  std::function<void(const core::DirectoryChanged&)> record;
};

/// Performs an operation and gives its result as JSON. A change is acknowledged when it is on the disk, the event of it
/// too, and it holds at once: the next request sees it. Errors: `bad_request` for an unknown operation or a missing
/// argument, and the operation's own.
Result<std::string> administrate(AdministrationParts& parts, const Operation& operation);

}  // namespace otklik::app
