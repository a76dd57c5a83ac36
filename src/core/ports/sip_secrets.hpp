#pragma once
#include <string>

#include "base/error.hpp"
#include "base/uuid.hpp"

namespace otklik::core {

/// The secrets of trunks, and of lines where they are shown to the administrator. Registrations of phones are checked
/// against Line::digest and need none.
class SipSecrets {
 public:
  virtual ~SipSecrets() = default;

  /// By Line::secret or Trunk::secret. Keep it no longer than the answer to a challenge takes; never log it. May read
  /// the database: from a thread that may wait. Errors: `not_found`, `failed` (the key is another or the row damaged).
  virtual Result<std::string> secret(const Uuid& id) = 0;
};

}  // namespace otklik::core
