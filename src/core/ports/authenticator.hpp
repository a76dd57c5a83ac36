#pragma once
#include <chrono>
#include <expected>
#include <functional>
#include <memory>
#include <string_view>

#include "base/address.hpp"
#include "core/identity.hpp"

namespace otklik::core {

/// Why a caller was not let in. What he is told is the same for wrong and unknown; the log tells them apart.
struct AuthRefusal {
  enum class Kind : std::uint8_t {
    missing,       ///< no Authorization at all
    malformed,     ///< not Basic or Bearer, no base64, no colon, over-long
    wrong,         ///< unknown login, wrong password, blocked user, unknown or expired token
    guessing,      ///< too many failures from there or for that login; `retry_after` says how long
    busy,          ///< more passwords to check than the machine may check at once; `retry_after` says how long
  };
  Kind kind = Kind::wrong;
  std::chrono::seconds retry_after{0};
};

using AuthResult = std::expected<std::shared_ptr<const Identity>, AuthRefusal>;

/// Tells who a caller is by his Authorization header (Basic or Bearer).
class Authenticator {
 public:
  virtual ~Authenticator() = default;

  /// Somebody verified a little while ago with exactly this header value, and nothing of him has changed since; else
  /// null. Quick, never blocks, any thread.
  virtual std::shared_ptr<const Identity> recall(std::string_view authorization) = 0;

  /// Finds out, however long a password hash takes. `done` runs once, here or on another thread.
  virtual void verify(std::string_view authorization, const Address& peer,
                      std::move_only_function<void(AuthResult)> done) = 0;
};

}  // namespace otklik::core
