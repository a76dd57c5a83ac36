#include "pbx/local_address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "base/unique_fd.hpp"

namespace otklik::pbx {
namespace {

constexpr std::uint16_t discard_port = 9;  // any port does: nothing is sent

/// Documentation addresses (RFC 5737): routed like every address outside, so they find the way out.
Address anywhere_outside() { return *Address::parse("192.0.2.1"); }

Address any_of_family(const Address& like) { return *Address::parse(like.is_v4() ? "0.0.0.0" : "::"); }

bool is_unspecified(const Address& address) {
  return address == *Address::parse("0.0.0.0") || address == *Address::parse("::");
}

}  // namespace

std::vector<Network> AudioOptions::private_networks() {
  std::vector<Network> networks;
  for (const auto* text : {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16",
                           "127.0.0.0/8", "::1", "fc00::/7", "fe80::/10"}) {
    networks.push_back(*Network::parse(text));
  }
  return networks;
}

std::optional<Address> literal_address(std::string_view text) { return Address::parse(text); }

std::optional<Address> address_towards(const Address& peer) {
  const bool v4 = peer.is_v4();
  const UniqueFd fd(::socket(v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return std::nullopt;
  sockaddr_storage where{};
  socklen_t length = 0;
  if (v4) {
    auto& in = reinterpret_cast<sockaddr_in&>(where);
    in.sin_family = AF_INET;
    in.sin_port = htons(discard_port);
    std::memcpy(&in.sin_addr, peer.bytes.data() + 12, 4);
    length = sizeof in;
  } else {
    auto& in6 = reinterpret_cast<sockaddr_in6&>(where);
    in6.sin6_family = AF_INET6;
    in6.sin6_port = htons(discard_port);
    std::memcpy(&in6.sin6_addr, peer.bytes.data(), 16);
    length = sizeof in6;
  }
  if (::connect(fd.get(), reinterpret_cast<sockaddr*>(&where), length) != 0) return std::nullopt;
  sockaddr_storage own{};
  length = sizeof own;
  if (::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&own), &length) != 0) return std::nullopt;
  char text[INET6_ADDRSTRLEN] = {};
  const void* bytes = v4 ? static_cast<const void*>(&reinterpret_cast<sockaddr_in&>(own).sin_addr)
                         : static_cast<const void*>(&reinterpret_cast<sockaddr_in6&>(own).sin6_addr);
  if (::inet_ntop(v4 ? AF_INET : AF_INET6, bytes, text, sizeof text) == nullptr) return std::nullopt;
  return Address::parse(text);
}

LocalAddresses local_addresses(const AudioOptions& options, const std::optional<Address>& peer,
                               std::optional<Address> (*towards)(const Address&)) {
  const Address to = peer.value_or(anywhere_outside());
  LocalAddresses local{.bound = any_of_family(to), .said = any_of_family(to)};
  const auto chosen = options.address.empty() ? std::nullopt : Address::parse(options.address);
  if (chosen && (is_unspecified(*chosen) || chosen->is_v4() == to.is_v4())) local.bound = *chosen;
  if (is_unspecified(local.bound)) {
    local.said = towards(to).value_or(to.is_v4() ? *Address::parse("127.0.0.1") : *Address::parse("::1"));
  } else {
    local.said = local.bound;
  }
  if (options.external_address.empty()) return local;
  const bool is_near = peer && std::ranges::any_of(options.local_networks,
                                                   [&](const Network& network) { return network.contains(*peer); });
  const auto external = Address::parse(options.external_address);
  if (!is_near && external && external->is_v4() == to.is_v4()) local.said = *external;
  return local;
}

}  // namespace otklik::pbx
