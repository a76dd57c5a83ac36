#pragma once
#include <functional>
#include <string>

#include "base/error.hpp"
#include "operation.hpp"

namespace otklik::scenario {
class Host;
}
namespace otklik::store {
class DirectoryStore;
}  // namespace otklik::store

namespace otklik::app {

class LiveSettings;

/// What the administrator's operations work on.
struct AdministrationParts {
  store::DirectoryStore& directory;
  scenario::Host& scenarios;
  const LiveSettings& settings;
  std::function<Result<std::string>()> reload;
};

/// Performs an operation and gives its result as JSON. A change is acknowledged when it is on the disk, the event of it
/// too, and it holds at once: the next request sees it. Errors: `bad_request` for an unknown operation or a missing
/// argument, and the operation's own.
Result<std::string> administrate(AdministrationParts& parts, const Operation& operation);

}  // namespace otklik::app
