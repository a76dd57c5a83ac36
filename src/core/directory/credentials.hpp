#pragma once
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "core/directory/directory.hpp"

namespace otklik::core {

/// A token as its owner gets to see it, once.
struct NewToken {
  std::string text;  ///< secret: shown once, never stored, never logged
  TokenHash hash{};  ///< what is stored
};

/// Makes what is stored of secrets. `access/` implements it, and checks against what it made.
class CredentialMaker {
 public:
  virtual ~CredentialMaker() = default;

  /// The verifier of a password that check_password() let pass, or of an empty one. Slow on purpose (tens of
  /// milliseconds, its memory is a setting). Errors: `bad_request`, `failed` (no memory).
  virtual Result<std::string> verifier_of(std::string_view password) = 0;

  virtual NewToken new_token() = 0;
};

}  // namespace otklik::core
