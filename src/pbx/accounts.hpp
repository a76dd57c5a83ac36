#pragma once
#include <memory>
#include <string>
#include <vector>

#include "core/plan/plan.hpp"
#include "core/ports/sip_secrets.hpp"
#include "sip/accounts.hpp"

namespace otklik::pbx {

/// The plan's lines and trunks as signalling wants them: enabled ones only, a line with its digest, a trunk with its
/// secret. Reads the secrets of trunks: from a thread that may wait. A trunk whose secret cannot be read is left out,
/// and said so in the log.
std::shared_ptr<const sip::Accounts> accounts_of(const core::Plan& plan, core::SipSecrets& secrets);

/// `host`, `host:port`, `[v6]:port`.
struct HostPort {
  std::string host;
  std::uint16_t port = 0;  ///< 0: none given
};
HostPort split_host_port(std::string_view text);

/// What has to be said to trunks so that they register as they should.
struct TrunkChanges {
  std::vector<Uuid> unregister;  ///< before the new accounts are in use
  std::vector<Uuid> begin;       ///< after; those that register, and are new or different
};
TrunkChanges trunk_changes(const sip::Accounts& before, const sip::Accounts& after);

}  // namespace otklik::pbx
