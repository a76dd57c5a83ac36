#include "base/address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <charconv>
#include <cstring>

namespace otklik {
namespace {

constexpr std::array<std::uint8_t, 12> v4_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

std::optional<int> number(std::string_view text, int most) noexcept {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0 || value > most) return std::nullopt;
  return value;
}

/// A name or an IPv4 address; the resolver tells the rest.
bool is_host_name(std::string_view text) noexcept {
  return text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_") ==
         std::string_view::npos;
}

}  // namespace

std::optional<Address> Address::parse(std::string_view text) noexcept {
  char terminated[INET6_ADDRSTRLEN] = {};
  if (text.empty() || text.size() >= sizeof terminated || text.find('\0') != std::string_view::npos)
    return std::nullopt;
  std::memcpy(terminated, text.data(), text.size());
  Address address;
  if (::inet_pton(AF_INET6, terminated, address.bytes.data()) == 1) return address;
  std::memcpy(address.bytes.data(), v4_prefix.data(), v4_prefix.size());
  if (::inet_pton(AF_INET, terminated, address.bytes.data() + v4_prefix.size()) == 1) return address;
  return std::nullopt;
}

bool Address::is_v4() const noexcept { return std::memcmp(bytes.data(), v4_prefix.data(), v4_prefix.size()) == 0; }

bool Address::is_loopback() const noexcept {
  if (is_v4()) return bytes[12] == 127;
  return *this == Address{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};
}

std::string Address::text() const {
  char out[INET6_ADDRSTRLEN] = {};
  if (is_v4()) {
    ::inet_ntop(AF_INET, bytes.data() + v4_prefix.size(), out, sizeof out);
  } else {
    ::inet_ntop(AF_INET6, bytes.data(), out, sizeof out);
  }
  return out;
}

Address Address::subnet_key() const noexcept {
  if (is_v4()) return *this;
  Address key = *this;
  std::memset(key.bytes.data() + 8, 0, 8);
  return key;
}

std::optional<Network> Network::parse(std::string_view text) noexcept {
  const auto slash = text.find('/');
  const auto address = Address::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  Network network{*address, 128};
  if (slash != std::string_view::npos) {
    const auto bits = number(text.substr(slash + 1), address->is_v4() ? 32 : 128);
    if (!bits) return std::nullopt;
    network.bits = address->is_v4() ? 96 + *bits : *bits;
  }
  return network;
}

bool Network::contains(const Address& a) const noexcept {
  for (int bit = 0; bit < bits; bit += 8) {
    const int left = bits - bit;
    const auto mask = static_cast<std::uint8_t>(left >= 8 ? 0xFF : 0xFF << (8 - left));
    const auto at = static_cast<std::size_t>(bit / 8);
    if ((a.bytes[at] & mask) != (address.bytes[at] & mask)) return false;
  }
  return true;
}

std::optional<Endpoint> Endpoint::parse(std::string_view text) noexcept {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto port = number(text.substr(colon + 1), 65535);
  auto host = text.substr(0, colon);
  if (!port || host.empty()) return std::nullopt;
  if (host.front() == '[') {
    if (host.size() < 3 || host.back() != ']') return std::nullopt;
    host = host.substr(1, host.size() - 2);
    if (const auto address = Address::parse(host); !address || host.find(':') == std::string_view::npos)
      return std::nullopt;
  } else if (host != "*" && !is_host_name(host)) {
    return std::nullopt;  // an IPv6 address too needs its brackets, or its last group would be taken for a port
  }
  return Endpoint{host == "*" ? std::string() : std::string(host), static_cast<std::uint16_t>(*port)};
}

std::string Endpoint::text() const {
  const std::string where = host.empty() ? "*" : host.find(':') != std::string::npos ? "[" + host + "]" : host;
  return where + ":" + std::to_string(port);
}

}  // namespace otklik
