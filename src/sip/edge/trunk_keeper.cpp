#include "sip/edge/trunk_keeper.hpp"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include "base/log.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "sip/digest/digest.hpp"
#include "sip/edge/edge.hpp"
#include "sip/edge/service_records.hpp"

namespace otklik::sip {
namespace {

constexpr std::int64_t resolved_good_ms = 60'000;
constexpr std::int64_t resolved_bad_ms = 10'000;
constexpr std::int64_t first_pause_ms = 5'000;
constexpr std::int64_t longest_pause_ms = 300'000;

std::vector<Peer> addresses_of(const std::string& host, std::uint16_t port, Transport transport) {
  std::vector<Peer> found;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  if (::getaddrinfo(host.c_str(), nullptr, &hints, &list) != 0) return found;
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);
  for (const addrinfo* one = list; one != nullptr && found.size() < 8; one = one->ai_next) {
    Peer peer{{}, port, transport};
    if (one->ai_family == AF_INET) {
      sockaddr_in v4{};
      std::memcpy(&v4, one->ai_addr, sizeof v4);
      peer.address.bytes[10] = peer.address.bytes[11] = 0xFF;
      std::memcpy(peer.address.bytes.data() + 12, &v4.sin_addr, 4);
    } else if (one->ai_family == AF_INET6) {
      sockaddr_in6 v6{};
      std::memcpy(&v6, one->ai_addr, sizeof v6);
      std::memcpy(peer.address.bytes.data(), &v6.sin6_addr, 16);
    } else {
      continue;
    }
    if (std::find(found.begin(), found.end(), peer) == found.end()) found.push_back(peer);
  }
  return found;
}

std::uint16_t usual_port(const Trunk& trunk) { return trunk.transport == Transport::tls ? 5061 : 5060; }

std::vector<Peer> look_up(const Trunk& trunk) {
  if (trunk.port == 0 && !Address::parse(trunk.host)) {
    std::vector<Peer> found;
    for (const auto& record : service_records(trunk.host, trunk.transport)) {
      for (const auto& peer : addresses_of(record.host, record.port, trunk.transport)) found.push_back(peer);
    }
    if (!found.empty()) return found;
  }
  return addresses_of(trunk.host, trunk.port == 0 ? usual_port(trunk) : trunk.port, trunk.transport);
}

std::string domain_of(const Trunk& trunk) { return trunk.domain.empty() ? trunk.host : trunk.domain; }

/// Granted time: of our Contact in the answer, else Expires, else what was asked for.
std::uint64_t granted(const Message& answer, std::string_view mark, std::uint64_t asked) {
  for (const auto& field : answer.list("Contact")) {
    const auto contact = NameAddress::parse(field);
    if (!contact || contact->uri.parameters.get("line").value_or("") != mark) continue;
    if (const auto value = number_of(contact->parameters.get("expires").value_or(""), 1'000'000)) return *value;
  }
  const auto* expires = answer.find("Expires");
  return expires == nullptr ? asked : number_of(*expires, 1'000'000).value_or(asked);
}

}  // namespace

TrunkKeeper::~TrunkKeeper() { resolver_.stop(); }

void TrunkKeeper::use(const Accounts& accounts, std::int64_t now) {
  std::unordered_map<Uuid, State> next;
  for (const auto& trunk : accounts.trunks) {
    auto before = states_.find(trunk.id);
    if (before != states_.end()) {
      State state = std::move(before->second);
      states_.erase(before);
      if (state.trunk != trunk) {
        const bool moved = state.trunk.host != trunk.host || state.trunk.port != trunk.port ||
                           state.trunk.transport != trunk.transport;
        state.trunk = trunk;
        if (moved) {
          state.found.clear();
          state.resolve_at = now;
        }
        state.failures = 0;
        state.register_at = now;
      }
      next.emplace(trunk.id, std::move(state));
      continue;
    }
    State state;
    state.trunk = trunk;
    state.mark = random_text(128);
    state.call_id = random_text(128);
    state.tag = random_text(64);
    state.resolve_at = now;
    next.emplace(trunk.id, std::move(state));
  }
  states_ = std::move(next);
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(flows_, [&](const auto& one) { return !states_.contains(one.first); });
    // An address needs no resolver: a call may go out at once.
    for (auto& [id, state] : states_) {
      const auto address = Address::parse(state.trunk.host);
      if (!address || !state.found.empty()) continue;
      const auto port = state.trunk.port == 0 ? usual_port(state.trunk) : state.trunk.port;
      state.found.push_back({*address, port, state.trunk.transport});
      state.resolve_at = now + resolved_good_ms;
      flows_[id] = Flow{state.found.front(), 0};
    }
  }
  every_second(now);
}

void TrunkKeeper::resolve(State& state) {
  if (state.resolving) return;
  state.resolving = true;
  const auto mailbox = edge_.loop_->mailbox();
  const bool taken = resolver_.try_post([this, mailbox, trunk = state.trunk] {
    auto found = look_up(trunk);
    // This thread is joined before the keeper goes, and the loop runs what is in its mailbox before it ends.
    mailbox->post([this, id = trunk.id, found = std::move(found)]() mutable { resolved(id, std::move(found)); });
  });
  if (!taken) state.resolving = false;
}

void TrunkKeeper::resolved(const Uuid& trunk, std::vector<Peer> found) {
  const auto at = states_.find(trunk);
  if (at == states_.end()) return;
  State& state = at->second;
  const auto now = edge_.loop_->now();
  state.resolving = false;
  state.resolve_at = now + (found.empty() ? resolved_bad_ms : resolved_good_ms);
  if (found.empty()) {
    // What was known goes on being used: a name server that is away for a while must not take the trunk away.
    if (state.found.empty() && state.wanted && !state.asking) failed(state, 0, "Its host cannot be resolved");
    return;
  }
  state.found = std::move(found);
  {
    const std::lock_guard lock(mutex_);
    flows_[trunk] = Flow{state.found.front(), 0};
  }
  every_second(now);
}

std::optional<Flow> TrunkKeeper::flow_to(const Uuid& trunk) const {
  const std::lock_guard lock(mutex_);
  const auto at = flows_.find(trunk);
  return at == flows_.end() ? std::nullopt : std::optional(at->second);
}

const Trunk* TrunkKeeper::find(std::string_view mark, const Address& from, std::string_view user) const {
  const Trunk* found = nullptr;
  for (const auto& [id, state] : states_) {
    if (!mark.empty() && digest::equal(state.mark, mark)) return &state.trunk;
    const bool here =
        std::any_of(state.found.begin(), state.found.end(), [&](const Peer& p) { return p.address == from; }) ||
        std::any_of(state.trunk.sources.begin(), state.trunk.sources.end(),
                    [&](const Network& network) { return network.contains(from); });
    if (!here) continue;
    if (found == nullptr || (!user.empty() && state.trunk.user == user)) found = &state.trunk;
  }
  return found;
}

const Trunk* TrunkKeeper::at(const Peer& peer) const {
  for (const auto& [id, state] : states_) {
    if (std::find(state.found.begin(), state.found.end(), peer) != state.found.end()) return &state.trunk;
  }
  return nullptr;
}

void TrunkKeeper::register_trunk(const Uuid& trunk, std::int64_t now) {
  const auto at = states_.find(trunk);
  if (at == states_.end()) {
    edge_.tell_(Refused{trunk, "register_trunk", 404, "There is no such trunk"});
    return;
  }
  at->second.wanted = true;
  at->second.failures = 0;
  at->second.register_at = now;
  if (at->second.found.empty()) at->second.resolve_at = now;
  every_second(now);
}

void TrunkKeeper::unregister_trunk(const Uuid& trunk, std::int64_t now) {
  const auto at = states_.find(trunk);
  if (at == states_.end()) return;
  State& state = at->second;
  const bool was = state.registered;
  state.wanted = false;
  state.registered = false;
  if (was && !state.found.empty()) send_register(state, now, 0, {}, false, 0);
  edge_.tell_(TrunkUnregistered{trunk});
}

void TrunkKeeper::every_second(std::int64_t now) {
  for (auto& [id, state] : states_) {
    if (now >= state.resolve_at) resolve(state);
    if (state.found.empty()) continue;
    if (state.wanted && !state.asking && now >= state.register_at) {
      send_register(state, now, static_cast<std::uint64_t>(std::max<std::int64_t>(state.trunk.expires.count(), 60)), {},
                    false, 0);
    }
    if (state.trunk.keep_alive.count() > 0 && !state.pinging && now >= state.ping_at) ping(state, now);
  }
}

void TrunkKeeper::send_register(State& state, std::int64_t now, std::uint64_t expires, const std::string& authorization,
                                bool proxy, int round) {
  const Flow flow{state.found.front(), 0};
  const auto [host, port] = edge_.shown_to(flow);
  const auto domain = domain_of(state.trunk);
  const auto own = fmt::format("sip:{}@{}", escaped_user(state.trunk.user), domain);
  Message request;
  request.method = "REGISTER";
  request.uri = "sip:" + domain;
  request.add("Max-Forwards", "70");
  request.add("From", fmt::format("<{}>;tag={}", own, state.tag));
  request.add("To", fmt::format("<{}>", own));
  request.add("Call-ID", state.call_id);
  request.add("CSeq", fmt::format("{} REGISTER", ++state.sequence));
  const auto transport = flow.peer.transport == Transport::udp
                             ? std::string()
                             : fmt::format(";transport={}", name_of(flow.peer.transport));
  request.add("Contact", fmt::format("<sip:{}@{}:{}{};line={}>", escaped_user(state.trunk.user), host, port, transport,
                                     state.mark));
  request.add("Expires", std::to_string(expires));
  request.add("User-Agent", edge_.options_.product);
  if (!authorization.empty()) request.add(proxy ? "Proxy-Authorization" : "Authorization", authorization);
  request.call_id = state.call_id;
  const auto uri = request.uri;
  state.asking = expires != 0;
  const bool sent = edge_.client_.ask(std::move(request), flow, now,
                                      [this, id = state.trunk.id, expires, uri, round](const Message* answer) {
                                        registered(id, answer, expires, uri, round);
                                      });
  if (!sent) {
    state.asking = false;
    state.register_at = now + first_pause_ms;
  }
}

void TrunkKeeper::registered(const Uuid& trunk, const Message* answer, std::uint64_t expires, const std::string& uri,
                             int round) {
  const auto at = states_.find(trunk);
  if (at == states_.end()) return;
  State& state = at->second;
  const auto now = edge_.loop_->now();
  if (answer != nullptr && (answer->status == 401 || answer->status == 407) && round < 2) {
    const bool proxy = answer->status == 407;
    for (const auto& field : answer->fields) {  // the first that we can do: the strongest comes first (RFC 8760 2.4)
      if (!iequals_ascii(field.name, proxy ? "Proxy-Authenticate" : "WWW-Authenticate")) continue;
      const auto challenge = digest::Challenge::parse(field.value);
      if (!challenge) continue;
      if (round == 1 && !challenge->stale) break;  // the password was not liked: again it will not be
      const auto& user = state.trunk.auth_user.empty() ? state.trunk.user : state.trunk.auth_user;
      send_register(state, now, expires,
                    digest::answer(*challenge, user, state.trunk.password, "REGISTER", uri, 1).text(), proxy,
                    round + 1);
      return;
    }
  }
  if (expires == 0) return;  // a farewell: whatever came of it
  state.asking = false;
  if (!state.wanted) return;
  if (answer != nullptr && answer->status == 423 && round < 2) {
    const auto* least = answer->find("Min-Expires");
    const auto value = least == nullptr ? std::nullopt : number_of(*least, 86'400);
    if (value && *value > expires) return send_register(state, now, *value, {}, false, round + 1);
  }
  if (answer == nullptr) return failed(state, 0, "No answer");
  if (answer->status >= 300) return failed(state, answer->status, answer->reason);
  const auto seconds = granted(*answer, state.mark, expires);
  if (seconds == 0) return failed(state, answer->status, "Nothing was granted");
  state.failures = 0;
  // Early enough for a few more attempts, and not in step with everybody else.
  const auto wait = static_cast<std::int64_t>(seconds) * 1000;
  state.register_at = now + std::max<std::int64_t>(wait > 120'000 ? wait - 60'000 : wait / 2, 5'000);
  if (!state.registered) edge_.tell_(TrunkRegistered{trunk, std::chrono::seconds(seconds)});
  state.registered = true;
}

void TrunkKeeper::failed(State& state, int status, std::string_view reason) {
  state.registered = false;
  const auto pause = std::min(first_pause_ms << std::min<std::size_t>(state.failures, 10), longest_pause_ms);
  ++state.failures;
  state.register_at = edge_.loop_->now() + pause;
  log::warn("trunk {}: not registered ({} {}), again in {} s", state.trunk.host, status, reason, pause / 1000);
  edge_.tell_(TrunkFailed{state.trunk.id, status, std::string(reason), std::chrono::seconds(pause / 1000)});
  // The next address of the host, if it has several.
  if (status == 0 && state.found.size() > 1) {
    std::rotate(state.found.begin(), state.found.begin() + 1, state.found.end());
    const std::lock_guard lock(mutex_);
    flows_[state.trunk.id] = Flow{state.found.front(), 0};
  }
}

void TrunkKeeper::ping(State& state, std::int64_t now) {
  const Flow flow{state.found.front(), 0};
  const auto [host, port] = edge_.shown_to(flow);
  Message request;
  request.method = "OPTIONS";
  request.uri = "sip:" + domain_of(state.trunk);
  request.add("Max-Forwards", "70");
  request.add("From",
              fmt::format("<sip:{}@{}:{}>;tag={}", escaped_user(state.trunk.user.empty() ? "ping" : state.trunk.user),
                          host, port, random_text(64)));
  request.add("To", fmt::format("<sip:{}>", domain_of(state.trunk)));
  request.add("Call-ID", random_text(128));
  request.add("CSeq", "1 OPTIONS");
  request.add("User-Agent", edge_.options_.product);
  state.pinging = true;
  const bool sent = edge_.client_.ask(
      std::move(request), flow, now,
      [this, id = state.trunk.id](const Message* answer) {
        const auto at = states_.find(id);
        if (at == states_.end()) return;
        State& one = at->second;
        one.pinging = false;
        one.ping_at = edge_.loop_->now() + one.trunk.keep_alive.count() * 1000;
        // Whatever it says, it is there; only a gateway that says that what is behind it is not counts as away.
        const int status = answer == nullptr ? 0 : answer->status;
        const bool reachable = status != 0 && status != 408 && status != 503;
        if (one.reachable != reachable) edge_.tell_(TrunkReachable{id, reachable, status});
        one.reachable = reachable;
      },
      10'000);
  if (!sent) {
    state.pinging = false;
    state.ping_at = now + first_pause_ms;
  }
}

}  // namespace otklik::sip
