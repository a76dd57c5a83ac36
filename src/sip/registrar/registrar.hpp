#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "sip/accounts.hpp"
#include "sip/facts.hpp"
#include "sip/message/message.hpp"
#include "sip/options.hpp"
#include "sip/registrar/contacts.hpp"

namespace otklik::sip {

/// Answers REGISTER of those who have proved themselves (RFC 3261 10.3, RFC 3327, RFC 5626 as far as a phone asks).
class Registrar {
 public:
  explicit Registrar(const RegistrarOptions& options) : options_(options), contacts_(options.contacts) {}

  /// How the request came.
  struct Way {
    Peer peer;
    std::string flow;  ///< token
    Time now{};
    std::int64_t steady = 0;  ///< milliseconds
  };
  /// The answer; what it changed is added to `facts`.
  Message answer(const Message& request, const Account& account, const Way& way, std::vector<Fact>& facts);

  [[nodiscard]] Contacts& contacts() noexcept { return contacts_; }
  [[nodiscard]] const Contacts& contacts() const noexcept { return contacts_; }

  static Unregistered gone(const Contact& contact, Unregistered::Why why) {
    return {contact.line, contact.aor, contact.uri, why};
  }

 private:
  Message list(const Message& request, const Account& account, const Way& way) const;

  RegistrarOptions options_;
  Contacts contacts_;
};

}  // namespace otklik::sip
