#include "pbx/accounts.hpp"

#include <algorithm>
#include <charconv>

#include "base/log.hpp"

namespace otklik::pbx {
namespace {

const sip::Trunk* find(const sip::Accounts& accounts, const Uuid& id) {
  const auto found = std::ranges::find(accounts.trunks, id, &sip::Trunk::id);
  return found == accounts.trunks.end() ? nullptr : &*found;
}

std::optional<sip::Trunk> trunk_of(const core::Trunk& trunk, core::SipSecrets& secrets) {
  sip::Trunk made;
  made.id = trunk.id;
  const auto [host, port] = split_host_port(trunk.server);
  made.host = host;
  made.port = port;
  made.transport = trunk.transport == "tls"   ? sip::Transport::tls
                   : trunk.transport == "tcp" ? sip::Transport::tcp
                                              : sip::Transport::udp;
  made.domain = trunk.domain;
  made.user = trunk.login.empty() ? trunk.caller_id : trunk.login;
  made.auth_user = trunk.login;
  made.registers = trunk.kind == core::TrunkKind::registering;
  made.sources = trunk.sources;
  if (trunk.secret.is_nil()) return made;
  auto secret = secrets.secret(trunk.secret);
  if (!secret) {
    log::error("trunk {} cannot be used: its secret cannot be read: {}", trunk.name, secret.error().message);
    return std::nullopt;
  }
  made.password = std::move(*secret);
  return made;
}

}  // namespace

HostPort split_host_port(std::string_view text) {
  const auto read_port = [](std::string_view digits) -> std::uint16_t {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    return error == std::errc() && end == digits.data() + digits.size() ? port : 0;
  };
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos) return {std::string(text), 0};
    const auto rest = text.substr(close + 1);
    return {std::string(text.substr(1, close - 1)),
            rest.starts_with(':') ? read_port(rest.substr(1)) : static_cast<std::uint16_t>(0)};
  }
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || text.find(':') != colon) return {std::string(text), 0};  // none, or bare IPv6
  return {std::string(text.substr(0, colon)), read_port(text.substr(colon + 1))};
}

std::shared_ptr<const sip::Accounts> accounts_of(const core::Plan& plan, core::SipSecrets& secrets) {
  auto made = std::make_shared<sip::Accounts>();
  for (const auto& line : plan.lines()) {
    if (!line.enabled || !line.digest) continue;
    made->realm = line.digest->realm;
    sip::Account account;
    account.line = line.id;
    account.aor = line.sip_user;
    account.ha1_md5 = line.digest->ha1_md5;
    // SHA-256 is not offered, though the plan has the sums: phones on older libraries (libre 1.1, as baresip of Debian 12
    // has it) take a challenge with an algorithm that they do not know for an error, and do not register at all, even
    // where MD5 is offered beside it.
    made->by_user.emplace(line.sip_user, std::move(account));
  }
  for (const auto& trunk : plan.trunks()) {
    if (!trunk.enabled) continue;
    if (auto one = trunk_of(trunk, secrets)) made->trunks.push_back(std::move(*one));
  }
  return made;
}

TrunkChanges trunk_changes(const sip::Accounts& before, const sip::Accounts& after) {
  TrunkChanges changes;
  for (const auto& old : before.trunks) {
    if (!old.registers) continue;
    const auto* now = find(after, old.id);
    if (now == nullptr || !now->registers || !(*now == old)) changes.unregister.push_back(old.id);
  }
  for (const auto& now : after.trunks) {
    if (!now.registers) continue;
    const auto* old = find(before, now.id);
    if (old == nullptr || !(*old == now)) changes.begin.push_back(now.id);
  }
  return changes;
}

}  // namespace otklik::pbx
