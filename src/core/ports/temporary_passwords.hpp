#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "core/identity.hpp"

namespace otklik::core {

/// What a temporary password is shown for.
enum class TemporaryUse : std::uint8_t {
  upload,  ///< once: the second upload is refused
  file,    ///< a link or a file of the storage: as often as wanted
};

/// Short-lived passwords that stand in links (`temppass=`) in place of an Authorization header. They live for 120 s,
/// in memory only, and open what their user may open at the moment of use: one who was blocked, or whose API token was
/// revoked, opens nothing any more.
class TemporaryPasswords {
 public:
  virtual ~TemporaryPasswords() = default;

  /// A new one on behalf of somebody who is let in already; URL-safe text, and a secret. Errors: `not_found` (no such
  /// user), `forbidden` (blocked), `too_many`. Any thread, never blocks.
  virtual Result<std::string> issue(const Identity& who) = 0;

  /// Who shows it, with his rights of this moment; null for one that opens nothing (unknown, too old, spent, its user
  /// gone or blocked). Spends it where `use` is an upload. Any thread, never blocks.
  virtual std::shared_ptr<const Identity> redeem(std::string_view password, TemporaryUse use) = 0;
};

}  // namespace otklik::core
