#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "sip/accounts.hpp"
#include "sip/digest/digest.hpp"
#include "sip/digest/nonces.hpp"
#include "sip/message/message.hpp"

namespace otklik::sip {

/// Lets in who proves to be an account (RFC 3261 22, RFC 8760). Not for several threads.
class Doorman {
 public:
  explicit Doorman(std::int64_t nonce_life_ms) : nonces_(nonce_life_ms) {}

  void use(std::shared_ptr<const Accounts> accounts);

  struct Verdict {
    enum class What : std::uint8_t {
      proven,
      challenge,   ///< nothing was shown yet, or with a nonce that is too old
      wrong,       ///< unknown user or wrong password: challenged again, and counted against the address
      not_allowed  ///< proven, and may not come this way
    };
    What what = What::challenge;
    std::shared_ptr<const Accounts> accounts;  ///< keeps `account` alive
    const Account* account = nullptr;          ///< proven and not_allowed
    bool stale = false;
  };
  /// Looks at Authorization and Proxy-Authorization. `now`: milliseconds of the steady clock.
  Verdict look_at(const Message& request, Transport transport, std::int64_t now);

  /// Puts fresh challenges into a 401 or 407: the strongest first. Where no account has a sum by SHA-256 it is not
  /// offered; so it tells nothing about a single account.
  void challenge(Message& reply, bool stale, std::int64_t now);

 private:
  digest::Nonces nonces_;
  std::shared_ptr<const Accounts> accounts_ = std::make_shared<const Accounts>();
  bool with_sha256_ = false;
  bool with_md5_ = true;
};

}  // namespace otklik::sip
